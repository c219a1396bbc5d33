"""Changelogs out of a folder."""

import gzip
import os

import pytest
from msgspec.structs import replace

from careen.app.changelogs import changelogs_in, changelogs_of
from careen.config import settings_of
from careen.errors import InputError
from careen.model.inventory import Inventory
from careen.model.package import Package, Source


def test_each_source_has_its_newest_file(tmp_path):
    names = {
        "a": b"one",
        "b_1.2-3+deb12u1.changelog": b"two",
        "c.changelog.gz": gzip.compress(b"three"),
        "other": b"four",
        "-": b"",
    }
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "a_2.changelog").write_bytes(b"newer")
    os.utime(tmp_path / "a", (1, 1))
    (tmp_path / "b").mkdir()
    assert changelogs_in(tmp_path, {"a", "b", "c", "d"}) == {"a": "newer", "b": "two", "c": "three"}


def test_a_damaged_file_is_passed_over(tmp_path):
    (tmp_path / "a").write_bytes(gzip.compress(b"text")[:-12] + b"\xff" * 4)
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    assert changelogs_in(tmp_path, {"a", "b"}) == {"b": "\ufffd\ufffd"}


def test_a_link_that_leads_nowhere_is_skipped(tmp_path):
    (tmp_path / "a").symlink_to("missing")
    (tmp_path / "b").write_text("two")
    assert changelogs_in(tmp_path, {"a", "b"}) == {"b": "two"}


def test_of_too_many_files_the_newest_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("careen.app.changelogs.MAX_FILES", 1)
    for age, name in ((1000, "a"), (2000, "b")):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (age, age))
    assert changelogs_in(tmp_path, {"a", "b"}) == {"b": "b"}


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OSError):
        changelogs_in(tmp_path / "x", {"a"})


def test_only_the_scanner_behaviour_reads_those_of_the_images_sources(tmp_path):
    (tmp_path / "openssl.changelog").write_bytes(b"text")
    (tmp_path / "curl.changelog").write_bytes(b"text")
    inventory = Inventory(None, (Package("deb", "debian", "libssl3", "1", source=Source("openssl", "1")),))
    settings = settings_of({"cache_dir": str(tmp_path), "changelogs": str(tmp_path), "scanners": "vuln,behaviour"})
    assert changelogs_of(settings, inventory) == {"openssl": "text"}
    assert changelogs_of(replace(settings, scanners=("vuln",)), inventory) == {}
    with pytest.raises(InputError, match="nowhere"):
        changelogs_of(replace(settings, changelogs=tmp_path / "nowhere"), inventory)


def test_changelogs_of_projects_lie_in_folders_of_their_type(tmp_path):
    for name in (
        "npm/axios.md",
        "npm/@babel/core.md.gz",
        "pypi/zope-interface.rst",
        "cargo/serde.md",
        "npm/deep/er/x.md",
        "axios",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(name.encode()) if name.endswith(".gz") else name.encode())
    keys = {"npm/axios", "npm/@babel/core", "pypi/zope-interface", "cargo/serde", "npm/x", "npm/deep/er/x", "npm/../axios"}
    assert changelogs_in(tmp_path, keys) == {
        "npm/axios": "npm/axios.md",
        "npm/@babel/core": "npm/@babel/core.md.gz",
        "pypi/zope-interface": "pypi/zope-interface.rst",
    }
