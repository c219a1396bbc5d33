"""The facts that are shipped, and how such a file is made."""

import lzma

import pytest
from tests.support.archive import Archive, changelog, debian_tar

from careen.database import seed
from careen.database.archive_files import ArchiveError, Archives
from careen.formats.debian.releases import debian
from careen.formats.feeds.archive_facts import read_facts
from careen.versions.deb import key


def shipped():
    with seed.FILE.open("rb") as file:
        return read_facts(file).releases


def test_what_is_shipped_is_small_and_whole():
    assert seed.FILE.stat().st_size < 1 << 20
    assert shipped().keys() == set(debian().advisories.shipped)
    for facts in shipped().values():
        assert len(facts.sources) > 110
        assert facts.as_of[:4].isdigit()
        assert sum(len(cves) for source in facts.sources.values() for cves in source.cves_by_version.values()) > 1000
        for source in facts.sources.values():
            assert all(key(version) for version in source.cves_by_version)
        assert {"openssl", "glibc", "dpkg", "curl"} <= facts.sources.keys() <= set(seed.shipped_names())


def test_what_is_shipped_names_no_host():
    assert b"//" not in lzma.decompress(seed.FILE.read_bytes())


def test_only_the_releases_that_are_asked_for():
    knowledge = seed.shipped_knowledge({"debian:12", "alpine:3.20"})
    assert knowledge.namespace("debian:11") == ()
    (info,) = knowledge.namespace("debian:12")
    assert info.partial
    assert info.detail.startswith(f"facts shipped with Careen, of {shipped()['bookworm'].as_of[:10]}, about ")
    assert knowledge.info.sources[0].as_of == shipped()["bookworm"].as_of[:10]
    assert seed.shipped_knowledge({"debian:10", "PyPI"}) is None


def test_an_installation_without_the_file_has_none(monkeypatch, tmp_path):
    monkeypatch.setattr(seed, "FILE", tmp_path / "absent")
    assert seed.shipped_knowledge({"debian:12"}) is None


def test_made_of_an_archive(tmp_path, monkeypatch):
    monkeypatch.setattr("careen.signing.signature.KEYRINGS", ())
    made = Archive()
    text = changelog("jib", ("2-1+deb12u1", "CVE-2026-0001, CVE-2026-0002"), ("2-1", "CVE-2020-0001"))
    made.suite("bookworm", [made.source("jib", "2-1+deb12u1", debian_tar(text)), made.source("spar", "1-1", b"")])
    archives = Archives([str(made.write(tmp_path / "archive"))], None)
    facts = seed.make_seed(archives, tmp_path / "facts.json.xz", key, ("jib", "spar", "absent"), ("bookworm", "trixie"))
    with pytest.raises(ArchiveError, match="no release trixie"):
        seed.make_seed(archives, tmp_path / "none", key, ("jib",), ("trixie",))
    assert facts.releases.keys() == {"bookworm"}
    with (tmp_path / "facts.json.xz").open("rb") as file:
        assert read_facts(file) == facts
    assert facts.releases["bookworm"].sources["jib"].cves_by_version == {
        "2-1": ("CVE-2020-0001",), "2-1+deb12u1": ("CVE-2026-0001", "CVE-2026-0002"),
    }  # fmt: skip
    assert facts.releases["bookworm"].sources["spar"].cves_by_version == {}
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["facts.json.xz"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"releases": {}, "version": 2}', b"[" * 100_000, lzma.compress(b"1")])
def test_what_is_no_file_of_facts(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with (tmp_path / "x").open("rb") as file, pytest.raises(ValueError, match="facts"):
        read_facts(file)
