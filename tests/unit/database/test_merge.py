"""A database from elsewhere keeps what the one in use has beyond it, also of records that the other could not read."""

import pytest

from careen.database.build import Fresh, build
from careen.database.earlier_databases import install
from careen.database.file_state import rows_of
from careen.database.head import FeedRow
from careen.database.read import open_database
from careen.model.advisory import Advisory, Epss, Malicious, PassedOver, Range, VulnerabilityRecord

NOW = "2026-08-01T00:00:00.000+00:00"
BUNDLE = tuple(f"CVE-2025-{n}" for n in range(100, 130))


def advisory(id, package="halyard", fixed="1.2", **more):
    return Advisory(id, "osv", "npm", package, (Range("0", fixed),), **more)


OURS = (
    advisory("A-1"), advisory("A-2", "Rope", aliases=BUNDLE), advisory("A-3"), advisory("A-3", "spar"),
    VulnerabilityRecord("A-1", "osv", summary="ours"), Malicious("MAL-1", "npm", "worm", ()), Epss("CVE-2025-1", 0.5, 0.5),
)  # fmt: skip


def made(path, day, *records):
    path.parent.mkdir(exist_ok=True)
    build(path, [Fresh(FeedRow("osv/npm/all.zip", "osv", "npm", as_of=day), lambda: iter(records))], NOW)
    return path


@pytest.fixture
def path(tmp_path):
    return made(tmp_path / "database" / "advisories.sqlite", "2026-01-01", *OURS)


def merged(path, tmp_path, *records, day="2026-01-02"):
    """What the database says after one came that says ``records``."""
    install(path, lambda aside: made(aside, day, *records))
    with open_database(path) as database:
        return {*database.records_of_feed("osv/npm/all.zip")} & {*OURS, *records}


def test_what_the_other_could_not_read_stays(path, tmp_path):
    new = advisory("A-4")
    lost = PassedOver("A-1: an unknown status", ("A-1", "A-2", "MAL-1", "CVE-2025-1"))
    assert merged(path, tmp_path, new, lost) == {new, OURS[0], OURS[1], *OURS[4:]}
    row = rows_of(path)["osv/npm/all.zip"]
    assert (row.as_of, row.unread) == ("2026-01-02", (lost,))  # it is still known that these could not be read


def test_what_the_other_did_read_is_not_overridden(path, tmp_path):
    newer = advisory("A-1", fixed="1.3")
    assert merged(path, tmp_path, newer, PassedOver("?", ("A-1",))) == {newer, OURS[4]}


def test_what_was_withdrawn_stays_withdrawn(path, tmp_path):
    assert merged(path, tmp_path, advisory("A-4"), PassedOver("?", ("A-9",))) == {advisory("A-4")}


def test_only_the_package_that_the_record_was_about(path, tmp_path):
    lost = PassedOver("?", ("A-3",), "npm", "spar")
    assert merged(path, tmp_path, advisory("A-4"), lost) == {advisory("A-4"), OURS[3]}


def test_an_older_one_changes_nothing(path, tmp_path):
    assert merged(path, tmp_path, advisory("A-4"), PassedOver("?", ("A-1",)), day="2025-12-31") == {*OURS}
