"""How old what assesses an image is: by the sources of its namespaces, from the day up to which their origin vouches."""

from datetime import UTC, datetime

import pytest

from careen.database.age import age_of, too_old
from careen.database.build import FeedRow, Fresh, build
from careen.database.checks import Check, read_checks, write_checks
from careen.database.knowledge import database_path
from careen.database.memory import MemoryDatabase
from careen.database.read import open_database
from careen.model.advisory import Advisory, DatabaseInfo, Exploited, NamespaceInfo, Range, SourceInfo

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    path = database_path(tmp_path)

    def source_of(namespace):
        return lambda: [Advisory("CVE-2025-1", "x", namespace, "halyard", (Range(None, "1.1"),))]

    rows = {
        FeedRow("debian/tracker.json", "debian", "tracker", as_of="2026-01-02", confirmed="2026-11-20"): source_of("debian:12"),
        FeedRow("osv/npm/all.zip", "osv", "npm", as_of="2026-10-01", fetched="2026-11-24T12:00:00+00:00"): source_of("npm"),
        FeedRow("kev.json", "kev", as_of="2026-11-23"): lambda: [Exploited("CVE-2025-1", "2026-01-01")],
    }
    build(path, [Fresh(row, records) for row, records in rows.items()], "2026-11-24T00:00:00+00:00")
    return path


def old(path, days, *namespaces):
    with open_database(path) as known:
        return {source.name: age_of(source, NOW.date()) for source in too_old(known, namespaces, days, NOW.date())}


def test_lifecycle_data_of_the_images_distribution_may_be_too_old_too():
    sources = (SourceInfo("eol/debian", "2026-09-01", 9), SourceInfo("eol/ubuntu", "2026-09-01", 9))
    known = MemoryDatabase([], DatabaseInfo("", "", sources))
    assert [source.name for source in too_old(known, ["debian:12", "npm"], 14, NOW.date())] == ["eol/debian"]
    assert not too_old(known, ["debian:12"], 100, NOW.date())


@pytest.mark.parametrize("day", ["", "soon", "2026-12-24"])  # unknown, not a day, in the future
def test_scores_and_lifecycles_of_an_unknown_age_are_too_old(day):
    sources = tuple(SourceInfo(name, day, 9) for name in ("kev", "epss", "eol/debian", "cwe"))
    known = MemoryDatabase([], DatabaseInfo("", "", sources))
    assert [source.name for source in too_old(known, ["debian:12"], 9999, NOW.date())] == ["kev", "epss", "eol/debian"]


@pytest.mark.parametrize(
    ("namespaces", "days", "found"),
    [
        (["debian:12"], 4, {}),
        (["debian:12"], 3, {"debian/tracker": 4}),
        (["npm"], 30, {"osv/npm": 54}),
        (["debian:12", "npm"], 4, {"osv/npm": 54}),
        (["PyPI"], 1, {}),  # nothing assesses it, as coverage says
        ([], 0, {"kev": 1}),
    ],
)
def test_what_assesses_counts(path, namespaces, days, found):
    assert old(path, days, *namespaces) == found


def test_what_its_origin_confirms_is_as_young_as_that(path):
    write_checks(path, {"osv/npm/all.zip": Check("2026-11-24T10:00:00+00:00", "2026-11-24")})
    assert old(path, 2, "npm") == {}


def test_a_damaged_list_of_checks_confirms_nothing(path):
    write_checks(path, {"osv/npm/all.zip": Check("2026-11-24T10:00:00+00:00", "2026-11-24")})
    checked = path.with_name("checked.json")
    checked.write_bytes(checked.read_bytes().replace(b"2026-11-24T", b"2026-11-25T"))
    assert read_checks(path) == {}
    assert old(path, 30, "npm") == {"osv/npm": 54}


@pytest.mark.parametrize(
    ("source", "age"),
    [
        (SourceInfo("a", "2026-11-20", 1), 4),
        (SourceInfo("a", "2026-11-20", 1, confirmed="2026-11-23"), 1),
        (SourceInfo("a", "2026-11-20", 1, "2026-11-24T00:00:00Z"), 4),  # fetching makes nothing younger
        (SourceInfo("a", "2026-11-25", 1), 0),  # elsewhere it is tomorrow already
        (SourceInfo("a", "2027-11-20", 1), None),
        (SourceInfo("a", "once", 1), None),
        (SourceInfo("a", "", 1), None),
    ],
)
def test_ages(source, age):
    assert age_of(source, NOW.date()) == age


def known(*infos, **days):
    sources = tuple(SourceInfo(name.replace("_", "/"), day, 1) for name, day in days.items())
    records = [NamespaceInfo("debian:12", name, 1, 1, partial=partial) for name, partial in infos]
    return MemoryDatabase(records, DatabaseInfo("", "", sources))


def test_a_stale_addition_or_older_form_does_not_age_what_is_whole():
    found = known(
        ("debian/tracker", False), ("debian/changelogs", True), debian_tracker="2026-11-20", debian_changelogs="2023-01-01"
    )
    assert too_old(found, ["debian:12"], 14, NOW.date()) == ()
    found = known(
        ("debian/tracker", False), ("debian/changelogs", True), debian_tracker="2026-01-20", debian_changelogs="2026-11-24"
    )
    assert [one.name for one in too_old(found, ["debian:12"], 14, NOW.date())] == ["debian/tracker"]
    found = known(
        ("debian/tracker", False), ("debian/bookworm", False), debian_tracker="2026-11-20", debian_bookworm="2023-01-01"
    )
    assert too_old(found, ["debian:12"], 14, NOW.date()) == ()
    found = known(("debian/changelogs", True), debian_changelogs="2023-01-01")
    assert [one.name for one in too_old(found, ["debian:12"], 14, NOW.date())] == ["debian/changelogs"]
