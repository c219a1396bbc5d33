"""Package databases that symbolic links move away."""

import pytest

from careen.layers.databases import Linked, linked_databases
from careen.layers.squash import squash
from careen.plugins import Cataloger, Ecosystem, Reader, Wants
from tests.support.images import Symlink

from .helpers import delta_of

WANTS = Wants(paths=("lib/db/status", "lib/pkg/*/desc"), folders=("lib/db/info/*.list",))


def linked(files, roots=("",), read=(), distribution=True):
    cataloger = Cataloger("x", Ecosystem("x", "x", distribution=distribution), (Reader(WANTS, lambda file: ()),))
    return linked_databases([cataloger], squash([delta_of(files)]), roots, {"x": read})


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"lib/db": Symlink("/data"), "data/status": b""}, Linked("x", "lib/db", "data", 0, folder=True)),
        ({"lib/db/status": Symlink("/data/s"), "data/s": b""}, Linked("x", "lib/db/status", "data/s", 0, folder=False)),
        ({"lib/db/info": Symlink("/i"), "i/a.list": b""}, Linked("x", "lib/db/info", "i", 0, folder=True)),
        ({"lib/db/status": Symlink("s"), "lib/db/s": Symlink("/t"), "t": b""},
         Linked("x", "lib/db/status", "t", 0, folder=False)),
    ],
)  # fmt: skip
def test_a_folder_or_a_file_behind_a_link(files, expected):
    assert linked(files) == (expected,)


@pytest.mark.parametrize(
    "files",
    [
        {"lib/db/status": b"", "lib/db/info/a.list": b""},  # no link
        {"lib/db": Symlink("/data")},  # to nothing
        {"lib/db/status": Symlink("status")},  # a circle
        {"lib/db": Symlink("/r/lib/db"), "r/lib/db/status": b"", "r/lib/db/info/a.list": b""},  # readers find it there
    ],
)
def test_no_database_behind_a_link(files):
    assert linked(files) == ()


def test_what_is_read_already_is_not_read_again():
    files = {"lib/db/status": Symlink("/data/s"), "data/s": b""}
    assert linked(files, read={"data/s"}) == ()


def test_links_of_a_root_stay_in_it():
    files = {"r/lib/db": Symlink("/data"), "r/data/status": b"", "data/status": b""}
    assert linked(files, roots=("", "r")) == (Linked("x", "r/lib/db", "r/data", 0, folder=True),)


def test_only_databases_of_distributions_are_followed():
    assert linked({"lib/db": Symlink("/data"), "data/status": b""}, distribution=False) == ()
