"""Feeds laid down for another machine: the same database as of the live addresses, and never less than before."""

import hashlib
import json

import pytest
from tests.support.feeds import SOURCES, UNREACHABLE, served, whole_mirror

from careen.database import mirroring
from careen.database.compare import compare
from careen.database.differences import Only
from careen.database.knowledge import database_path
from careen.database.lock import exclusive
from careen.database.mirroring import check_wanted, lay_down
from careen.database.update import update
from careen.errors import DatabaseError, InputError, UsageError

TRACKER = "debian/tracker.json"
ADDRESS = "https://security-tracker.debian.org/tracker/data/json"


@pytest.fixture
def network(tmp_path):
    found = served(whole_mirror(tmp_path / "origin"))
    found.answers["https://osv-vulnerabilities.storage.googleapis.com/ecosystems.txt"] = (200, b"PyPI\nnpm\n")
    found.answers["https://secdb.alpinelinux.org/"] = (200, b'<a href="v3.18/">v3.18/</a> <a href="edge/">edge/</a>')
    return found


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mirror"


def laid(folder, network, *wanted, full=False, sources=SOURCES):
    return {one.path: one for one in lay_down(folder, sources, network, wanted=wanted, full=full)}


def states(found):
    return {one.state for one in found.values() if one.state not in ("absent",)}


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json" and not path.relative_to(folder).parts[0].startswith(".")
    }


def entries(folder):
    return {one["path"]: one for one in json.loads((folder / "MANIFEST.json").read_text())["files"]}


def consistent(folder):
    """No checksum of the manifest is another than that of its file."""
    return all(
        not one["sha256"] or one["sha256"] == hashlib.sha256((folder / path).read_bytes()).hexdigest()
        for path, one in entries(folder).items()
    )


@pytest.mark.parametrize("full", [False, True])
def test_a_database_from_the_mirror_is_that_of_the_live_addresses(tmp_path, folder, network, full):
    from careen.plugins import Need

    update(tmp_path / "live", SOURCES, fetcher=network, need=Need(full=full))
    assert states(laid(folder, network, full=full)) == {"new"}
    update(tmp_path / "carried", SOURCES, mirror_at=str(folder), need=Need(full=full))
    one, other = (database_path(tmp_path / name) for name in ("live", "carried"))
    found = compare(one, other, Only())
    assert (found.kinds, found.sources) == ((), ())
    assert len(found.after.sources) > 10
    then, now = ({source.name: source for source in info.sources} for info in (found.before, found.after))
    assert {name: (one.as_of, one.confirmed) for name, one in then.items()} == {
        name: (one.as_of, one.confirmed) for name, one in now.items()
    }


def test_what_did_not_change_is_not_fetched_again(folder, network):
    laid(folder, network)
    before = files(folder)
    network.answers[ADDRESS] = network.answers[ADDRESS].replace(b"CVE-", b"CVE-1")
    network.asked.clear()
    found = laid(folder, network)
    assert {path for path, one in found.items() if one.state == "updated"} == {TRACKER}
    assert states(found) == {"unchanged", "updated"}
    changed = {path for path, data in files(folder).items() if data != before[path]}
    assert changed == {TRACKER}
    assert consistent(folder)


@pytest.mark.parametrize(
    "answer", [UNREACHABLE, (503,), (404,), (200, b"<html>login</html>"), (200, b"{}", {"content-length": "9"})]
)
def test_a_download_that_fails_leaves_the_good_file(folder, network, answer):
    laid(folder, network)
    before, stated = files(folder), entries(folder)[TRACKER]
    network.answers[ADDRESS] = answer
    found = laid(folder, network)
    assert {path for path, one in found.items() if one.state == "failed"} == {TRACKER}
    assert found[TRACKER].size == len(before[TRACKER])
    assert (files(folder), entries(folder)[TRACKER]) == (before, stated)


def test_a_file_that_was_damaged_is_fetched_again(folder, network):
    laid(folder, network)
    good = files(folder)
    (folder / TRACKER).write_bytes(b"{}")
    assert laid(folder, network)[TRACKER].state == "updated"
    assert files(folder) == good


