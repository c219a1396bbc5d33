import pytest

from careen.formats.version_text.text import COMPARE, CONSTRAINT_CHARACTERS, VERSION_CHARACTERS, bounded, clean, refused


def test_white_space_around_a_version_does_not_count():
    assert clean(" 1.0\n") == "1.0"


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), (" \t", "empty"), ("1\x000", "control"), ("1\n0", "control"), ("1" * 1001, "1001 char")]
)
def test_other_text_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        clean(text)


def test_the_bounds_themselves_are_accepted():
    assert len(clean("1" * VERSION_CHARACTERS)) == VERSION_CHARACTERS
    assert len(bounded("1" * CONSTRAINT_CHARACTERS)) == CONSTRAINT_CHARACTERS
    with pytest.raises(ValueError, match="constraint of"):
        bounded("1" * (CONSTRAINT_CHARACTERS + 1))


def test_an_error_quotes_the_start_of_the_text():
    assert str(refused("x" * 200, "deb")) == f"not a deb version: {'x' * 80!r}"


@pytest.mark.parametrize(
    ("operator", "holds"),
    [("=", "b"), ("==", "b"), ("!=", "ac"), ("<>", "ac"), ("<", "a"), ("<=", "ab"), (">", "c"), (">=", "bc")],
)
def test_operators(operator, holds):
    assert "".join(key for key in "abc" if COMPARE[operator](key, "b")) == holds
