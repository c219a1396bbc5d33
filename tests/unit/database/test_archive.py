"""Fixed vulnerabilities from a small archive, in a folder and over HTTP."""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.archive import Archive, Signer, changelog, deb, debian_tar
from tests.support.servers import Server

from careen.database.archive import archive_knowledge, release_facts
from careen.database.archive_files import ArchiveError, Archives
from careen.net import make_fetcher
from careen.versions.deb import key

JIB = changelog("jib", ("1.4-2+deb12u2", "CVE-2026-0002"), ("1.4-2+deb12u1", "CVE-2026-0001"), ("1.4-2", "CVE-2020-0001"))
INSTALLED = {"jib": ["1.4-2"], "spar": ["3.0-1"], "strange": ["9"]}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    """Whether this machine has Debian's keys must not matter."""
    monkeypatch.setattr("careen.signing.signature.KEYRINGS", ())


def archive(sign=lambda text: text):
    made = Archive()
    spar = made.source("spar", "3.0-1", debian_tar(changelog("spar", ("3.0-1", "CVE-2026-0009"))))
    old = made.source(
        "jib", "1.4-2+deb12u1", debian_tar(JIB.partition("jib (1.4-2+deb12u1)")[1] + JIB.rpartition("jib (1.4-2+deb12u1)")[2])
    )
    new = made.source("jib", "1.4-2+deb12u2", debian_tar(JIB))
    made.suite("bookworm", [spar, old], codename="bookworm", sign=sign)
    made.suite("bookworm-security", [new], codename="bookworm-security", date=datetime(2026, 3, 5, tzinfo=UTC), sign=sign)
    return made


def facts(made, root, wanted=INSTALLED, **options):
    return release_facts(Archives([str(made.write(root))], None, **options), "bookworm", wanted, key)


def test_a_package_that_is_older_than_the_newest_is_looked_up(tmp_path):
    found = facts(archive(), tmp_path)
    assert found.as_of == "2026-03-05T00:00:00+00:00"
    assert found.sources["jib"].newest == "1.4-2+deb12u2"
    assert found.sources["jib"].cves_by_version == {
        "1.4-2": ("CVE-2020-0001",), "1.4-2+deb12u1": ("CVE-2026-0001",), "1.4-2+deb12u2": ("CVE-2026-0002",),
    }  # fmt: skip
    assert found.sources["spar"].cves_by_version == {}
    assert "strange" not in found.sources


def test_what_the_patches_of_the_newest_version_name_is_fixed_too(tmp_path):
    made = archive()
    patches = {"series": "CVE-2026-0007.patch", "CVE-2026-0007.patch": ""}
    made.suite("bookworm-security", [made.source("jib", "1.4-2+deb12u2", debian_tar(JIB, patches=patches))])
    assert "CVE-2026-0007" in facts(made, tmp_path).sources["jib"].cves_by_version["1.4-2"]


def test_of_a_package_that_is_as_new_nothing_is_fetched(tmp_path):
    made = archive()
    made.files = {path: data for path, data in made.files.items() if not path.startswith("pool/")}
    assert facts(made, tmp_path, {"jib": ["1.4-2+deb12u2"], "spar": ["3.0-1"]}).sources.keys() == {"jib", "spar"}


def test_the_oldest_of_several_installed_versions_counts(tmp_path):
    assert facts(archive(), tmp_path, {"jib": ["1.4-2+deb12u2", "no version", "1.4-2"]}).sources["jib"].cves_by_version


def test_over_http_one_request_after_the_other_and_nothing_twice(tmp_path):
    with Server(archive().respond()) as server:
        for _ in range(2):
            places = Archives([f"{server.url}/debian/"], make_fetcher(environ={}), tmp_path)
            knowledge = archive_knowledge(places, {"debian:12": INSTALLED, "ubuntu:24.04": {"x": ["1"]}}, key)
            assert {one.id for one in knowledge.advisories("debian:12", ["jib"])["jib"]} >= {"CVE-2026-0001", "CVE-2026-0002"}
        paths = [path for path in server.paths() if "InRelease" not in path and "contrib" not in path]
    assert knowledge.knows("debian:12", ["jib", "spar", "strange"]) == {"jib", "spar"}
    assert (knowledge.info.sources[0].as_of, knowledge.info.sources[0].name) == ("2026-03-05", "debian-archive")
    assert len(paths) == len(set(paths)) == 3
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".sources", ".sources", ".told2"]


def test_what_is_kept_and_damaged_is_fetched_anew(tmp_path):
    made = archive()
    first = facts(made, tmp_path / "archive", cache=tmp_path / "kept")
    for file in (tmp_path / "kept").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    assert facts(made, tmp_path / "archive", cache=tmp_path / "kept") == first


