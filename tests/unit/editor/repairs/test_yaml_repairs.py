from careen.editor.repairs.rows import At, swap
from careen.editor.repairs.yaml_repairs import add_to, remove, set_in, within

ROWS = ["services:", "  a:", "    image: x", "    cap_add: [A, B]", "  b:", "    image: y"]


def service(entry):
    return len(entry.path) == 2


def test_what_is_removed_is_named_and_in_the_line():
    assert list(remove("image")(ROWS, At(3, 3))) == [[*ROWS[:2], *ROWS[3:]]]
    assert list(remove("image")(ROWS, At(4, 4))) == []
    assert [rows[3] for rows in remove()(ROWS, At(4, 4))] == ["    cap_add: [A]", "    cap_add: [B]"]


def test_a_key_is_set_around_the_finding():
    (rows,) = set_in(service, "read_only", "true")(ROWS, At(3, 3))
    assert rows == [*ROWS[:4], "    read_only: true", *ROWS[4:]]
    assert list(set_in(lambda entry: False, "a", "b")(ROWS, At(3, 3))) == []


def test_a_key_with_dots():
    (rows,) = set_in(lambda entry: entry.path == (), "x.!a.b/c", "1")(["y: 1"], At(1, 1))
    assert rows == ["y: 1", "x:", "  a.b/c: 1"]


def test_an_item_is_added():
    assert next(add_to(service, "cap_add", "C")(ROWS, At(3, 3)))[3] == "    cap_add: [C, A, B]"
    assert next(add_to(service, "cap_drop", "ALL")(ROWS, At(6, 6)))[6] == "    cap_drop: [ALL]"
    assert next(add_to(lambda entry: entry.path == (), "a", "x")(["a:", "  - y"], At(1, 1))) == ["a:", "  - x", "  - y"]
    assert list(add_to(service, "image", "C")(ROWS, At(3, 3))) == []


def test_a_repair_reaches_the_rows_of_a_value():
    assert list(within(swap("y", "z"))(ROWS, At(5, 5))) == [[*ROWS[:5], "    image: z"]]
