import pytest

from careen.formats.version_text.semantic import semantic_key
from careen.formats.version_text.semantic_range import Bound, alternatives, bounds, raised, terms


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


def test_alternatives_have_single_blanks():
    assert alternatives(" >=1   <2||3 ") == [">=1 <2", "3"]
    assert alternatives("") == [""]


@pytest.mark.parametrize(
    ("operator", "numbers", "inside", "outside"),
    [
        ("^", (1, 2, 3), ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0", "2.0.0-0"]),
        ("^", (0, 2, 3), ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
        ("^", (0, 0, 0), ["0.0.0"], ["0.0.1"]),
        ("~", (1, 2, 3), ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]),
        (">", (1, 2), ["1.3.0"], ["1.2.9"]),
        ("<=", (1, 2), ["1.2.9", "1.0.0"], ["1.3.0", "1.3.0-a"]),
        ("<", (1, 2), ["1.1.9"], ["1.2.0", "1.2.0-a"]),
        ("=", (1,), ["1.0.0", "1.9.9"], ["2.0.0", "2.0.0-a", "0.9.0"]),
    ],
)
def test_versions_of_a_term(operator, numbers, inside, outside):
    wanted = bounds(operator, numbers, None, prerelease=False)
    assert [version for version in inside + outside if all(bound.admits(semantic_key(version)) for bound in wanted)] == inside


def test_nothing_is_below_or_above_every_version():
    [bound] = bounds("<", (), None, prerelease=False)
    assert not bound.admits(semantic_key("0.0.0-0"))


def test_raised():
    assert raised((1, 2)) == (1, 3)
    assert Bound("=", (1, 2, 3)).admits(semantic_key("1.2.3"))
