"""Files of a build context."""

import os

import pytest

from careen.predict import context
from careen.predict.context import Context, clean, context_at


@pytest.fixture
def root(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.txt").write_bytes(b"a")
    (tmp_path / "app" / "b.txt").write_bytes(b"bb")
    (tmp_path / "app" / "c.md").write_bytes(b"ccc")
    return tmp_path


def test_files_and_folders(root):
    known = Context(root)
    assert (known.read("/app/../app/a.txt"), known.read("app"), known.read("app/none"), known.read("")) == (
        b"a",
        None,
        None,
        None,
    )
    assert (known.is_folder("app"), known.is_folder("app/a.txt"), known.is_folder("x"), known.is_folder("")) == (
        True,
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("app/*.txt", ["app/a.txt", "app/b.txt"]),
        ("./app/?.md", ["app/c.md"]),
        ("*", ["app"]),
        ("app/a.txt", ["app/a.txt"]),
        ("x/*", []),
        ("none", ["none"]),
    ],
)
def test_sources_of_copy(root, pattern, expected):
    assert Context(root).matching(pattern) == expected


def test_links_are_not_followed(root, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_bytes(b"x")
    os.symlink(outside, root / "folder")
    os.symlink(outside / "secret", root / "file")
    for path in ("folder/secret", "file"):
        with pytest.raises(ValueError, match="is not a regular file"):
            Context(root).read(path)
    assert not Context(root).is_folder("folder")
    assert Context(root).matching("folder/*") == []


def test_ignored_files(root):
    with pytest.raises(ValueError, match=r"\.dockerignore excludes app/a\.txt"):
        Context(root, ["app/a.txt"]).read("app/a.txt")
    assert Context(root, ["app/a.txt"]).read("app/b.txt") == b"bb"
    assert Context(root, ["x"]).read("x") is None


def test_bounds(root, monkeypatch):
    monkeypatch.setattr(context, "MAX_BYTES", 2)
    known = Context(root)
    assert known.read("app/b.txt") == b"bb"
    with pytest.raises(ValueError, match=r"app/c\.md is larger than"):
        known.read("app/c.md")
    monkeypatch.setattr(context, "MAX_TOTAL_BYTES", 2)
    known = Context(root)
    known.read("app/a.txt")
    with pytest.raises(ValueError, match="the files would exceed"):
        known.read("app/b.txt")


@pytest.mark.parametrize("name", [".dockerignore", ".containerignore"])
def test_the_ignore_file_of_a_context(root, name):
    (root / name).write_text("\ufeffapp/a.txt\n", "utf-8")
    with pytest.raises(ValueError, match="excludes"):
        context_at(root).read("app/a.txt")


def test_the_dockers_own_ignore_file_comes_first(root):
    (root / ".dockerignore").write_text("app/a.txt", "utf-8")
    (root / ".containerignore").write_text("app/b.txt", "utf-8")
    assert context_at(root).read("app/b.txt") == b"bb"


def test_an_ignore_file_that_is_a_link_is_passed_over(root):
    os.symlink(root / "app" / "a.txt", root / ".dockerignore")
    assert context_at(root).read("app/a.txt") == b"a"


@pytest.mark.parametrize(("path", "expected"), [("../../a", "a"), ("/a//b/./c", "a/b/c"), ("", ""), ("a\0b", "ab")])
def test_paths_do_not_leave_the_root(path, expected):
    assert clean(path) == expected
