from hypothesis import given
from hypothesis import strategies as st

from careen.editor.texts import (
    UTF8,
    UTF16,
    UTF32,
    Change,
    Spot,
    as_checked,
    changed,
    characters_in,
    edit_between,
    lines_of,
    offset_of,
    units_in,
)

TEXTS = st.text(st.sampled_from("ab \n\r🚀é\u2028\x0c"), max_size=30)
WIDTHS = {UTF8: ("utf-8", 1), UTF16: ("utf-16-le", 2), UTF32: ("utf-32-le", 4)}


def by_units(text, change, encoding):
    """What an editor does: lines by the protocol, columns in code units."""
    name, width = WIDTHS[encoding]

    def place(spot):
        rows, at = lines_of(text), 0
        for row in rows[: spot.line]:
            at += len(row)
            at += 2 if text[at : at + 2] == "\r\n" else 1
        return at + len(rows[spot.line].encode(name)[: spot.character * width].decode(name))

    return text[: place(change.start)] + change.text + text[place(change.end) :]


@st.composite
def changes(draw):
    text, encoding = draw(TEXTS), draw(st.sampled_from(list(WIDTHS)))
    rows = lines_of(text)

    def spot():
        line = draw(st.integers(0, len(rows) - 1))
        return Spot(line, units_in(rows[line][: draw(st.integers(0, len(rows[line])))], encoding))

    start, end = sorted((spot(), spot()))
    return text, Change(start, end, draw(TEXTS)), encoding


@given(changes())
def test_a_change_is_what_the_editor_did(case):
    text, change, encoding = case
    assert changed(text, change, encoding) == by_units(text, change, encoding)


@given(st.lists(st.text(st.sampled_from("ab🚀"), max_size=3), min_size=1), st.lists(st.text("ab", max_size=3), min_size=1))
def test_an_edit_makes_one_text_of_the_other(before, after):
    change = edit_between(before, after)
    assert changed("\n".join(before), change) == "\n".join(after)


def test_ends_of_lines_of_the_file_are_kept():
    text = "a\r\nb\r\nc"
    change = edit_between(lines_of(text), ["a", "x", "y", "c"], "\r\n")
    assert changed(text, change) == "a\r\nx\r\ny\r\nc"


def test_units_of_a_rocket():
    assert (units_in("a🚀b"), units_in("a🚀b", UTF8), units_in("a🚀b", UTF32)) == (4, 6, 3)
    assert characters_in("a🚀b", 3) == 2
    assert characters_in("a🚀b", 2) == 1  # within it


def test_places_beyond_the_text():
    assert offset_of("ab\ncd", Spot(0, 99)) == 2
    assert offset_of("ab\ncd", Spot(9, 0)) == 5


def test_only_the_ends_of_the_protocol_end_a_line():
    assert lines_of("a\r\nb\rc\u2028d\x0ce") == ["a", "b", "c\u2028d\x0ce"]
    assert as_checked("a\r\nb\rc") == "a\nb\nc"
