import io

from careen.cli.columns import MAX_WIDTH, write_columns


def lines(head, rows, width=0):
    out = io.StringIO()
    write_columns(head, rows, out, width)
    return out.getvalue().splitlines()


def test_columns_are_as_wide_as_their_longest_cell():
    assert lines(("A", "BB"), [("xxx", "y"), ("z", "")]) == ["A    BB", "xxx  y", "z"]
    assert lines(("A", "B"), []) == ["A  B"]


def test_long_cells_are_shortened_but_for_the_last_column():
    long = "x" * (MAX_WIDTH + 9)
    row = lines(("A", "B"), [(long, long)])[1]
    assert row.endswith("  " + long)
    assert len(row) == MAX_WIDTH + 2 + len(long)


def test_cells_are_escaped_and_wide_letters_count_twice():
    assert lines(("A", "B"), [("a\x1b\n", "b")])[1] == "a\\x1b\\n  b"
    assert lines(("A", "B"), [("漢", "b"), ("ab", "b")])[1:] == ["漢  b", "ab  b"]


def test_the_widest_columns_are_cut_until_a_line_fits():
    found = lines(("A", "B", "C"), [("x" * 90, "y" * 10, "z" * 90)], 60)[1]
    assert len(found) == 60
    first, second, third = found.split("  ")
    assert second == "y" * 10
    assert abs(len(first) - len(third)) <= 1
    assert lines(("A", "B"), [("x", "y")], 60) == ["A  B", "x  y"]


def test_a_width_that_no_line_fits_ends():
    assert len(lines(("A",) * 9, [("x" * 20,) * 9], 1)[1]) > 60
