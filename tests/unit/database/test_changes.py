"""Updates of a feed by what changed since the last time."""

import pytest
from tests.support.feeds import FakeNetwork
from tests.support.osv import BUCKET, NEED, OSV, fixed, later, record, whole

from careen.database.changes import MAX_CHANGES, cursor
from careen.database.update import update


@pytest.fixture
def cache(tmp_path):
    """With a feed of 100 records, as of 2 January, 03:04:05."""
    update(tmp_path, OSV, need=NEED, fetcher=FakeNetwork({f"{BUCKET}/all.zip": whole(*map(record, range(100)))}))
    return tmp_path


def test_only_what_changed_is_fetched(cache):
    listed = "2026-01-04T01:00:00.5Z,GHSA-0007-aaaa-bbbb\n2026-01-04T01:00:00Z,GHSA-0100-aaaa-bbbb\n"
    listed += "2026-01-03T00:00:00Z,GHSA-0008-aaaa-bbbb\n2026-01-01T00:00:00Z,GHSA-0009-aaaa-bbbb\n"
    network = later(listed, record(7, "3.0.0"), record(100), record(8, withdrawn="2026-01-03T00:00:00Z"))
    result = update(cache, OSV, need=NEED, fetcher=network)
    assert [(one.state, one.records) for one in result.feeds] == [("updated", 100)]
    found = fixed(cache)
    assert (found["boat-7"], found["boat-100"], found["boat-9"]) == (["3.0.0"], ["2.0.0"], ["2.0.0"])
    assert "boat-8" not in found
    assert sorted(address.rpartition("/")[2] for address, _ in network.asked) == [
        "GHSA-0007-aaaa-bbbb.json", "GHSA-0008-aaaa-bbbb.json", "GHSA-0100-aaaa-bbbb.json", "modified_id.csv",
    ]  # fmt: skip
    # From then on what is newer than the newest of them is new.
    again = later("2026-01-04T02:00:00Z,GHSA-0101-aaaa-bbbb\n" + listed, record(101))
    update(cache, OSV, need=NEED, fetcher=again)
    assert [address.rpartition("/")[2] for address, _ in again.asked] == ["modified_id.csv", "GHSA-0101-aaaa-bbbb.json"]
    assert fixed(cache)["boat-101"] == ["2.0.0"]
    nothing = later("2026-01-04T02:00:00Z,GHSA-0101-aaaa-bbbb\n" + listed)
    assert update(cache, OSV, need=NEED, fetcher=nothing).feeds[0].state == "unchanged"
    assert len(nothing.asked) == 1


@pytest.mark.parametrize(
    "network",
    [
        later("".join(f"2026-01-04T01:00:00Z,GHSA-{n}-aaaa-bbbb\n" for n in range(MAX_CHANGES + 1))),
        later("2026-01-04T01:00:00Z,GHSA-0007-aaaa-bbbb\n"),  # the record itself is not there
        later("2026-01-04T01:00:00Z,GHSA-0007-aaaa-bbbb\n", **{f"{BUCKET}/GHSA-0007-aaaa-bbbb.json": b"no JSON"}),
        later("id,modified\nGHSA-0007-aaaa-bbbb,2026-01-04T01:00:00Z\n"),
        later("2026-01-03T01:00:00Z,GHSA-0007-aaaa-bbbb\n2026-01-04T01:00:00Z,GHSA-0008-aaaa-bbbb\n", record(7), record(8)),
        later("2026-01-04T01:00:00Z,../../../etc/passwd?x\n"),
        later("2026-01-04T01:00:00Z" + "x" * 200_000),
        FakeNetwork(),
    ],
    ids=["many", "missing", "damaged", "columns", "order", "paths", "endless", "none"],
)
def test_all_of_it_is_fetched_where_changes_do_not_tell(cache, network):
    network.answers[f"{BUCKET}/all.zip"] = whole(*map(record, range(101)))
    update(cache, OSV, need=NEED, fetcher=network)
    assert len(fixed(cache)) == 101
    assert network.asked[-1][0] == f"{BUCKET}/all.zip"


def test_changes_that_are_damaged_leave_what_was_there(cache):
    network = later("2026-01-04T01:00:00Z,GHSA-0007-aaaa-bbbb\n", {"id": "GHSA-0007-aaaa-bbbb", "affected": "none"})
    update(cache, OSV, need=NEED, fetcher=network)
    assert len(fixed(cache)) == 100  # the earlier edition of the unreadable record stays
    records = [{"id": f"GHSA-{n:04}-aaaa-bbbb", "affected": "none"} for n in range(20)]
    network = later("".join(f"2026-01-05T01:00:00Z,{one['id']}\n" for one in records), *records)
    assert update(cache, OSV, need=NEED, fetcher=network).feeds[0].state == "failed"
    assert len(fixed(cache)) == 100


def test_from_when_on():
    assert cursor("Fri, 02 Jan 2026 03:04:05 GMT") == "2026-01-02T01:04:05Z"
    assert cursor("2026-01-02T01:04:05.123Z") == "2026-01-02T01:04:05.123Z"
    assert cursor("yesterday") == ""
