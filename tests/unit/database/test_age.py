"""How old what judges an image is: by the sources of its namespaces, from the day on which they were asked last."""

from datetime import UTC, datetime

import pytest

from careen.database.age import refuse_older
from careen.database.build import FeedRow, Fresh, build
from careen.database.knowledge import database_path
from careen.database.read import open_database
from careen.errors import DatabaseError
from careen.model.advisory import Advisory, Exploited, Range

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    path = database_path(tmp_path)

    def said(namespace):
        return lambda: [Advisory("CVE-2025-1", "x", namespace, "halyard", (Range(None, "1.1"),))]

    rows = {
        FeedRow("debian/tracker.json", "debian", "tracker", fetched="2026-11-20T12:00:00+00:00"): said("debian:12"),
        FeedRow("osv/npm/all.zip", "osv", "npm", fetched="2026-10-01T12:00:00+00:00"): said("npm"),
        FeedRow("kev.json", "kev", fetched="2026-11-23T12:00:00+00:00"): lambda: [Exploited("CVE-2025-1", "2026-01-01")],
    }
    build(path, [Fresh(row, records) for row, records in rows.items()], "2026-11-24T00:00:00+00:00")
    return path


def judged(path, days, *namespaces):
    with open_database(path) as known:
        refuse_older(known, path, namespaces, days, NOW)


@pytest.mark.parametrize(
    ("namespaces", "days", "culprit"),
    [
        (["debian:12"], 4, None),
        (["debian:12"], 3, "debian/tracker was last asked for news 4 days ago, and --db-max-age allows 3"),
        (["npm"], 30, "osv/npm was last asked for news 54 days ago"),
        (["debian:12", "npm"], 4, "osv/npm"),
        (["PyPI"], 1, None),  # nothing judges it, which coverage tells
        ([], 0, "kev was last asked for news 1 day ago"),
    ],
)
def test_what_judges_counts(path, namespaces, days, culprit):
    if culprit is None:
        judged(path, days, *namespaces)
        return
    with pytest.raises(DatabaseError, match=culprit) as refused:
        judged(path, days, *namespaces)
    assert "careen db update" in refused.value.hint


def test_a_source_without_news_is_no_older_for_it(path):
    path.with_name("checked.json").write_text('{"osv/npm/all.zip": "2026-11-24T10:00:00+00:00"}')
    judged(path, 2, "npm")


def test_a_moment_that_is_none_is_too_old(path):
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE feed SET fetched = 'once' WHERE source = 'osv'")
    connection.close()
    with pytest.raises(DatabaseError, match="an unknown time ago"):
        judged(path, 1000, "npm")
