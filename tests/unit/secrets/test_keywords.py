import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.secrets.keywords import Keywords, _either
from careen.secrets.ruleset import load
from tests.support.secrets import filled

KEYWORDS = Keywords(load())


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=6), st.binary(max_size=12))
def test_the_expression_of_many_words_finds_the_longest(words, text):
    found = re.compile(_either(words)).match(text)
    longest = max((word for word in words if text.startswith(word)), key=len, default=None)
    assert (found[0] if found else None) == longest


@pytest.mark.parametrize("padding", [0, 300])
def test_a_token_is_found_among_much_text(padding):
    text = ("plain words of a text\n" * padding + filled("ghp_{alnum36}")).encode()
    assert "github-personal-access-token" in {rule.id for rule, _ in KEYWORDS.candidates(text, "srv/x")}


def test_plain_text_has_no_candidates():
    assert [rule.id for rule, _ in KEYWORDS.candidates(b"plain words of a text\n" * 300, "srv/x")] == []


def test_every_keyword_finds_its_rule():
    for rule in load():
        path = f"srv/{(*rule.names, *('x' + suffix for suffix in rule.suffixes), 'x')[0]}"
        for word in rule.keywords:
            found = {other.id for other, _ in KEYWORDS.everywhere(word.encode(), path)}
            assert rule.id in found, word
