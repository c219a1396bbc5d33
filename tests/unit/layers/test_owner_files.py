"""The checksums and changelogs of packages that own language packages."""

import gzip
import hashlib

import pytest

from careen.layers.bind import bind
from careen.layers.dispatch import at_paths
from careen.layers.index import Readers, index
from careen.layers.owner_files import read_owners
from careen.layers.verified import read_again
from careen.model.package import Evidence
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import Hardlink, Symlink, make_layer
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, layer_of, status

METADATA = "usr/lib/python3/dist-packages/rack-1.0.dist-info/METADATA"
CHANGELOG = "usr/share/doc/python3-rack/changelog.Debian.gz"
SUMS = "var/lib/dpkg/info/python3-rack.md5sums"
CONTENT = b"Name: rack\nVersion: 1.0\n"
TEXT = b"""rack (1.0-2) unstable; urgency=medium

  * Fix CVE-2024-0001

 -- A B <a@example.org>  Mon, 04 Mar 2024 10:00:00 +0000
"""


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def debian(sums=None, **packed):
    """An image with one package; ``sums`` replaces checksums by path."""
    changelog = packed.get("changelog", gzip.compress(TEXT, mtime=0))
    listed = {METADATA: md5(CONTENT), CHANGELOG: md5(changelog)} | (sums or {})
    source = packed.get("source", "Source: rack\nMaintainer: A B <a@example.org>")
    return {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("python3-rack", packed.get("version", "1.0-2"), source)),
        "var/lib/dpkg/info/python3-rack.list": f"/.\n/{METADATA}\n/{CHANGELOG}\n".encode(),
        SUMS: "".join(f"{sum}  {path}\n" for path, sum in listed.items()).encode(),
        METADATA: CONTENT,
        CHANGELOG: changelog,
    }


def without(files, *paths):
    return {path: data for path, data in files.items() if path not in paths}


def looked(*layers):
    opened = [layer_of(make_layer(files), number) for number, files in enumerate(layers)]
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in opened]

    def again(number, select):
        return read_again(opened[number], select, Budget(Limits()))

    inventory = bind(deltas, CATALOGERS, again)
    return inventory.owner_files, read_owners(inventory.owner_files, lambda number, wanted: again(number, at_paths(wanted)))


def test_a_genuine_file_and_changelog():
    (files,), (read,) = looked(debian())
    assert files.owner == "pkg:deb/debian/python3-rack@1.0-2?arch=amd64&distro=debian-12" == read.owner
    assert files.paths == (Evidence(METADATA, 0),)
    assert (files.checksums, files.changelog) == ((Evidence(SUMS, 0),), Evidence(CHANGELOG, 0))
    assert read.genuine == (METADATA,)
    assert (read.changelog.path, read.changelog.versions, read.changelog.cut_off) == (CHANGELOG, ("1.0-2",), "")
    assert [entry.fixed for entry in read.changelog.entries] == [("CVE-2024-0001",)]


def test_the_layer_that_has_the_content_counts():
    (files,), (read,) = looked(debian(), {CHANGELOG: gzip.compress(TEXT, mtime=0)})
    assert files.changelog == Evidence(CHANGELOG, 1)
    assert read.changelog is not None


def test_packages_that_own_no_language_package_are_left_out():
    assert looked(without(debian(), METADATA)) == ((), ())


@pytest.mark.parametrize(
    "layer",
    [
        {CHANGELOG: gzip.compress(TEXT.replace(b"0001", b"0002"), mtime=0)},
        {CHANGELOG: b"not compressed"},
        {CHANGELOG: gzip.compress(TEXT, mtime=0)[:-9]},
        {SUMS: b""},
        {SUMS: b"\xff\xfe garbage\n" * 9},
        {"var/lib/dpkg/info/.wh.python3-rack.md5sums": b""},
        {CHANGELOG: Hardlink("usr/share/doc/other")},
    ],
)
def test_a_changelog_whose_checksum_is_not_the_owners_is_not_used(layer):
    _, (read,) = looked(debian(), layer)
    assert read.changelog is None


def test_a_language_package_that_was_replaced_is_not_genuine():
    _, (read,) = looked(debian(), {METADATA: CONTENT + b"Summary: another build\n"})
    assert read.genuine == ()
    assert read.changelog is not None
    _, (read,) = looked(debian(sums={METADATA: md5(b"other")}))
    assert read.genuine == ()


def test_without_a_changelog():
    (files,), (read,) = looked(without(debian(), CHANGELOG))
    assert (files.changelog, read.changelog, read.genuine) == (None, None, (METADATA,))


