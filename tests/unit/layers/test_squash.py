from careen.layers.squash import squash
from tests.support import images
from tests.unit.layers.helpers import delta_of, visible_files


def squashed(*layers):
    return squash([delta_of(files, number) for number, files in enumerate(layers)])


def visible(*layers):
    return visible_files(squashed(*layers))


def test_a_whiteout_acts_on_lower_layers_in_any_order_of_entries():
    assert visible({"a/x": b"", "a/y": b""}, {"a/x": b"new", "a/.wh.x": b"", "a/.wh.y": b""}) == {"a/x": 1}


def test_an_opaque_folder_hides_what_lower_layers_have_in_it():
    assert visible({"a/x": b"", "a/b/y": b"", "z": b""}, {"a/.wh..wh..opq": b"", "a/new": b""}) == {"z": 0, "a/new": 1}


def test_a_file_in_a_folders_place_hides_all_below():
    assert visible({"a/b/c": b"", "ab": b""}, {"a": b"file"}) == {"ab": 0, "a": 1}


def test_a_folder_in_a_files_place():
    assert visible({"a": b"file"}, {"a/b": b""}) == {"a/b": 1}


def test_links_in_folders_are_followed_and_never_lead_out():
    tree = squashed(
        {
            "lib": images.Symlink("usr/lib"),
            "usr/lib/x": b"",
            "up": images.Symlink("../../../usr"),
            "abs": images.Symlink("/usr/lib"),
            "loop1": images.Symlink("loop2"),
            "loop2": images.Symlink("loop1"),
        }
    )
    assert tree.resolve("lib/x") == "usr/lib/x"
    assert tree.resolve("up/lib/x") == "usr/lib/x"
    assert tree.resolve("abs/x") == "usr/lib/x"
    assert tree.resolve("loop1/x").endswith("/x")
    assert tree.resolve("lib") == "lib"


def test_a_link_that_an_upper_layer_replaced_is_not_followed():
    tree = squashed({"lib": images.Symlink("usr/lib")}, {"lib/x": b""})
    assert tree.resolve("lib/x") == "lib/x"


def test_paths_of_any_depth_are_hidden_without_recursion():
    deep = "/".join("d" * 1000)
    assert visible({deep: b"", "x": b""}, {f"{deep}2": b"", ".wh.x": b""}) == {deep: 0, f"{deep}2": 1}


def test_a_folder_is_one_that_has_an_entry_or_a_file_below_it():
    result = squashed({"a/b/file": b"", "c": images.Folder()})
    assert [path for path in ("a", "a/b", "a/b/file", "b", "c") if result.is_folder(path)] == ["a", "a/b", "c"]


def test_a_folder_that_goes_takes_all_folders_in_it():
    below = {"a/b/x": b"", "a/c/y": b"", "a/c/d/z": b"", "a/e": b"", "f": b""}
    assert visible(below, {".wh.a": b""}) == {"f": 0}
    tree = squashed(below, {"a": b"file"})
    assert tree.hidden[1] == {"a/b/x", "a/c/y", "a/c/d/z", "a/e"}


def test_an_opaque_root_hides_everything():
    assert squashed({"a/b": b"", "c": b""}, {".wh..wh..opq": b""}).hidden[1] == {"a/b", "c"}


def test_a_folder_that_went_can_come_back_and_go_again():
    layers = [{"a/b/x": b""}, {"a/.wh.b": b""}, {"a/b/y": b""}]
    assert visible(*layers) == {"a/b/y": 2}
    assert visible(*layers, {".wh.a": b""}) == {}


def test_only_visible_links_are_listed():
    tree = squashed(
        {"a": images.Symlink("x"), "b": images.Symlink("x"), "c": images.Symlink("x"), "d/e": images.Symlink("x")},
        {"a": images.Symlink("y"), ".wh.b": b"", "c": b"", "d/.wh..wh..opq": b""},
    )
    assert sorted(tree.links()) == [(1, "a", "y")]


def test_links_with_dots_in_their_targets():
    tree = squashed({"a/link": images.Symlink("./..//b/."), "b/x": b""})
    assert tree.resolve("a/link/x") == "b/x"
