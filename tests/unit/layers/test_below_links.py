"""Entries below symbolic links: they stay at their names, and are read as what they are where the links lead, too."""

import pytest

from tests.support.images import Folder, Hardlink, Symlink

from .helpers import OS_RELEASE, status
from .test_links import Image

OLD, NEW = status(("bash", "5.2-1")), status(("bash", "5.2-1"), ("openssl", "3.0.0-1"))
BASE = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": OLD}
LINK, DATABASE = {"link": Symlink("var/lib")}, {"link/dpkg/status": NEW}


def read(*layers):
    inventory = Image(*layers).inventory()
    doubts = [one for one in inventory.unknowns if one.code == "ambiguous_archive"]
    return {package.name for package in inventory.packages}, [one.evidence.layer for one in doubts]


@pytest.mark.parametrize(
    ("layers", "doubts"),
    [
        ([BASE | LINK | DATABASE], [0]),
        ([BASE | LINK, DATABASE], [1]),
        ([BASE, LINK, DATABASE], [2]),
        ([BASE | {"link": Symlink("a"), "a": Symlink("/var/lib")}, DATABASE], [1]),
        ([BASE | {"link": Symlink("here"), "here": Symlink("var")}, {"link/lib/dpkg/status": NEW}], [1]),
        ([BASE | LINK, {"a": NEW, "link/dpkg/status": Hardlink("a")}], [1]),
        ([BASE | LINK | {"a": NEW}, {"link/dpkg/status": Hardlink("a")}], [1]),
    ],
)
def test_a_package_database_below_a_link_is_read(layers, doubts):
    assert read(*layers) == ({"bash", "openssl"}, doubts)


def test_of_links_below_links_the_outermost_leads():
    inner = {"link/lib": Symlink("/elsewhere"), "link/lib/dpkg/status": NEW}
    names, doubts = read(BASE | {"link": Symlink("var")} | inner)
    assert names == {"bash", "openssl"} and doubts


def test_a_folder_in_the_place_of_the_link_replaces_it_in_every_engine():
    assert read(BASE | LINK, {"link": Folder(), **DATABASE}) == ({"bash"}, [])


def test_a_whiteout_or_another_entry_in_the_place_of_the_link_leaves_nothing_below_it():
    assert read(BASE | LINK, {".wh.link": b""}, DATABASE) == ({"bash"}, [])
    assert read(BASE | LINK, {"link": b"a file"}) == ({"bash"}, [])


def test_what_readers_want_by_its_own_name_is_read_once():
    manifest = b'{"name": "left-pad", "version": "1.0.0"}'
    layers = [{"app": Symlink("srv")}, {"app/node_modules/left-pad/package.json": manifest}]
    image = Image(*layers)
    (package,) = image.inventory().packages
    assert [place.path for place in package.evidence] == ["app/node_modules/left-pad/package.json"]
    assert image.reread == []


def test_many_links_are_named_together():
    links = {f"l{number}": Symlink("srv") for number in range(30)}
    (doubt,) = Image(links, {f"{link}/x": b"" for link in links}).inventory().unknowns
    assert doubt.reason.endswith("(30 times)")


def test_links_in_circles_end():
    layers = [{"a": Symlink("b"), "b": Symlink("a")}, {"a/x": b"", "b/dpkg/status": NEW}]
    assert read(*layers) == (set(), [1, 1])


def test_a_link_below_a_link_belongs_to_the_outer_one():
    layers = [BASE | {"a": Symlink("var")}, {"a/lib": Symlink("/srv"), "a/lib/dpkg/status": NEW}]
    assert read(*layers)[0] == {"bash", "openssl"}
