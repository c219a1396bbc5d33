"""The oracle is Python's own engine, which reads these patterns as Java's does."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careen.formats.version_text.version_pattern import MAX_LENGTH, version_pattern

_CHARACTERS = st.sampled_from(
    ["1", "2", "9", "0", "a", "-", "[.]", "[-.]", "[.-]", "[0-3]", "[123]", "[0-13]", ".", r"\d", r"\."]
)
_COUNTED = st.builds("{}{}".format, _CHARACTERS, st.sampled_from(["", "", "?", "*", "+", "{2}", "{0,2}", "{1,}"]))


def _joined(parts):
    sequences = st.lists(parts, max_size=4).map("".join)
    alternatives = st.lists(sequences, min_size=1, max_size=3).map("|".join)
    return st.one_of(st.builds("({}){}".format, alternatives, st.sampled_from(["", "?"])), alternatives.map("(?:{})".format))


_WITHOUT_CONDITION = st.recursive(_COUNTED, _joined, max_leaves=12)
_CONDITIONS = st.builds("(?!{})".format, _WITHOUT_CONDITION)
PATTERNS = st.lists(st.one_of(_WITHOUT_CONDITION, _WITHOUT_CONDITION, _CONDITIONS, st.just("$"), st.just("^")), max_size=5).map(
    "".join
)
VERSIONS = st.text("0129a.-x", max_size=12)


@given(PATTERNS, st.lists(VERSIONS, min_size=1, max_size=12))
@settings(max_examples=400)
def test_as_pythons_own_engine(text, versions):
    matches = version_pattern(text)
    for version in versions:
        assert matches(version) == bool(re.compile(text).fullmatch(version)), (text, version)


@given(st.data())
@settings(max_examples=300)
def test_versions_made_from_the_pattern(data):
    text = data.draw(PATTERNS.filter(lambda text: "(?!" not in text))
    version = data.draw(st.from_regex(re.compile(text, re.ASCII), fullmatch=True, alphabet=st.sampled_from("0129a.-x")))
    assert version_pattern(text)(version) == bool(re.compile(text, re.ASCII).fullmatch(version))


@pytest.mark.parametrize(
    ("text", "matching", "others"),
    [
        ("1[.](0|1[0-9])(|[.-].*)", ["1.0", "1.19", "1.0.7", "1.10-rc"], ["1.1", "1.20", "1.190", "11.0"]),
        ("(?!2[.]61[.].*)(1|2[.]([0-9]|6[01]))(|[.-].*)", ["2.61", "2.9.1", "1.7"], ["2.61.1", "2.62"]),
        ("1[.](3$|3[.][1-4])(|[.-].*)", ["1.3", "1.3.4", "1.3.4.2"], ["1.3.5", "1.3-rc"]),
        (r"^0\.0\.(?:[12]?[0-9]{2}|30[0-1])(?:[.-].+)?$", ["0.0.10", "0.0.299.vab", "0.0.301"], ["0.0.5", "0.0.302", "0x0.10"]),
        (".*", ["", "1"], ["1\n"]),
        ("[0|1]", ["|", "1"], ["2"]),
    ],
)
def test_shapes_of_the_feed(text, matching, others):
    matches = version_pattern(text)
    assert [version for version in (*matching, *others) if matches(version)] == matching


@pytest.mark.parametrize(
    "text",
    [
        "(", ")", "a)", "[", "[]", "[^1]", "[a&&b]", "[1[2]]", "[2-1]", "[1-2-3]", "[+-.]", "*", "a**", "a*?", "a++", "(a)*",
        "(a)+", "(a){2}", "a{2,1}", "a{101}", "a{", "a}", r"\w", r"\1", r"\Q", "\\", "*\\", "(?=a)", "(?<a)", "(?i)a",
        "(?!(?!a))", "(?!a)?", "^*", "(" * 30 + ")" * 30, "1" * (MAX_LENGTH + 1),
    ],
)  # fmt: skip
def test_what_the_grammar_does_not_have(text):
    with pytest.raises(ValueError, match=r"."):
        version_pattern(text)


@given(st.text("()[]{}|?!:*+.\\d^$-&,0129a", max_size=30))
@settings(max_examples=500)
def test_any_text_is_read_or_refused(text):
    try:
        matches = version_pattern(text)
    except ValueError:
        return
    assert matches("1.0") == bool(re.compile(text).fullmatch("1.0"))


SHAPES = [
    "(?!(1[.](57[.][4-9]|66[.][1-9])))(1[.]([0-9]|[1-5][0-9]|6[0-7]))(|[-.].*)",
    "(2[.][0-9]{1,2}[.].+|2[.](107|121)[.].+|2[.]138[.]1)(|[-].*)",
    r"^0\.0\.1\.(?:[12]?[0-9]{2}|30[0-1])(?:[.-].+)?$",
]


@given(st.sampled_from(SHAPES), st.data())
@settings(max_examples=300)
def test_a_mutated_pattern_is_read_as_pythons_engine_does_or_refused(text, data):
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text = (
            text[:at] + data.draw(st.sampled_from(["", *"()[]{}|?!*+.\\d^$-,09"])) + text[at + data.draw(st.integers(0, 1)) :]
        )
    try:
        matches = version_pattern(text)
    except ValueError:
        return
    for version in ("1.57.4", "1.66", "2.138.1", "2.99.7-x", "2.121.3", "0.0.1.299.vab", "0.0.1.301", "1", ""):
        assert matches(version) == bool(re.compile(text, re.ASCII).fullmatch(version)), (text, version)


def test_a_pattern_that_other_engines_never_end():
    matches = version_pattern("(?!b)" + "(a|a?|.*)" * 500 + "c")
    assert not matches("a" * 5000)
    assert matches("a" * 5000 + "c")
