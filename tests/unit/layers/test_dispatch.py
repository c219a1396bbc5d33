import pytest

from careen.layers.dispatch import Dispatch
from careen.plugins import Cataloger, Ecosystem, Reader, Wants


def dispatch(**wants):
    reader = Reader(Wants(**wants), lambda file: ())
    return Dispatch([Cataloger("x", Ecosystem("x", "x"), (reader,))])


@pytest.mark.parametrize(
    ("wants", "matches", "misses"),
    [
        ({"paths": ("lib/dpkg/status",)}, ["lib/dpkg/status", "opt/root/lib/dpkg/status"], ["xlib/dpkg/status"]),
        ({"paths": ("db/*/*/desc",)}, ["db/a/b/desc", "r/db/a/b/desc"], ["db/a/desc", "xdb/a/b/desc", "db/a/b/c/desc"]),
        ({"names": ("package.json",)}, ["package.json", "a/b/package.json"], ["a/xpackage.json", "package.json/x"]),
        ({"suffixes": (".jar", ".tar.gz")}, ["a/x.jar", "x.tar.gz"], ["x.gz", "jar", "a.jar/x"]),
        ({"suffixes": (".dist-info/METADATA",)}, ["a-1.dist-info/METADATA"], ["a/METADATA", "METADATA"]),
        ({"folders": ("lib/status.d",)}, ["lib/status.d/x", "r/lib/status.d/x"], ["lib/status.d", "slib/status.d/x"]),
        ({"below": ("nix/store",)}, ["nix/store/x", "r/nix/store/a/b"], ["nix/store", "unix/store/x", "x/unix/store/x"]),
        ({"suffixes": (".js",), "select": lambda path, _: "x" in path}, ["x.js"], ["y.js", "x.ts", "x.js/y"]),
        ({"select": lambda path, _: "x" in path}, ["x.js", "x.js/y"], ["y.js"]),
        ({"folders": ("dpkg/info/*.list",)}, ["var/dpkg/info/a.list"], ["var/dpkg/info/a.md5sums", "info/a.list"]),
    ],
)  # fmt: skip
def test_criteria(wants, matches, misses):
    index = dispatch(**wants)
    assert [bool(index.readers(path, 0o644)) for path in matches] == [True] * len(matches)
    assert [bool(index.readers(path, 0o644)) for path in misses] == [False] * len(misses)


def test_executables_are_recognised_by_mode_or_name():
    index = dispatch(executables=True)
    assert index.readers("bin/x", 0o755)
    assert index.readers("lib/libx.so.1", 0o644)
    assert index.readers("app/node_modules/x/build/Release/x.node", 0o644)
    assert not index.readers("etc/x", 0o644)


def test_a_reader_is_asked_once_however_many_criteria_match():
    assert len(dispatch(names=("a.jar",), suffixes=(".jar",), executables=True).readers("a.jar", 0o755)) == 1


def test_who_asks_for_a_beginning_is_known_by_its_first_bytes_alone():
    index = dispatch(anywhere=True, magic=(b"\x7fELF", b"\x7fEX", b"MZ"))
    assert {start: len(wanted) for start, wanted in index.by_magic.items()} == {b"\x7fE": 1, b"MZ": 1}
    assert not index.readers("bin/x", 0o755)


@pytest.mark.parametrize(
    ("wants", "path", "root"),
    [
        ({"paths": ("lib/apk/db/installed",)}, "lib/apk/db/installed", ""),
        ({"paths": ("lib/apk/db/installed",)}, "srv/a/lib/apk/db/installed", "srv/a"),
        ({"paths": ("lib/apk/db/installed", "usr/lib/apk/db/installed")}, "r/usr/lib/apk/db/installed", "r"),  # not r/usr
        ({"folders": ("var/lib/dpkg/info/*.list",)}, "r/var/lib/dpkg/info/x.list", "r"),
        ({"paths": ("var/db/pkg/*/*/SLOT",)}, "r/var/db/pkg/dev-lang/python-3/SLOT", "r"),
        ({"paths": ("var/db/pkg/*/*/SLOT",)}, "var/db/pkg/dev-lang/python-3/SLOT", ""),
        ({"names": ("package.json",)}, "srv/a/package.json", ""),  # wanted wherever it lies
    ],
)
def test_the_root_file_system_in_which_a_path_is_wanted(wants, path, root):
    assert [wanted.root for wanted in dispatch(**wants).readers(path, 0o644)] == [root]


def test_programs_of_the_system_have_readers_of_their_own():
    index = dispatch(unpackaged=True)
    assert not index.readers("usr/bin/tool", 0o755)
    matches = {path: bool(index.unpackaged(path, mode)) for path, mode in (("bin/a", 0o755), ("usr/lib/a.so.1", 0o644))}
    assert matches == {"bin/a": True, "usr/lib/a.so.1": True}
    assert not index.unpackaged("usr/bin/a", 0o644)
    assert not index.unpackaged("opt/bin/a", 0o755)