def test_the_changelog_of_a_native_package():
    place = "usr/share/doc/python3-rack/changelog.gz"
    native = without(debian(version="1.0", sums={place: md5(gzip.compress(TEXT, mtime=0))}), CHANGELOG)
    (files,), (read,) = looked({**native, place: gzip.compress(TEXT, mtime=0)})
    assert (files.changelog, read.changelog.path) == (Evidence(place, 0), place)
    (files,), _ = looked({**without(debian(), CHANGELOG), place: gzip.compress(TEXT, mtime=0)})
    assert files.changelog is None  # of another package it is upstream's


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("rack (1.0-2)", True),
        ("other (1.0-2)", False),
        ("rack (1.0-1)", False),
        ("rack (1.0-2)\nMaintainer: E <e@example.org>", False),
    ],
)
def test_a_folder_that_is_a_link_to_that_of_another_package_of_the_source(source, found):
    place = "usr/share/doc/rack-common/changelog.Debian.gz"
    data = gzip.compress(TEXT, mtime=0)
    files = without(debian(), CHANGELOG) | {
        "var/lib/dpkg/status": status(("python3-rack", "1.0-2", "Source: rack"), ("rack-common", "1.0-2", f"Source: {source}")),
        "var/lib/dpkg/info/python3-rack.list": f"/{METADATA}\n/usr/share/doc/python3-rack\n".encode(),
        "var/lib/dpkg/info/rack-common.list": f"/{place}\n".encode(),
        "var/lib/dpkg/info/rack-common.md5sums": f"{md5(data)}  {place}\n".encode(),
        "usr/share/doc/python3-rack": Symlink("rack-common"),
        place: data,
    }
    _, (read,) = looked(files)
    assert (read.changelog is not None) == found


def test_distroless_images_have_the_checksums_beside_the_package():
    files = without(debian(), SUMS, "var/lib/dpkg/status", "var/lib/dpkg/info/python3-rack.list")
    files["var/lib/dpkg/status.d/python3-rack"] = status(("python3-rack", "1.0-2", "Source: rack"))
    files["var/lib/dpkg/status.d/python3-rack.md5sums"] = debian()[SUMS]
    _, (read,) = looked(files)
    assert read.genuine == (METADATA,)
    assert read.changelog is not None


def test_a_package_with_its_architecture_in_the_names_of_its_lists():
    files = without(debian(), SUMS) | {"var/lib/dpkg/info/python3-rack:amd64.md5sums": debian()[SUMS]}
    _, (read,) = looked(files)
    assert read.genuine == (METADATA,)


def test_a_changelog_that_is_too_large_is_not_used(monkeypatch):
    monkeypatch.setattr("careen.layers.owner_files.MAX_CHANGELOG_BYTES", 1000)
    large = gzip.compress(TEXT + b"x" * 5000, mtime=0)
    _, (read,) = looked(debian(changelog=large))
    assert read.changelog is None


def test_checksums_and_changelog_that_are_written_together_are_the_images_own_statement():
    """As is the version in the package database, which the same hand could write."""
    claims = gzip.compress(TEXT.replace(b"0001", b"0002"), mtime=0)
    sums = f"{md5(CONTENT)}  {METADATA}\n{md5(claims)}  {CHANGELOG}\n".encode()
    _, (read,) = looked(debian(), {CHANGELOG: claims, SUMS: sums})
    assert [entry.fixed for entry in read.changelog.entries] == [("CVE-2024-0002",)]


def test_checksums_of_another_package_vouch_for_nothing():
    """A package of somebody else lists checksums for the changelog and the files of the distribution's."""
    claims = gzip.compress(TEXT.replace(b"0001", b"0002"), mtime=0)
    theirs = {
        "var/lib/dpkg/status": status(
            ("python3-rack", "1.0-2", "Source: rack"), ("evil", "1.0-2", "Source: rack", "Maintainer: root@localhost")
        ),
        "var/lib/dpkg/info/evil.list": f"/{CHANGELOG}\n".encode(),
        "var/lib/dpkg/info/evil.md5sums": f"{md5(claims)}  {CHANGELOG}\n".encode(),
        CHANGELOG: claims,
    }
    _, (read,) = looked(debian(), theirs)
    assert read.changelog is None


def test_packages_of_another_root_file_system_are_left_out():
    """Their lists have paths below another folder."""
    assert looked({f"srv/root/{path}": data for path, data in debian().items()}) == ((), ())