@pytest.mark.parametrize("writes", [1, 2, 3, 4, 9])
def test_a_run_that_is_killed_leaves_what_can_be_used_and_the_next_goes_on(tmp_path, folder, network, monkeypatch, writes):
    laid(folder, network, "kev", "debian")
    for address, body in list(network.answers.items()):
        if isinstance(body, bytes) and body[:1] == b"{":
            network.answers[address] = body + b"\n"
    left = [writes]
    write = mirroring._Mirror._write

    def dies(self):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        write(self)

    monkeypatch.setattr(mirroring._Mirror, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        laid(folder, network)
    monkeypatch.undo()
    assert consistent(folder)
    result = update(tmp_path / "cache", SOURCES, mirror_at=str(folder))
    assert not result.failed
    network.asked.clear()
    done = {path for path, one in entries(folder).items() if one["sha256"]}
    found = laid(folder, network)
    assert all(found[path].state == "unchanged" for path in done - {TRACKER, "kev/known_exploited_vulnerabilities.json"})
    assert states(found) >= {"new"}
    assert consistent(folder)


def test_some_of_it(folder, network):
    assert {one.source for one in laid(folder, network, "kev").values()} == {"kev"}
    found = laid(folder, network, "osv/npm")
    assert [path for path, one in found.items() if one.state == "new"] == ["osv/npm/all.zip"]
    found = laid(folder, network, "debian:12")
    assert found[TRACKER].state == "new"
    assert "osv/npm/all.zip" not in found
    assert (folder / "osv/npm/all.zip").is_file()


def test_what_is_no_need():
    check_wanted(SOURCES, ["debian:12", "npm", "kev", "osv/PyPI", "PyPI"])
    with pytest.raises(UsageError, match="'nmp'"):
        check_wanted(SOURCES, ["nmp"])


def test_large_feeds_are_kept_by_a_run_without_them(folder, network):
    found = laid(folder, network, full=True)
    large = {path for path, one in found.items() if one.state == "new"} - laid(folder / "small", network).keys()
    assert large
    again = laid(folder, network)
    assert {path for path, one in again.items() if one.state == "kept"} == large
    assert large <= files(folder).keys()


def test_an_edition_takes_the_place_of_the_one_before(folder, network):
    from msgspec.structs import replace

    cwe = next(source for source in SOURCES if source.name == "cwe")
    (feed,) = cwe.feeds(mirroring.Need(), lambda _: ())
    assert feed.kept_as
    laid(folder, network, sources=[cwe])
    edition = replace(feed, path=feed.path.replace(".zip", "-2.zip"), url="https://new.example/x")
    newer = replace(cwe, feeds=lambda need, listing: (edition,))
    assert laid(folder, network, sources=[newer])[edition.path].state == "absent"
    assert (folder / feed.path).is_file()
    network.answers[edition.url] = network.answers[feed.url]
    assert laid(folder, network, sources=[newer])[edition.path].state == "new"
    assert files(folder).keys() == {edition.path} == entries(folder).keys()


def test_a_manifest_of_another_keeps_what_it_says(folder, network):
    folder.mkdir()
    (folder / "own.json").write_text("{}")
    own = {"path": "own.json", "snapshot_date": "2026-01-01", "derived": True, "note": "ours"}
    (folder / "MANIFEST.json").write_text(json.dumps({"licence": "x", "files": [own]}))
    found = laid(folder, network)
    assert found["own.json"].state == "kept"
    assert entries(folder)["own.json"] == own | {"sha256": ""}
    assert json.loads((folder / "MANIFEST.json").read_text())["licence"] == "x"


def test_what_is_no_manifest(folder, network):
    folder.mkdir()
    (folder / "MANIFEST.json").write_text("[")
    with pytest.raises(InputError, match="not a manifest"):
        laid(folder, network)


@pytest.mark.parametrize("path", ["../victim", "a/../../victim", "/tmp/victim", ""])
def test_a_manifest_that_names_what_lies_outside_is_refused(tmp_path, folder, network, path):
    (tmp_path / "victim").write_text("precious")
    folder.mkdir()
    own = {"path": path, "key": "cwe/cwec_latest.xml.zip"}
    (folder / "MANIFEST.json").write_text(json.dumps({"files": [own]}))
    with pytest.raises(InputError, match="leads out of the mirror"):
        laid(folder, network)
    assert (tmp_path / "victim").read_text() == "precious"


def test_one_at_a_time(folder, network, monkeypatch):
    monkeypatch.setattr(mirroring, "LOCK_PATIENCE_S", 0.0)
    folder.mkdir()
    with exclusive(folder / ".lock", 0), pytest.raises(DatabaseError, match="another process"):
        laid(folder, network)


def test_a_feed_that_would_leave_the_folder_is_not_fetched(folder, network):
    from msgspec.structs import replace

    kev = next(source for source in SOURCES if source.name == "kev")
    (feed,) = kev.feeds(mirroring.Need(), lambda _: ())
    for path in ("../x.json", "/tmp/x.json", "a/../../x.json", ".lock", "a/.b"):
        bad = replace(kev, feeds=lambda need, listing, path=path: (replace(feed, path=path),))
        assert laid(folder, network, sources=[bad]) == {}
