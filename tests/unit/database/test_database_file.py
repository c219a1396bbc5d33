"""Feeds of an open database, read whole."""

import pytest

from careen.database.build import Fresh, build
from careen.database.head import FeedRow
from careen.database.read import open_database
from careen.model.advisory import Advisory, Epss, NamespaceInfo, Range

ALPINE = FeedRow("alpine.json", "alpine")
SCORES = FeedRow("epss.csv", "epss")
ADVISORIES = [Advisory(f"CVE-2025-{number}", "alpine", "alpine:3.18", "jib", (Range(None, "1.1"),)) for number in range(3)]


def built(path, rows):
    build(path, [Fresh(row, lambda records=records: iter(records)) for row, records in rows], "2026-01-02T03:04:05+00:00")
    return path


@pytest.fixture
def path(tmp_path):
    return built(tmp_path / "advisories.sqlite", [(ALPINE, ADVISORIES), (SCORES, [Epss("CVE-2025-1", 0.5, 0.9)])])


def test_the_contents_and_the_records_of_each_feed(path):
    with open_database(path) as database:
        assert database.contents() == {ALPINE.path: (("advisory", "alpine:3.18", 3),), SCORES.path: (("epss", "", 1),)}
        info, *advisories = database.records_of_feed(ALPINE.path)
        assert (type(info), advisories) == (NamespaceInfo, ADVISORIES)
        assert list(database.records_of_feed(SCORES.path)) == [Epss("CVE-2025-1", 0.5, 0.9)]
        assert database.spaces("advisory") == ("alpine:3.18",)
        assert [len(list(database.rows(held))) for held in database.held().values()] == [1, 1]


def test_statements_come_in_the_order_of_keys_from_the_wanted_feeds(path):
    with open_database(path) as database:
        (packed,) = database.in_order("advisory", "alpine:3.18", lambda row: row.source == "alpine")
        assert database.statements("advisory", "alpine:3.18", packed) == ("alpine", tuple(ADVISORIES))
        assert list(database.in_order("advisory", "alpine:3.18", lambda row: row.source == "kev")) == []


def test_feeds_are_packed_alike_if_their_words_and_bundles_are(path, tmp_path):
    aliased = [Advisory("A-1", "alpine", "alpine:3.18", "jib", aliases=tuple(f"CVE-2025-{n}" for n in range(9)))]
    other = built(tmp_path / "other.sqlite", [(ALPINE, aliased), (SCORES, [Epss("CVE-2025-2", 0.1, 0.2)])])
    with open_database(path) as one, open_database(other) as two:
        assert one.packed_alike(two) == {SCORES.path}
