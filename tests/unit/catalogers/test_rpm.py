import pytest
from tests.support import rpmdb
from tests.support.reading import MemoryFile, read_all, read_files

from careen.catalogers.rpm import CATALOGER
from careen.model.package import Evidence, Source

BASH = rpmdb.package("bash", "5.1.8", "6.el9", files=["/usr/bin/bash"])
VIM = rpmdb.package("vim-minimal", "8.2", "20.el9", epoch=2, sourcerpm="vim-8.2-20.el9.src.rpm")


@pytest.fixture
def sqlite(tmp_path):
    made = iter(range(100))
    return lambda *headers: rpmdb.sqlite(tmp_path / f"{next(made)}.sqlite", headers)


def names(files):
    return [package.name for package in read_all(CATALOGER, files)]


def present(files):
    return [package.name for package in read_all(CATALOGER, files) if package.presence == "present"]


def test_a_package(sqlite):
    module = "nodejs:18:9030020231213:rhel9"
    node = rpmdb.package("nodejs", "18.19.0", "1.el9", epoch=1, modularitylabel=module)
    (found,) = read_all(CATALOGER, {"var/lib/rpm/rpmdb.sqlite": sqlite(node)})
    assert found.purl == "pkg:rpm/nodejs@18.19.0-1.el9?arch=x86_64&epoch=1"
    assert (found.version, found.source) == ("1:18.19.0-1.el9", Source("nodejs", "1:18.19.0-1.el9"))
    assert (found.module, found.maintainer, found.licenses) == (module, "Example Linux", ("MIT",))
    assert found.evidence == (Evidence("var/lib/rpm/rpmdb.sqlite", 0),)


@pytest.mark.parametrize(
    ("source_rpm", "source"),
    [
        ("vim-8.2-20.el9.src.rpm", Source("vim", "2:8.2-20.el9")),
        ("a-b-c-1.0-2.src.rpm", Source("a-b-c", "1.0-2")),
        ("driver-1.0-2.nosrc.rpm", Source("driver", "1.0-2")),
        ("nonsense", None),
        (None, None),
    ],
)
def test_source_package(source_rpm, source, sqlite):
    blob = rpmdb.package("vim-minimal", "8.2", "20.el9", epoch=2, sourcerpm=source_rpm)
    assert read_all(CATALOGER, {"var/lib/rpm/rpmdb.sqlite": sqlite(blob)})[0].source == source


def test_public_keys_are_not_packages(sqlite):
    key = rpmdb.package("gpg-pubkey", "8483c65d", "5ccc5b19", arch=None, sourcerpm=None)
    assert names({"usr/lib/sysimage/rpm/rpmdb.sqlite": sqlite(key, BASH)}) == ["bash"]


def test_packages_that_only_an_older_database_lists_are_shadowed(sqlite):
    older = rpmdb.bdb([rpmdb.package("openssl", files=["/usr/lib/libssl.so"]), BASH, rpmdb.package("zlib")])
    files = {"usr/lib/sysimage/rpm/rpmdb.sqlite": sqlite(BASH), "var/lib/rpm/Packages": older}
    found = read_files(CATALOGER, files)
    assert [(package.name, package.presence) for package in found.packages] == [
        ("bash", "present"),
        ("openssl", "shadowed"),
        ("zlib", "shadowed"),
    ]
    assert ("openssl", ("usr/lib/libssl.so",)) in [(owner.name, owner.paths) for owner in found.owned]
    files["usr/lib/sysimage/rpm/rpmdb.sqlite"] = sqlite(BASH, rpmdb.package("openssl", "4"), rpmdb.package("zlib"))
    assert {package.presence for package in read_files(CATALOGER, files).packages} == {"present"}


def test_sqlite_before_ndb_before_berkeley_db(sqlite):
    files = {
        "var/lib/rpm/Packages": rpmdb.bdb([rpmdb.package("from-bdb")]),
        "usr/lib/sysimage/rpm/Packages.db": rpmdb.ndb([rpmdb.package("from-ndb")]),
        "usr/share/rpm/rpmdb.sqlite": sqlite(rpmdb.package("from-sqlite")),
    }
    assert present(files) == ["from-sqlite"]
    del files["usr/share/rpm/rpmdb.sqlite"]
    assert present(files) == ["from-ndb"]
    del files["usr/lib/sysimage/rpm/Packages.db"]
    assert names(files) == ["from-bdb"]


def test_an_empty_new_database_does_not_hide_a_full_old_one(sqlite):
    assert names({"var/lib/rpm/rpmdb.sqlite": sqlite(), "var/lib/rpm/Packages": rpmdb.bdb([BASH])}) == ["bash"]


def test_each_root_has_its_own_database(sqlite):
    files = {"var/lib/rpm/rpmdb.sqlite": sqlite(BASH), "mnt/sysroot/var/lib/rpm/Packages": rpmdb.bdb([VIM, BASH])}
    reading = read_files(CATALOGER, files)
    assert [package.name for package in reading.packages] == ["bash", "vim-minimal", "bash"]
    assert [owned.paths for owned in reading.owned] == [("usr/bin/bash",), ("mnt/sysroot/usr/bin/bash",)]


def test_empty_database_file_with_nothing_in_its_log_yet():
    assert read_files(CATALOGER, {"var/lib/rpm/rpmdb.sqlite": b"", "var/lib/rpm/rpmdb.sqlite-wal": b""}).packages == []


def test_unreadable_packages_are_one_unknown_and_the_rest_is_kept():
    broken = rpmdb.header(name="broken", version="1")
    reading = read_files(CATALOGER, {"var/lib/rpm/Packages.db": rpmdb.ndb([broken, BASH, broken, broken])})
    assert [package.name for package in reading.packages] == ["bash"]
    assert [unknown.reason for unknown in reading.unknowns] == ["rpm header without name, version or release (and 2 more)"]


def test_another_file_is_an_unknown():
    reading = read_files(CATALOGER, {"var/lib/rpm/Packages": b"nonsense" * 100, "var/lib/rpm/Packages.db": rpmdb.ndb([BASH])})
    assert [package.name for package in reading.packages] == ["bash"]
    assert [unknown.evidence.path for unknown in reading.unknowns] == ["var/lib/rpm/Packages"]


def test_large_databases_are_read_as_a_stream():
    blob = rpmdb.package("large", files=[f"/usr/share/{at}" for at in range(4000)])
    content = rpmdb.ndb([blob] * 200)
    content += bytes(max(0, 9 * 1024 * 1024 - len(content)))
    assert len(names({"var/lib/rpm/Packages.db": MemoryFile("var/lib/rpm/Packages.db", content)})) == 200


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("vim\t9.0-1.cm2\t1\t1\tVendor\t2\t1\tx86_64\t2\tvim-9.0-1.cm2.src.rpm", "2:9.0-1.cm2"),
        ("a-b\t1.0-1.cm2\t1\t1\t(none)\t(none)\t1\tnoarch\t0\t(none)", "1.0-1.cm2"),
    ],
)
def test_manifest_of_an_image_without_database(line, version):
    path = "var/lib/rpmmanifest/container-manifest-2"
    (found,) = read_all(CATALOGER, {path: line.encode() + b"\n"})
    assert found.version == version
    with pytest.raises(ValueError):
        read_all(CATALOGER, {path: b"what is this\n"})
