import pytest

from careen.output.lines import Whole, folded, plural

LONG = "the image has no package manager and nothing in it could install the version that fixes this"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("short", ["short"]),
        ("one two three four five", ["one two three", "  four five"]),
        ("  one two three four", ["  one two", "    three four"]),
        ("     154  one two three", ["     154  one", "          two", "          three"]),
        ("1. one two three four", ["1. one two three", "   four"]),
        ("4.17.20 is no number", ["4.17.20 is no", "  number"]),
        ("a/word/longer/than/the/line then", ["a/word/longer/than/the/line", "  then"]),
        ("", [""]),
    ],
)
def test_what_does_not_fit_stands_below_its_text(line, parts):
    assert list(folded(line, 16)) == parts


def test_a_pipe_and_a_command_get_whole_lines():
    assert list(folded(LONG, 0)) == [LONG]
    assert list(folded(Whole(LONG), 40)) == [LONG]


def test_no_line_is_wider_and_no_word_is_lost():
    for width in range(20, 90):
        parts = list(folded(f"  {LONG}", width))
        assert max(map(len, parts)) <= width
        assert " ".join(" ".join(parts).split()) == LONG


def test_plurals():
    assert [plural(1, "file"), plural(2, "severity"), plural(1000, "layer")] == ["1 file", "2 severities", "1,000 layers"]
