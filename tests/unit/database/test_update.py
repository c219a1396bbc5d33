"""Updates: what is fetched when, what is kept, and what is reported."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from tests.support.databases import dated
from tests.support.feeds import SOURCES, UNREACHABLE, FakeNetwork, feeds_in, served, whole_mirror, write_manifest

from careen.database.checks import read_checks, write_checks
from careen.database.file_state import rows_of
from careen.database.forget import forget
from careen.database.knowledge import DERIVED, database_path
from careen.database.lock import exclusive
from careen.database.read import open_database, status
from careen.database.update import refresh, update
from careen.errors import DatabaseError, InputError, NetworkError, UsageError
from careen.plugins import Need

NEED = Need(frozenset({"debian:12", "PyPI"}))
NEEDED = {
    "debian/tracker.json",
    "debian/security-support/security-support.deb12",
    "eol/api/debian.json",
    "epss/epss_scores-current.csv.gz",
    "kev/known_exploited_vulnerabilities.json",
    "osv/PyPI/all.zip",
}
TRACKER = "https://security-tracker.debian.org/tracker/data/json"
KEV = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"


SECOND = "https://raw.githubusercontent.com/cisagov/kev-data/develop/known_exploited_vulnerabilities.json"
KEV_PATH = "kev/known_exploited_vulnerabilities.json"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def mirror(tmp_path):
    return whole_mirror(tmp_path / "mirror")


@pytest.fixture
def network(mirror):
    return served(mirror)


def states(result):
    return {feed.path: feed.state for feed in result.feeds}


def asked(cache, namespace, name):
    with open_database(database_path(cache)) as database:
        return [one.id for one in database.advisories(namespace, [name]).get(name, ())]


def no_network():
    def request(*_, **__):
        raise UNREACHABLE

    unreachable = FakeNetwork()
    unreachable.request = request
    return unreachable


def age(cache, **past):
    """As if the feeds had been asked for so long ago."""
    then = (datetime.now(UTC) - timedelta(**past)).isoformat(timespec="milliseconds")
    path = database_path(cache)
    dated(path, then, fetched=then)
    write_checks(path, {key: replace(check, asked=then) for key, check in read_checks(path).items()})


def test_from_a_folder(cache, mirror):
    write_manifest(mirror, {"osv/npm/all.zip": "2022-05-23 .. 2026-08-22"})
    result = update(cache, SOURCES, mirror_at=str(mirror), need=Need(full=True))
    # (Of a source's knowledge in several forms one is read.)
    offered = {feed.key for source in SOURCES for feed in feeds_in(source, mirror)}
    assert states(result) == dict.fromkeys(offered, "updated")
    assert result.changed
    assert asked(cache, "debian:12", "halyard") == [
        "CVE-2025-1",
        "CVE-2025-2",
        "CVE-2025-3",
        "TEMP-0000001-ABCDEF",
        "CVE-2025-11",
        "CVE-2025-9",
    ]
    assert asked(cache, "PyPI", "harbour-crane") == ["PYSEC-2025-1"]
    sources = {source.name: source for source in status(database_path(cache)).sources}
    assert (sources["osv/npm"].as_of, sources["osv/npm"].detail) == ("2022-05-23", "2022-05-23 .. 2026-08-22")
    assert sources["kev"].as_of == "2026-01-02"
    assert sources["kev"].records == 2


def test_what_a_mirror_made_itself_is_reported(cache, mirror):
    write_manifest(mirror)
    manifest = json.loads((mirror / "MANIFEST.json").read_text())
    for file in manifest["files"]:
        file |= {"derived": file["path"].startswith("osv/"), "note": "thin\nbefore 2024" if "npm" in file["path"] else ""}
    (mirror / "MANIFEST.json").write_text(json.dumps(manifest))
    update(cache, SOURCES, mirror_at=str(mirror))
    details = {source.name: source.detail for source in status(database_path(cache)).sources}
    assert details["osv/npm"] == f"{DERIVED}: thin before 2024"
    assert (details["osv/PyPI"], details["kev"]) == (DERIVED, "")


def test_the_trackers_word_goes_before_a_changelogs(cache, mirror):
    update(cache, SOURCES, mirror_at=str(mirror))
    with open_database(database_path(cache)) as database:
        found = {one.id: one.ranges[0].fixed for one in database.advisories("debian:12", ["halyard"])["halyard"]}
        assert (found["CVE-2025-1"], found["CVE-2025-9"]) == ("1.0-1+deb12u1", "1.0-2")
        partial = {info.source: info.partial for info in database.namespace("debian:12")}
        assert partial == {"debian/tracker": False, "debian/changelogs": True}


def test_what_did_not_change_is_not_read_again(cache, mirror):
    write_manifest(mirror)
    update(cache, SOURCES, mirror_at=str(mirror))
    before = database_path(cache).stat()
    again = update(cache, SOURCES, mirror_at=str(mirror))
    assert (set(states(again).values()), again.changed) == ({"unchanged"}, False)
    assert database_path(cache).stat().st_ino == before.st_ino
    (mirror / "kev/known_exploited_vulnerabilities.json").write_text('{"vulnerabilities": [{"cveID": "CVE-2026-7"}]}')
    write_manifest(mirror)
    third = update(cache, SOURCES, mirror_at=str(mirror))
    assert {path for path, state in states(third).items() if state == "updated"} == {"kev/known_exploited_vulnerabilities.json"}
    with open_database(database_path(cache)) as database:
        assert database.exploited(["CVE-2026-7", "CVE-2021-1"]).keys() == {"CVE-2026-7"}
        assert database.advisories("debian:12", ["halyard"])


def test_what_another_version_read_is_read_again(cache, mirror, monkeypatch):
    update(cache, SOURCES, mirror_at=str(mirror))
    monkeypatch.setattr("careen.database.asking.__version__", "0.0.0-other")
    assert set(states(update(cache, SOURCES, mirror_at=str(mirror))).values()) == {"updated"}


def test_a_folder_without_a_manifest(cache, mirror):
    assert set(states(update(cache, SOURCES, mirror_at=str(mirror))).values()) == {"updated"}
    assert set(states(update(cache, SOURCES, mirror_at=str(mirror))).values()) == {"unchanged"}


def test_a_file_that_is_not_the_manifests(cache, mirror):
    write_manifest(mirror)
    (mirror / "kev/known_exploited_vulnerabilities.json").write_text('{"vulnerabilities": []}')
    result = update(cache, SOURCES, mirror_at=str(mirror))
    assert [(one.source, one.path) for one in result.failed] == [("kev", "kev/known_exploited_vulnerabilities.json")]
    assert "checksum" in result.failed[0].detail


def test_a_damaged_feed_spoils_neither_the_others_nor_its_old_records(cache, mirror):
    update(cache, SOURCES, mirror_at=str(mirror))
    (mirror / "debian/tracker.json").write_text('{"halyard": {"CVE-2025-1": {"releases": {"bookworm": {"status": "?"}}}}}')
    (mirror / "osv/PyPI/all.zip").write_bytes(b"PK")
    (mirror / "alpine-secdb/edge/community.json").write_text(
        json.dumps({"packages": [{"pkg": {"name": "boom", "secfixes": {"9-r0": ["CVE-2023-7"]}}}]})
    )
    result = update(cache, SOURCES, mirror_at=str(mirror))
    # (Of which not one record can be read.)
    assert {one.path for one in result.failed} == {"debian/tracker.json", "osv/PyPI/all.zip"}
    assert asked(cache, "debian:12", "halyard")[0] == "CVE-2025-1"
    assert asked(cache, "PyPI", "harbour-crane") == ["PYSEC-2025-1"]
    assert asked(cache, "alpine:edge", "boom") == ["CVE-2023-7"]
    details = {source.name: source.detail for source in status(database_path(cache)).sources}
    assert "status" in details["debian/tracker"]
    assert "zip" in details["osv/PyPI"]


def test_records_that_cannot_be_read_are_counted_and_reported_once(cache, mirror):
    tracker = json.loads((mirror / "debian/tracker.json").read_text())
    for number in range(3):
        tracker[f"buoy{number}"] = {"CVE-2025-7": {"releases": {"bookworm": {"status": "paused", "urgency": "low"}}}}
    tracker["buoy9"] = {"CVE-2025-7": {"releases": {"bookworm": {"status": "open"}}}}
    (mirror / "debian/tracker.json").write_text(json.dumps(tracker))
    result = update(cache, SOURCES, mirror_at=str(mirror))
    (result_of_feed,) = [one for one in result.feeds if one.path == "debian/tracker.json"]
    reason = "3 records were skipped (CVE-2025-7 of buoy0 in bookworm: an unknown status 'paused')"
    assert (result_of_feed.state, result_of_feed.detail) == ("updated", reason)
    assert asked(cache, "debian:12", "buoy9") == ["CVE-2025-7"]
    assert {source.name: source.detail for source in status(database_path(cache)).sources}["debian/tracker"] == reason


def test_no_such_folder(cache, tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        update(cache, SOURCES, mirror_at=str(tmp_path / "absent"))


def test_a_folder_without_feeds(cache, tmp_path):
    with pytest.raises(DatabaseError, match="no advisory source could be reached"):
        update(cache, SOURCES, mirror_at=str(tmp_path))
    assert not database_path(cache).exists()


def test_a_first_scan_fetches_what_it_needs_and_no_more(cache, network):
    result = refresh(cache, SOURCES, NEED, network)
    assert states(result) == dict.fromkeys(NEEDED, "updated")
    assert len(network.asked) == len(NEEDED)
    assert {source.as_of for source in status(database_path(cache)).sources} == {"2026-01-02"}  # as Last-Modified says


def test_a_second_image_adds_what_it_needs(cache, network):
    refresh(cache, SOURCES, NEED, network)
    network.asked.clear()
    result = refresh(cache, SOURCES, Need(frozenset({"alpine:edge", "npm"})), network)
    assert states(result)["osv/npm/all.zip"] == "updated"
    assert states(result)["kev/known_exploited_vulnerabilities.json"] == "fresh"
    assert KEV not in {url for url, _ in network.asked}
    assert asked(cache, "alpine:edge", "boom") == ["CVE-2023-1"]
    assert asked(cache, "PyPI", "harbour-crane") == ["PYSEC-2025-1"]


def test_within_a_day_nobody_is_asked(cache, network):
    refresh(cache, SOURCES, NEED, network)
    age(cache, hours=23)
    network.asked.clear()
    result = refresh(cache, SOURCES, NEED, network)
    assert (set(states(result).values()), network.asked) == ({"fresh"}, [])


def test_after_a_day_they_are_asked_whether_something_changed(cache, network):
    refresh(cache, SOURCES, NEED, network)
    age(cache, hours=25)
    network.asked.clear()
    result = refresh(cache, SOURCES, NEED, network)
    assert (set(states(result).values()), result.changed) == ({"unchanged"}, False)
    assert all(
        "If-None-Match" in headers and "If-Modified-Since" in headers
        for url, headers in network.asked
        if "modified_id" not in url
    )
    network.asked.clear()
    assert set(states(refresh(cache, SOURCES, NEED, network)).values()) == {"fresh"}
    assert network.asked == []


def test_without_network_the_old_data_go_on_with_a_warning(cache, network):
    refresh(cache, SOURCES, NEED, network)
    age(cache, days=3)
    result = refresh(cache, SOURCES, NEED, no_network())
    assert {one.detail for one in result.failed} == {"host unreachable"}
    assert len(result.failed) == len(NEEDED)
    assert asked(cache, "debian:12", "halyard")


def test_without_network_and_without_data_it_is_an_error(cache):
    network = FakeNetwork({feed.url: UNREACHABLE for source in SOURCES for feed in source.feeds(NEED, lambda name: ())})
    with pytest.raises(DatabaseError, match="host unreachable") as caught:
        refresh(cache, SOURCES, NEED, network)
    assert "--from" in caught.value.hint
    with pytest.raises(NetworkError):
        update(cache, SOURCES, need=NEED)


def test_a_slow_server_costs_five_seconds_at_most(cache, network):
    refresh(cache, SOURCES, NEED, network)
    age(cache, days=2)
    release, answered = threading.Event(), threading.Event()

    def slow(headers):
        release.wait(60)
        answered.set()
        return UNREACHABLE

    hanging = FakeNetwork({**network.answers, TRACKER: slow})
    result = refresh(cache, SOURCES, NEED, hanging, patience_s=1.0)
    assert not answered.is_set()  # it was not waited for
    release.set()
    assert [(one.path, one.detail) for one in result.failed] == [("debian/tracker.json", "no answer in time")]
    assert states(result)["kev/known_exploited_vulnerabilities.json"] == "unchanged"


def test_what_is_missing_is_waited_for_beside_what_is_old(cache, network):
    refresh(cache, SOURCES, Need(frozenset({"PyPI"})), network)
    age(cache, days=2)
    tracker = network.answers[TRACKER]

    def slow(headers):
        time.sleep(0.05)
        return tracker

    result = refresh(cache, SOURCES, NEED, FakeNetwork({**network.answers, TRACKER: slow}), patience_s=0.0)
    assert states(result)["debian/tracker.json"] == "updated"


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ((500,), "answered 500"),
        ((200, b'{"halyard": {', {"content-length": "5000"}), "cut short"),
        ((200, b"<html>not found</html>"), "sent a web page"),
        ((200, b'{"halyard": []}'), "Expected `object`"),
    ],
)
def test_bad_answers(cache, network, answer, detail):
    network.answers[TRACKER] = answer
    result = refresh(cache, SOURCES, NEED, network)
    (failed,) = result.failed
    assert failed.path == "debian/tracker.json"
    assert detail in failed.detail


def test_a_live_full_update_lists_what_there_is(cache, mirror, network):
    network.answers["https://osv-vulnerabilities.storage.googleapis.com/ecosystems.txt"] = (
        200,
        b"PyPI\nnpm\nDebian:12\nDebian\n../x\n",
    )
    network.answers["https://secdb.alpinelinux.org/"] = (
        200,
        b'<a href="v3.18/">v3.18/</a> <a href="edge/">edge/</a> <a href="../">up</a>',
    )
    result = update(cache, SOURCES, fetcher=network)
    found = states(result)
    assert {path for path in found if path.startswith("osv/")} == {"osv/PyPI/all.zip", "osv/npm/all.zip"}
    assert {path for path, state in found.items() if path.startswith("alpine") and state == "updated"} == {
        "alpine-secdb/v3.18/main.json",
        "alpine-secdb/edge/community.json",
    }
    assert "debian/changelog-derived.json" not in found  # no address: only a mirror has it
    assert not result.failed  # what a server does not have (404) is absent, not failed


def test_what_another_origin_does_not_offer_is_kept_and_reported(cache, mirror, network):
    update(cache, SOURCES, mirror_at=str(mirror))
    assert "CVE-2025-9" in asked(cache, "debian:12", "halyard")
    result = update(cache, SOURCES, fetcher=network)
    assert "CVE-2025-9" in asked(cache, "debian:12", "halyard")
    kept = {one.path: one.trouble for one in result.kept}
    assert kept["debian/changelog-derived.json"] == "not_offered"
    assert "debian/tracker.json" not in kept


def test_without_a_network_nothing_of_a_mirror_is_lost(cache, mirror):
    """The feeds that are known by listing what there is are the ones that a missing network hides."""
    update(cache, SOURCES, mirror_at=str(mirror), need=Need(full=True))
    before = rows_of(database_path(cache))
    result = update(cache, SOURCES, fetcher=no_network())
    assert rows_of(database_path(cache)) == before
    assert {one.trouble for one in result.failed} == {"unreachable", "not_listed"}
    troubles = {one.path: one.trouble for one in (*result.failed, *result.kept)}
    assert troubles.keys() >= before.keys()
    assert (troubles["alpine-secdb/edge/community.json"], troubles["alpine"]) == ("not_listed", "not_listed")
    troubles = {source.name: source.trouble for source in status(database_path(cache)).sources}
    assert (troubles["kev"], troubles["debian/changelogs"]) == ("unreachable", "")


def test_a_mirror_with_one_feed_loses_nothing(cache, mirror, tmp_path):
    update(cache, SOURCES, mirror_at=str(mirror))
    before = rows_of(database_path(cache))
    (tmp_path / "thin/kev").mkdir(parents=True)
    (tmp_path / "thin" / "kev/known_exploited_vulnerabilities.json").write_text(
        '{"vulnerabilities": [{"cveID": "CVE-2026-7"}]}'
    )
    result = update(cache, SOURCES, mirror_at=str(tmp_path / "thin"))
    after = rows_of(database_path(cache))
    assert after.keys() == before.keys()
    assert {path for path in before if after[path] != before[path]} == {"kev/known_exploited_vulnerabilities.json"}
    assert len(result.kept) == len(before) - 1
    assert asked(cache, "alpine:edge", "boom")


def test_a_mirror_does_not_turn_the_clock_back(cache, mirror, network):
    update(cache, SOURCES, mirror_at=str(mirror))
    write_manifest(mirror, {"debian/tracker.json": "2026-02-02"})
    (mirror / "debian/tracker.json").write_text((mirror / "debian/tracker.json").read_text() + "\n")
    write_manifest(mirror, {"debian/tracker.json": "2025-01-02"})
    result = update(cache, SOURCES, mirror_at=str(mirror))
    assert [(one.path, one.trouble) for one in result.failed] == [("debian/tracker.json", "held_back")]
    assert "older (2025-01-02)" in result.failed[0].detail
    assert not update(cache, SOURCES, mirror_at=str(mirror), accept=["debian"]).failed


def test_what_a_mirror_made_does_not_replace_its_sources_own(cache, mirror):
    write_manifest(mirror)
    update(cache, SOURCES, mirror_at=str(mirror))
    (mirror / "osv/npm/all.zip").write_bytes((mirror / "osv/PyPI/all.zip").read_bytes())
    write_manifest(mirror)
    manifest = json.loads((mirror / "MANIFEST.json").read_text())
    for file in manifest["files"]:
        file["derived"] = True
    (mirror / "MANIFEST.json").write_text(json.dumps(manifest))
    result = update(cache, SOURCES, mirror_at=str(mirror))
    assert [(one.path, one.trouble) for one in result.failed] == [("osv/npm/all.zip", "held_back")]
    assert not update(cache, SOURCES, mirror_at=str(mirror), accept=["osv/npm"]).failed


def test_a_feed_from_another_place_is_held_back_as_any(cache, mirror, monkeypatch, tmp_path):
    monkeypatch.setattr("careen.database.build.LOSS_FROM_RECORDS", 1)
    update(cache, SOURCES, mirror_at=str(mirror))
    (tmp_path / "thin/debian").mkdir(parents=True)
    (tmp_path / "thin/debian/tracker.json").write_text(
        '{"halyard": {"CVE-2025-1": {"releases": {"bookworm": {"status": "open", "urgency": "low"}}}}}'
    )
    result = update(cache, SOURCES, mirror_at=str(tmp_path / "thin"))
    assert [(one.path, one.trouble) for one in result.failed] == [("debian/tracker.json", "held_back")]
    assert "CVE-2025-2" in asked(cache, "debian:12", "halyard")


def test_forget_removes_a_source_or_a_part_or_a_feed(cache, mirror):
    update(cache, SOURCES, mirror_at=str(mirror))
    before = set(rows_of(database_path(cache)))
    assert [row.path for row in forget(cache, "osv/npm")] == ["osv/npm/all.zip"]
    assert {row.source for row in forget(cache, "alpine")} == {"alpine"}
    assert [row.path for row in forget(cache, "debian/tracker.json")] == ["debian/tracker.json"]
    left = set(rows_of(database_path(cache)))
    assert {path.split("/")[0] for path in before - left} == {"osv", "alpine-secdb", "debian"}
    assert asked(cache, "alpine:edge", "boom") == []
    assert asked(cache, "debian:12", "halyard")
    with pytest.raises(UsageError, match="no source 'debiam'") as refused:
        forget(cache, "debiam")
    assert "debian" in refused.value.hint


def test_forgetting_the_last_feed_leaves_no_database(cache, mirror):
    update(cache, [source for source in SOURCES if source.name == "kev"], mirror_at=str(mirror))
    forget(cache, "kev")
    assert not database_path(cache).exists()


def test_a_mirror_under_a_url(cache, mirror):
    write_manifest(mirror)
    base = "http://127.0.0.1:9/mirror"
    files = {path.relative_to(mirror).as_posix(): path.read_bytes() for path in mirror.rglob("*") if path.is_file()}
    network = FakeNetwork({f"{base}/{path.replace(' ', '%20')}": data for path, data in files.items()})
    result = update(cache, SOURCES, fetcher=network, mirror_at=f"{base}/", need=Need(full=True))
    offered = {feed.key for source in SOURCES for feed in feeds_in(source, mirror)}
    assert {path for path, state in states(result).items() if state == "updated"} == offered
    assert not result.failed  # what the mirror does not have (404) is absent
    assert "updated" not in states(update(cache, SOURCES, fetcher=network, mirror_at=base)).values()
    network.answers[f"{base}/debian/tracker.json"] = b"{}"
    write_manifest(mirror)
    network.answers[f"{base}/MANIFEST.json"] = (mirror / "MANIFEST.json").read_bytes().replace(b"2026-01-02", b"2026-01-03")
    assert not update(cache, SOURCES, fetcher=network, mirror_at=base).failed
    with pytest.raises(InputError, match="404"):
        update(cache, SOURCES, fetcher=FakeNetwork(), mirror_at=base)
    with pytest.raises(InputError, match="not a manifest"):
        update(cache, SOURCES, fetcher=FakeNetwork({f"{base}/MANIFEST.json": b"<html>"}), mirror_at=base)


def test_a_mirror_under_a_url_without_a_manifest_is_what_its_server_shows(cache, mirror):
    base = "http://127.0.0.1:9/mirror"
    answers = {}
    for folder in (mirror, *(path for path in mirror.rglob("*") if path.is_dir())):
        links = "".join(f'<a href="{quote(path.name)}{"/" * path.is_dir()}">x</a>' for path in folder.iterdir())
        address = f"{base}/{quote(folder.relative_to(mirror).as_posix())}/".replace("/./", "/")
        answers[address] = f'<html><h1>Index</h1><a href="../">..</a>{links}</html>'.encode()
    files = (path for path in mirror.rglob("*") if path.is_file() and path.name != "MANIFEST.json")
    answers |= {f"{base}/{quote(path.relative_to(mirror).as_posix())}": path.read_bytes() for path in files}
    result = update(cache, SOURCES, fetcher=FakeNetwork(answers), mirror_at=base, need=Need(full=True))
    assert not result.failed
    offered = {feed.key for source in SOURCES for feed in feeds_in(source, mirror)}
    assert {path for path, state in states(result).items() if state == "updated"} == offered


def test_nvd_is_for_full_updates_alone(cache, mirror, network):
    refresh(cache, SOURCES, NEED, network)
    assert not any("nvd" in url for url, _ in network.asked)
    nvd = [source for source in SOURCES if source.name == "nvd"]
    assert [one.state for one in update(cache, nvd, mirror_at=str(mirror)).feeds] == ["updated"] * 2


@pytest.mark.parametrize("answer", [(403,), (404,), (410,), (429,), (502,), UNREACHABLE])
def test_where_the_first_address_fails_the_second_is_asked_and_reported(cache, network, answer):
    network.answers[SECOND], network.answers[KEV] = network.answers[KEV], answer
    assert not update(cache, SOURCES, need=NEED, fetcher=network).failed
    row = rows_of(database_path(cache))[KEV_PATH]
    assert (row.url, row.detail.startswith(f"instead of {KEV} (")) == (SECOND, True)
    network.asked.clear()
    again = update(cache, SOURCES, need=NEED, fetcher=network)
    assert states(again)[KEV_PATH] == "unchanged"
    sent = {address: headers for address, headers in network.asked if address in (KEV, SECOND)}
    assert "If-None-Match" not in sent[KEV]
    assert sent[SECOND]["If-None-Match"] == row.etag
    network.answers[KEV] = network.answers[SECOND]
    assert states(update(cache, SOURCES, need=NEED, fetcher=network))[KEV_PATH] == "updated"
    assert (rows_of(database_path(cache))[KEV_PATH].url, rows_of(database_path(cache))[KEV_PATH].detail) == (KEV, "")


def test_which_sources_assess_is_reported_with_what_failed(cache, network):
    update(cache, SOURCES, need=NEED, fetcher=network)
    network.answers |= {KEV: (403,), SECOND: (403,), TRACKER: (500,)}
    failed = update(cache, SOURCES, need=NEED, fetcher=network).failed
    assert {one.source: one.assesses for one in failed} == {"kev": False, "debian": True}
    with open_database(database_path(cache)) as database:
        assert database.exploited(["CVE-2021-1"])


def test_where_no_address_answers_each_is_reported(cache, network):
    network.answers |= {KEV: (403,), SECOND: (500,)}
    (failed,) = update(cache, SOURCES, need=NEED, fetcher=network).failed
    assert failed.detail == "neither of its 2 addresses could be reached (the server answered 403; the server answered 500)"


def test_two_at_once_fetch_once(cache, network):
    results = []

    def run():
        results.append(update(cache, SOURCES, need=NEED, fetcher=network, progress=progress))

    def progress(what, done, total):
        if what == "waiting for another update":
            waited_for.set()

    def slow(headers):
        assert waited_for.wait(60)
        return tracker

    waited_for = threading.Event()

    tracker = network.answers[TRACKER]
    network.answers[TRACKER] = slow
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(network.asked) == len(NEEDED)
    assert sorted(one.changed for one in results) == [False, True]
    assert {feed.state for one in results if not one.changed for feed in one.feeds} == {"fresh"}


def test_a_refresh_does_not_wait_for_anothers_update_for_ever(cache, network):
    refresh(cache, SOURCES, NEED, network)
    with exclusive(database_path(cache).with_name("lock"), 0):
        result = refresh(cache, SOURCES, NEED, network, patience_s=0.2)
    assert "another process" in result.failed[0].detail


def test_progress_tells_of_bytes(cache, network):
    progress = []
    refresh(cache, SOURCES, NEED, network, lambda what, done, total: progress.append((what, done, total)))
    size = len(network.answers[KEV])
    assert (KEV, size, size) in progress
    assert any(what.startswith("reading debian/tracker.json") for what, _, _ in progress)


def test_leaves_nothing_but_its_files(cache, network):
    refresh(cache, SOURCES, NEED, network)
    (database_path(cache).parent / "fetching.1").mkdir()
    update(cache, SOURCES, need=NEED, fetcher=network)
    assert {path.name for path in database_path(cache).parent.iterdir()} == {
        "advisories.sqlite",
        "advisories.sqlite.sum",
        "checked.json",
        "lock",
        "partial.lock",
    }
    assert database_path(cache).parent.stat().st_mode & 0o077 == 0


def test_a_database_of_another_kind_is_built_anew(cache, network):
    refresh(cache, SOURCES, NEED, network)
    database_path(cache).write_bytes(b"damaged")
    result = refresh(cache, SOURCES, NEED, network)
    assert [(one.path, one.trouble) for one in result.failed] == [("advisories.sqlite", "damaged")]
    assert {one.state for one in result.feeds if one not in result.failed} == {"updated"}
    assert asked(cache, "debian:12", "halyard")
    assert not update(cache, SOURCES, need=NEED, fetcher=network).failed


def test_what_is_damaged_and_cannot_be_fetched_stays_an_error(cache, network):
    refresh(cache, SOURCES, NEED, network)
    database_path(cache).write_bytes(b"damaged")
    with pytest.raises(DatabaseError, match="no advisory source could be reached"):
        refresh(cache, SOURCES, NEED, FakeNetwork(dict.fromkeys(network.answers, UNREACHABLE)))
    with pytest.raises(DatabaseError, match="damaged"):
        open_database(database_path(cache))


def test_a_folder_in_the_place_of_the_database(cache, network):
    database_path(cache).mkdir(parents=True)
    with pytest.raises(DatabaseError, match="is not a file") as caught:
        update(cache, SOURCES, need=NEED, fetcher=network)
    assert "Remove" in caught.value.hint


def test_a_database_of_an_earlier_schema_is_built_anew(cache, network):
    refresh(cache, SOURCES, NEED, network)
    import sqlite3

    with sqlite3.connect(database_path(cache)) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    database_path(cache).with_name("advisories.sqlite.sum").unlink()
    with pytest.raises(DatabaseError, match="older schema"):
        open_database(database_path(cache))
    result = refresh(cache, SOURCES, NEED, network)
    assert {one.state for one in result.feeds} == {"updated"}


def test_the_whole_mirror_of_real_feeds(cache, feeds):
    wanted = [source for source in SOURCES if source.name in ("alpine", "debian", "kev", "eol")]
    result = update(cache, wanted, mirror_at=str(feeds))
    assert not result.failed
    with open_database(database_path(cache)) as database:
        assert all(info.partial for info in database.namespace("debian:12"))
        assert all(info.partial and info.packages <= 12 for info in database.namespace("debian:13"))
        assert not all(info.partial for info in database.namespace("debian:11"))
        assert database.end_of_life("debian:12") > "2026"
    assert len(feeds_in(wanted[1], feeds)) == 2


def test_a_clock_that_was_once_wrong_blocks_nothing(cache, network, monkeypatch):
    with monkeypatch.context() as wrong:
        wrong.setattr("careen.database.applying.now", lambda: "2999-12-31T00:00:00.000+00:00")
        refresh(cache, SOURCES, NEED, network)
    assert set(states(refresh(cache, SOURCES, NEED, network)).values()) >= {"unchanged"}
    found = states(refresh(cache, SOURCES, NEED, network))
    assert {found[path] for path in NEEDED} == {"fresh"}


def test_one_reason_is_reported_once(cache, network):
    network.request = lambda *_, **__: (_ for _ in ()).throw(NetworkError("proxy 127.0.0.1:9: Connection refused"))
    with pytest.raises(DatabaseError) as caught:
        update(cache, SOURCES, need=NEED, fetcher=network)
    assert str(caught.value).count("Connection refused") == 1