def test_what_is_kept_under_another_name_is_fetched_anew(tmp_path, caplog):
    made = archive()
    first = facts(made, tmp_path / "archive", cache=tmp_path / "kept")
    one, other = (file for file in (tmp_path / "kept").iterdir() if file.suffix == ".sources")
    whole = [one.read_bytes(), other.read_bytes()]
    one.write_bytes(whole[1])
    other.write_bytes(whole[0])
    assert facts(made, tmp_path / "archive", cache=tmp_path / "kept") == first
    assert caplog.text.count("is damaged") == 2 and [one.read_bytes(), other.read_bytes()] == whole


def test_what_a_mirror_lacks_is_asked_for_once():
    with Server(archive().respond()) as server:
        release_facts(Archives([f"{server.url}/debian"], make_fetcher(environ={})), "bookworm", INSTALLED, key)
        assert len(server.paths()) == len(set(server.paths()))


def test_security_updates_are_looked_for_beside_the_archive(tmp_path):
    made = archive()
    beside = Archive({path: made.files.pop(path) for path in list(made.files) if "-security/" in path or "deb12u2" in path})
    made.write(tmp_path / "debian")
    beside.write(tmp_path / "debian-security")
    found = release_facts(Archives([str(tmp_path / "debian")], None), "bookworm", INSTALLED, key)
    assert found.sources["jib"].newest == "1.4-2+deb12u2"


def test_without_security_updates_it_says_so(tmp_path):
    made = archive()
    made.files = {path: data for path, data in made.files.items() if "-security/" not in path}
    found = facts(made, tmp_path)
    assert found.sources["jib"].newest == "1.4-2+deb12u1"
    assert "no suite of security updates" in found.detail


def test_a_file_that_is_not_there_gives_way_to_a_binary_package_and_that_to_an_older_version(tmp_path):
    made = archive()
    new = made.source("jib", "1.4-2+deb12u2", debian_tar(JIB))
    packages = [
        made.binary("jib-dev", "1.4-2+deb12u2", deb("jib-dev", ""), "jib"),
        made.binary("libjib", "1.4-2+deb12u2+b1", deb("libjib", JIB + " " * 4000), "jib (1.4-2+deb12u2)"),
    ]
    made.suite("bookworm-security", [new], packages, codename="bookworm-security")
    del made.files["pool/jib/jib_1.4-2+deb12u2.debian.tar.xz"]
    found = facts(made, tmp_path / "deb")
    assert "1.4-2+deb12u2" in found.sources["jib"].cves_by_version
    del made.files["pool/jib/libjib_1.4-2+deb12u2+b1_amd64.deb"]
    found = facts(made, tmp_path / "older")
    assert list(found.sources["jib"].cves_by_version) == ["1.4-2", "1.4-2+deb12u1"]
    assert "only an older changelog was available of jib" in found.detail
    del made.files["pool/jib/jib_1.4-2+deb12u1.debian.tar.xz"]
    found = facts(made, tmp_path / "none")
    assert "jib" not in found.sources
    assert "no changelog was available of jib" in found.detail


def test_a_mirror_without_source_packages(tmp_path):
    made = Archive()
    made.suite("bookworm", [], [made.binary("jib", "1.4-2+deb12u2", deb("jib", JIB))])
    assert facts(made, tmp_path, {"jib": ["1.4-2"]}).sources["jib"].cves_by_version["1.4-2+deb12u1"] == ("CVE-2026-0001",)


def test_whatever_is_installed_what_was_updated_is_looked_up(tmp_path):
    made = archive()
    native = made.source("mast", "1.20", debian_tar(changelog("mast", ("1.20", "CVE-2026-0004"))), "tar.xz")
    same = made.source("keel", "5-1", debian_tar(changelog("keel", ("5-1", "CVE-2026-0005"))))
    made.suite("bookworm", [native, same, made.source("spar", "3.0-1", b"")], codename="bookworm")
    made.suite("bookworm-updates", [made.source("keel", "5-2", debian_tar(changelog("keel", ("5-2", "CVE-2026-0006"))))])
    found = facts(made, tmp_path, dict.fromkeys(("mast", "keel", "spar"), ()))
    assert {name: list(one.cves_by_version) for name, one in found.sources.items()} == {
        "keel": ["5-2"],
        "mast": ["1.20"],
        "spar": [],
    }


def test_a_file_that_is_not_what_the_list_names_is_not_believed(tmp_path):
    made = archive()
    path = "pool/jib/jib_1.4-2+deb12u2.debian.tar.xz"
    made.files[path] = debian_tar(changelog("jib", ("1.4-2+deb12u2", "nothing")))[: len(made.files[path])]
    assert "an older changelog" in facts(made, tmp_path / "one").detail
    made.files["dists/bookworm/main/source/Sources.xz"] = made.files["dists/bookworm-security/main/source/Sources.xz"]
    with pytest.raises(ArchiveError, match=r"Sources.xz has another checksum"):
        facts(made, tmp_path / "two")


