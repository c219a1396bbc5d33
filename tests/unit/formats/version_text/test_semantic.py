import pytest

from careen.formats.version_text.semantic import identifiers, key_of, parse_semantic, semantic_key
from careen.formats.version_text.semantic_range import bounds, terms


def test_parts():
    assert parse_semantic("v1.2.3-rc.1+build-5.x") == ((1, 2, 3), "rc.1", "build-5.x")
    assert parse_semantic("1.2rc1") == ((1, 2), "rc1", None)


def test_key_is_flat_and_drops_zeros():
    assert semantic_key("1.2.0.0") == ((1, 2), 1)
    assert semantic_key("1.0-rc.2") == ((1,), 0, 1, "rc", 0, 2)
    assert key_of((0, 0), None) == ((), 1)


def test_identifiers_of_digits_are_numbers():
    assert identifiers("a.010.-1") == (1, "a", 0, 10, 1, "-1")


def test_terms_of_a_range():
    [low, high] = terms(">= v1.2.x, <2.0.0-rc.1+b")
    assert (low.operator, low.numbers, low.wildcard) == (">=", (1, 2), True)
    assert (high.operator, high.numbers, high.pre, high.wildcard) == ("<", (2, 0, 0), "rc.1", False)


def test_other_words_are_skipped_on_request():
    assert [term.numbers for term in terms("what 1.0.0 >", skip=True)] == [(1, 0, 0)]
    with pytest.raises(ValueError, match="range"):
        terms("what 1.0.0")


def test_partial_versions_make_bounds():
    assert [(b.operator, b.numbers, b.pre) for b in bounds("=", (1, 2), None, prerelease=False)] == [
        (">=", (1, 2), None),
        ("<", (1, 3), "0"),
    ]
    assert [(b.operator, b.numbers, b.pre) for b in bounds("^", (0, 0, 3), None, prerelease=True)] == [
        (">=", (0, 0, 3), None),
        ("<", (0, 0, 4), "0"),
    ]
    assert bounds(">=", (), None, prerelease=False) == []
