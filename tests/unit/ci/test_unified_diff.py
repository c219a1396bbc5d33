import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.ci.unified_diff import applied

LINES = st.lists(st.sampled_from(["FROM a", "RUN b", "", "- x", "+ y", "@@ -1 +1 @@", "\\ no", "é\r"]), max_size=12)


def text_of(lines, ended):
    return "\n".join(lines) + ("\n" if lines and ended else "")


def diff_of(old, new):
    def rows(text):
        parts = text.split("\n")
        return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])

    marked = difflib.unified_diff(rows(old), rows(new), "a/x", "b/x")
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in marked)


@given(LINES, LINES, st.booleans(), st.booleans())
def test_it_gives_what_the_diff_was_made_of(old, new, old_ended, new_ended):
    old, new = text_of(old, old_ended), text_of(new, new_ended)
    if old != new:
        assert applied(old, diff_of(old, new)) == new


def test_another_text_is_refused():
    diff = diff_of("a\nb\nc\n", "a\nx\nc\n")
    for other in ("a\nB\nc\n", "a\n", "", "z\na\nb\nc\n"):
        with pytest.raises(ValueError, match="line"):
            applied(other, diff)


@pytest.mark.parametrize("diff", ["", "no diff", "--- a\n+++ b\n", "@@ -1 +1 @@\n-a\n+b\nrubbish\n"])
def test_what_is_no_diff_is_refused(diff):
    with pytest.raises(ValueError):
        applied("a\n", diff)


def test_hunks_out_of_order_are_refused():
    diff = "@@ -3 +3 @@\n-c\n+C\n@@ -1 +1 @@\n-a\n+A\n"
    with pytest.raises(ValueError, match="out of order"):
        applied("a\nb\nc\n", diff)


def test_a_number_beyond_the_file_is_refused():
    with pytest.raises(ValueError, match="out of order"):
        applied("a\n", "@@ -900000000,1 +1 @@\n-a\n+b\n")
