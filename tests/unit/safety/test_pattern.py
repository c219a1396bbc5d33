import re

import pytest

from careen.safety.pattern import pattern


def test_it_answers_as_the_compiled_one():
    lazy, made = pattern(r"(?P<name>a+)b", re.IGNORECASE), re.compile(r"(?P<name>a+)b", re.IGNORECASE)
    assert lazy.match("AAB")["name"] == made.match("AAB")["name"]
    assert lazy.findall("aabab") == made.findall("aabab")
    assert (lazy.groups, lazy.pattern, lazy.flags) == (made.groups, made.pattern, made.flags)
    assert pattern(rb"\d").search(b"x1")[0] == b"1"


def test_it_is_compiled_at_its_first_use(monkeypatch):
    made = []
    compiling = re.compile
    monkeypatch.setattr(re, "compile", lambda *source: made.append(source) or compiling(*source))
    lazy = pattern("ab")
    assert made == []
    for _ in range(3):
        assert lazy.match("ab") and lazy.search("cab")
    assert made == [("ab", 0)]


def test_a_mistake_shows_at_the_first_use():
    broken = pattern("(")
    with pytest.raises(re.error):
        broken.match("x")
