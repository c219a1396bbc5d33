import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin.javascript.texts import texts_of, unescaped  # noqa: E402
from careen.origin.spans import hash_of  # noqa: E402


def found(code, texts):
    """Which of these texts are there, in the order of the file; names are in angle brackets."""
    known = {hash_of(text.encode()): text for text in texts}
    kept = texts_of(code.encode())
    return [
        f"<{known[key]}>" if name else known[key]
        for key, name in zip(kept.hashes.tolist(), kept.is_name.tolist(), strict=True)
        if key in known
    ]


def names(code, *texts):
    return [text[1:-1] for text in found(code, texts) if text[0] == "<"]


def test_names_of_properties():
    assert names("a.first?.second; ({third: 1, 'fourth': 2})", "first", "second", "third", "fourth") == [
        "first", "second", "third", "fourth"
    ]  # fmt: skip
    assert names("var abc, def, ghi; abc(def, ghi); ...rest; x ? abc : def", "abc", "def", "ghi", "rest") == []
    assert names("f(a, {one, two, three}); export {four, five as x}", "one", "two", "three", "four", "five") == [
        "one", "two", "three", "four"
    ]  # fmt: skip


def test_names_of_methods():
    code = "class A { one() {} static two(a) {} get three() {} *four(){} async five(a = (1)) {} }"
    code += "; six(); if (x) {} o = { seven(){} }"
    assert names(code, "one", "two", "three", "four", "five", "six", "if", "seven") == [
        "one", "two", "three", "four", "five", "seven"
    ]  # fmt: skip


def test_a_property_in_brackets_is_a_name_and_a_list_is_none():
    assert found("a['one']; b()['two']; x = ['three']; y = a['not a name']", ["one", "two", "three", "not a name"]) == [
        "<one>", "<two>", "three", "not a name"
    ]  # fmt: skip


def test_texts_as_a_minifier_writes_them():
    code = "'one' + \"two\" + 'three'; 'four' + x + 'five'; 'use strict'; undefined; `six ${x} seven`; /eight[/]/"
    texts = ["onetwothree", "four", "five", "use strict", "six ", " seven", "eight[/]"]
    assert found(code, texts) == ["onetwothree", "four", "five", "six ", " seven", "eight[/]"]


def test_numbers_are_values():
    code = "0xFFFF + 1e6 + 65_535 + 0b1 + 7 + 0.2126 + 123n + 1_0000n"
    assert found(code, ["65535.0", "1000000.0", "7.0", "0.2126", "10000.0"]) == [
        "65535.0", "1000000.0", "65535.0", "0.2126", "10000.0"
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["0x", "0x_", "1e9999", "0x" + "f" * 5000, "1" * 6000, "09", "0_1"])
def test_numbers_that_are_none(number):
    texts_of(f"x = {number};".encode())


def test_escapes():
    assert (
        unescaped(
            rb"\x41\u00e9\u{1F600}\ud83d\ude00\n\
\0\q"
        )
        == "Aé\U0001f600\U0001f600\n\0q".encode()
    )
    assert unescaped(rb"a\u{FFFFFFFF}") == b"a"
    assert unescaped(rb"a\ud800") == "a\N{REPLACEMENT CHARACTER}".encode()


def test_the_same_texts_minified():
    source = """
    "use strict";
    function Reader(options) { this.limit = options["limit"] || 0x400; }
    Reader.prototype.readNext = function () { return this.parse("header" + ":" + this.limit, /^[a-z]+$/i); };
    """
    small = "function e(e){this.limit=e.limit||1024}"
    small += 'e.prototype.readNext=function(){return this.parse("header:"+this.limit,/^[a-z]+$/i)};'
    one, other = texts_of(source.encode()), texts_of(small.encode())
    assert one.hashes.tolist() == other.hashes.tolist()


@settings(max_examples=200)
@given(st.text(alphabet="ab/*'\"`${}()[]\\\n.,: =0xe1_", max_size=50))
def test_any_text_is_read(code):
    kept = texts_of(code.encode())
    assert kept.hashes.size == kept.sizes.size == kept.is_name.size
