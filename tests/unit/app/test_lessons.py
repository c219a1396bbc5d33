"""Which scores are asked for first, and how a refresh that failed is told."""

from careen.app.lessons import _by_importance, _warnings
from careen.database.memory import MemoryDatabase
from careen.database.update import FeedResult, UpdateResult
from careen.model.advisory import Exploited, VulnerabilityRecord


def test_exploited_first_then_the_unknown_then_the_newest():
    known = MemoryDatabase(
        [
            Exploited("CVE-2012-7", "2020-01-01"),
            VulnerabilityRecord("CVE-2026-1", "ubuntu"),
        ]
    )
    ids = ["CVE-2026-1", "CVE-2025-99", "CVE-2025-1000", "CVE-2012-7", "CVE-2024-30000"]
    assert _by_importance(known, ids) == ["CVE-2012-7", "CVE-2025-1000", "CVE-2025-99", "CVE-2024-30000", "CVE-2026-1"]


def test_one_line_a_source(tmp_path):
    feeds = (
        FeedResult("alpine", "a", "failed", "the server answered 403", trouble="unreachable"),
        FeedResult("alpine", "b", "failed", "the server answered 403", trouble="unreachable"),
        FeedResult("osv", "c", "failed", "no answer in time", trouble="late"),
        FeedResult("osv", "d", "updated", "there was time for the older changes alone", trouble="late"),
        FeedResult("kev", "e", "updated"),
    )
    result = UpdateResult(tmp_path, True, feeds)
    assert list(_warnings(result, is_finished_later=False)) == [
        "alpine could not be brought up to date: the server answered 403",
        "osv could not be brought up to date: no answer in time; there was time for the older changes alone",
    ]
    assert list(_warnings(result, is_finished_later=True)) == [
        "alpine could not be brought up to date: the server answered 403",
        "osv is not up to date yet (no answer in time; there was time for the older changes alone): it is finished in the "
        "background, and what the database has is used",
    ]


def test_records_that_were_passed_over_are_told_of(tmp_path):
    result = UpdateResult(tmp_path, True, (FeedResult("debian", "x", "updated", "1 record was passed over (?)", 7),))
    assert list(_warnings(result, is_finished_later=True)) == ["debian: 1 record was passed over (?)"]
