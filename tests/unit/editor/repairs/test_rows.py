from careen.editor.repairs.rows import At, first_of, indent_of, replaced, swap, without

ROWS = ["a b a", "  b", "c"]


def test_each_place_is_tried_once():
    assert list(swap("b|a", "x")(ROWS, At(1, 2))) == [
        ["x b a", "  b", "c"], ["a x a", "  b", "c"], ["a b x", "  b", "c"], ["a b a", "  x", "c"]
    ]  # fmt: skip


def test_a_replacement_may_be_computed():
    assert list(swap("c", lambda match: match[0].upper())(ROWS, At(3, 9))) == [["a b a", "  b", "C"]]


def test_repairs_are_tried_in_order():
    assert [rows[2] for rows in first_of(swap("c", "1"), swap("c", "2"))(ROWS, At(3, 3))] == ["1", "2"]


def test_rows():
    assert replaced(ROWS, 1, "x", "y") == ["a b a", "x", "y", "c"]
    assert without(ROWS, 0, 1) == ["c"]
    assert indent_of("  b") == "  "
