from careen.validation.problem import MAX_SHOWN, at, path_of, pointer, quoted, walk


def test_a_place_is_a_json_pointer():
    assert pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"
    assert pointer([]) == "/"
    assert at(["x"], "wrong", "6.1.1").rule == "6.1.1"


def test_a_value_is_shown_with_its_type_and_not_longer_than_needed():
    assert quoted(None) == "None"
    assert quoted("1") == "'1'"
    assert len(quoted("a" * 5000)) == MAX_SHOWN + 1


def test_every_object_and_list_has_its_place():
    document = {"a": [{"b": 1}, []], "x": {"y": {}}}
    assert {pointer(path_of(link)) for link, _ in walk(document)} == {"/", "/a", "/a/0", "/a/1", "/x", "/x/y"}
    assert {pointer(path_of(link)) for link, _ in walk(document, skipped="x")} == {"/", "/a", "/a/0", "/a/1"}
