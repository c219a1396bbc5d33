import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careen.cli.db import _age
from careen.database.update import FeedResult, UpdateResult


def test_status_shows_each_source_with_date_records_and_trouble(careen_command, app):
    code, out, err = careen_command("db", "status")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "/cache/db.sqlite, built 2026-11-24T09:00:00Z"
    assert lines[3].split()[:3] == ["debian", "2", "51,242"]
    assert lines[3].endswith("2023-04-02 to 2026-11-23")
    assert lines[-1] == "kev: the feed could not be read:\\nHTTP 500"


def test_status_of_each_feed(careen_command, app):
    lines = careen_command("db", "status", "--verbose")[1].splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["debian/tracker", "debian/lts", "kev"]


def test_status_for_programs(careen_command, app):
    document = json.loads(careen_command("db", "status", "--json")[1])
    assert document["sources"][0]["records"] == 51234


def test_update_takes_feeds_from_a_mirror(careen_command, app):
    code, out, _ = careen_command("db", "update", "--from", "/mirror")
    assert code == 0
    assert app.asked[0][1].db_from == "/mirror"
    assert "debian" in out
    assert careen_command("db", "update", "--quiet")[1] == ""


def test_a_feed_that_failed_is_named_and_the_exit_code_says_so(careen_command, app):
    feeds = (FeedResult("debian", "debian/tracker.json", "updated"), FeedResult("osv", "osv/npm/all.zip", "failed", "HTTP 500"))
    app.updated = UpdateResult(Path("/cache/db.sqlite"), True, feeds)
    code, out, err = careen_command("db", "update")
    assert code == 3
    assert "debian" in out
    assert err.splitlines()[0] == "careen: error: could not update osv/npm/all.zip (HTTP 500)"


@pytest.mark.parametrize(
    ("moment", "age"),
    [
        ("2026-11-24T11:40:00Z", "just now"),
        ("2026-11-24T07:00:00Z", "5 hours ago"),
        ("2026-11-20T12:00:00", "4 days ago"),
        ("", "-"),
        ("yesterday", "-"),
    ],
)
def test_ages(moment, age):
    assert _age(moment, datetime(2026, 11, 24, 12, tzinfo=UTC)) == age