@pytest.mark.parametrize("data", [b"", b"nothing", b"SHA256:\n", b"\xff" * 1000])
def test_lists_that_are_none_are_refused(tmp_path, data, caplog):
    made = archive()
    made.files["dists/bookworm/InRelease"] = data
    found = facts(made, tmp_path / "one")
    assert "not used: " in found.detail
    assert found.sources.keys() == {"jib"}
    made.files["dists/bookworm-security/InRelease"] = data
    with pytest.raises(ArchiveError, match="InRelease"):
        facts(made, tmp_path)
    with caplog.at_level(logging.WARNING):
        assert archive_knowledge(Archives([str(tmp_path)], None), {"debian:12": INSTALLED}, key) is None
    assert "the archive could not be read" in caplog.text


def test_the_list_of_another_suite_is_refused(tmp_path):
    made = archive()
    made.files["dists/bookworm-security/InRelease"] = made.files["dists/bookworm/InRelease"]
    assert "bookworm-security/InRelease is that of bookworm" in facts(made, tmp_path).detail


def test_a_release_that_is_not_there(tmp_path):
    with pytest.raises(ArchiveError, match="no release trixie"):
        release_facts(Archives([str(archive().write(tmp_path))], None), "trixie", INSTALLED, key)


def test_one_place_that_cannot_be_reached_is_reported_and_the_others_are_read(tmp_path):
    with Server(archive().respond()) as server:
        gone = server.url
    places = Archives([f"{gone}/debian", str(archive().write(tmp_path))], make_fetcher(environ={}, sleep=lambda _: None))
    found = release_facts(places, "bookworm", INSTALLED, key)
    assert found.sources.keys() == {"jib", "spar"}
    assert found.detail.count("cannot be reached") == 1


def test_lists_that_expired_are_reported(tmp_path):
    made = archive()
    made.suite("bookworm-updates", [made.source("x", "1", b"")], valid_until=datetime(2026, 3, 8, tzinfo=UTC))
    assert "its lists expired on 2026-03-08" in facts(made, tmp_path).detail


def test_the_time_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("careen.database.archive.BUDGET_S", -1.0)
    with pytest.raises(ArchiveError, match="time"):
        facts(archive(), tmp_path)


def test_what_is_kept_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(Archives.__init__, "__defaults__", (*Archives.__init__.__defaults__[:-1], 1))
    facts(archive(), tmp_path / "archive", cache=tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_an_address_is_shown_without_its_password(caplog):
    with Server(Archive().respond()) as server, caplog.at_level(logging.DEBUG):
        place = f"http://user:secret@{server.host}/debian"
        assert archive_knowledge(Archives([place], make_fetcher(environ={})), {"debian:12": INSTALLED}, key) is None
    assert "secret" not in caplog.text


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    if not (shutil.which("gpg") and shutil.which("gpgv")):
        pytest.skip("GnuPG is not installed")
    made = Signer(tmp_path_factory.mktemp("gpg") / "home")
    yield made
    made.close()


def test_signed_lists_are_verified_by_the_keys_that_were_given(tmp_path, signer):
    found = facts(archive(signer), tmp_path / "good", keys=[signer.keyring])
    assert "signature" not in found.detail
    assert found.sources.keys() == {"jib", "spar"}
    with pytest.raises(ArchiveError, match="not signed"):
        facts(archive(), tmp_path / "unsigned", keys=[signer.keyring])
    made = archive(signer)
    made.files["dists/bookworm/InRelease"] = made.files["dists/bookworm/InRelease"].replace(
        b"Suite: bookworm", b"Suite: bookwyrm"
    )
    assert "InRelease: its signature is wrong" in facts(made, tmp_path / "changed", keys=[signer.keyring]).detail


def test_a_stranger_s_signature_is_reported_and_a_broken_one_refused(tmp_path, signer, monkeypatch):
    other = Signer(tmp_path / "other")
    monkeypatch.setattr("careen.signing.signature.KEYRINGS", (str(other.keyring),))
    other.close()
    assert "its signature was not verified: no available key signed it" in facts(archive(signer), tmp_path / "one").detail
    with pytest.raises(ArchiveError, match="not verified by the keys that were given"):
        facts(archive(signer), tmp_path / "two", keys=[other.keyring])


def test_text_before_a_signature_is_not_signed(tmp_path, signer):
    made = archive(signer)
    forged = archive().files["dists/bookworm/InRelease"]
    made.files["dists/bookworm/InRelease"] = forged + b"\n" + made.files["dists/bookworm/InRelease"]
    try:
        found = facts(made, tmp_path, keys=[signer.keyring])
    except ArchiveError:
        return
    assert found == facts(archive(signer), tmp_path / "honest", keys=[signer.keyring])


def test_a_machine_without_a_verifier_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("careen.signing.signature.KEYRINGS", (str(Path(__file__)),))
    assert "neither gpgv nor sqv is installed" in facts(archive(), tmp_path / "archive").detail
