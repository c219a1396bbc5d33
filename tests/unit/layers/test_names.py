from careen.layers.names import names_by_path
from careen.layers.squash import squash
from tests.support.images import Hardlink
from tests.support.work import ends
from tests.unit.layers.helpers import delta_of


def tree(*layers):
    return squash([delta_of(files, number, catalogers=()) for number, files in enumerate(layers)])


def test_all_visible_names_of_a_file():
    files = {"a": b"", "b": Hardlink("a"), "c": Hardlink("b"), "other": b""}
    found = names_by_path(tree(files))
    assert found["a"] is found["b"] is found["c"]
    assert sorted(found["a"]) == ["a", "b", "c"]
    assert "other" not in found


def test_names_that_a_later_layer_removes():
    files = {"a": b"", "b": Hardlink("a"), "c": Hardlink("a")}
    assert sorted(names_by_path(tree(files, {".wh.a": b""}))["b"]) == ["b", "c"]
    assert names_by_path(tree(files, {".wh.a": b"", "c": b""})) == {}


def test_links_in_a_circle_and_links_to_nothing():
    with ends():
        assert names_by_path(tree({"a": Hardlink("b"), "b": Hardlink("a"), "c": Hardlink("gone")})).keys() <= {"a", "b"}
