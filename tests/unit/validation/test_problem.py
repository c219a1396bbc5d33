from careen.validation.problem import MAX_SHOWN, at, pointer, quoted


def test_a_place_is_a_json_pointer():
    assert pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"
    assert pointer([]) == "/"
    assert at(["x"], "wrong", "6.1.1").rule == "6.1.1"


def test_a_value_is_shown_with_its_type_and_not_longer_than_needed():
    assert quoted(None) == "None"
    assert quoted("1") == "'1'"
    assert len(quoted("a" * 5000)) == MAX_SHOWN + 1
