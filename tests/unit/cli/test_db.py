import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careen.app.publishing import Outcome
from careen.cli.db_text import _age, status_text
from careen.cli.main import main
from careen.database.knowledge import DERIVED
from careen.database.update import FeedResult, UpdateResult
from careen.model.advisory import DatabaseInfo, SourceInfo


def test_status_shows_each_source_with_date_records_and_trouble(careen_command, app):
    code, out, err = careen_command("db", "status")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "/cache/db.sqlite, built 2026-11-24T09:00:00Z"
    assert lines[3].split()[:3] == ["debian", "2", "51,242"]
    assert lines[3].endswith("2023-04-02 to 2026-11-23")
    assert lines[-1] == "kev: the feed could not be read:\\nHTTP 500"


def test_status_names_the_log_of_the_last_refresh_in_the_background(careen_command, app, tmp_path, monkeypatch):
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path))
    log = tmp_path / "database" / "refresh.log"
    log.parent.mkdir()
    log.write_bytes(b"2026-11-24T09:00:00+00:00 started for npm\n2026-11-24T09:00:09+00:00 ended\x1b; 1 failed\n")
    last = careen_command("db", "status")[1].splitlines()[-1]
    assert last == f"last refresh in the background: 2026-11-24T09:00:09+00:00 ended\\x1b; 1 failed ({log})"
    assert str(log) not in careen_command("db", "status", "--json")[1]


def test_status_of_each_feed(careen_command, app):
    lines = careen_command("db", "status", "--verbose")[1].splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["debian/tracker", "debian/lts", "kev"]


def test_feeds_that_a_mirror_made_are_counted_and_named_when_asked():
    names = ("osv/npm", "osv/Go")
    sources = tuple(SourceInfo(name, "2026-01-02", 3, "2026-01-02", detail=f"{DERIVED}: thin", derived=True) for name in names)
    info = DatabaseInfo("db.sqlite", "2026-01-02", sources)
    assert status_text(info, False).splitlines()[-1] == f"{DERIVED}: 2 feeds (careen db status --verbose)"
    assert status_text(info, True).splitlines()[-2:] == [f"osv/npm: {DERIVED}: thin", f"osv/Go: {DERIVED}: thin"]


def test_status_for_programs(careen_command, app):
    document = json.loads(careen_command("db", "status", "--json")[1])
    assert document["sources"][0]["records"] == 51234


def test_update_takes_feeds_from_a_mirror(careen_command, app):
    code, out, _ = careen_command("db", "update", "--from", "/mirror")
    assert code == 0
    assert app.asked[0][1].db_from == "/mirror"
    assert "debian" in out
    assert careen_command("db", "update", "--quiet")[1] == ""


def test_without_an_address_the_feeds_are_read_and_that_is_reported(careen_command, app):
    note = "No published database is configured"
    assert careen_command("db", "update")[1].count(note) == 1
    for arguments in (("--from", "/mirror"), ("--artifact", "oci://x.example/db"), ("--artifact", "off")):
        assert note not in careen_command("db", "update", *arguments)[1]


def test_a_feed_that_failed_is_named_and_the_exit_code_says_so(careen_command, app):
    feeds = (FeedResult("debian", "debian/tracker.json", "updated"), FeedResult("osv", "osv/npm/all.zip", "failed", "HTTP 500"))
    app.updated = UpdateResult(Path("/cache/db.sqlite"), True, feeds)
    code, out, err = careen_command("db", "update")
    assert code == 3
    assert "debian" in out
    assert err.splitlines()[0] == "careen: error: could not update osv/npm/all.zip (HTTP 500)"


def test_scores_that_failed_are_reported_and_fail_no_update(careen_command, app):
    scores = FeedResult("kev", "kev/known.json", "failed", "HTTP 403", assesses=False)
    app.updated = UpdateResult(Path("/cache/db.sqlite"), True, (FeedResult("debian", "debian/tracker.json", "updated"), scores))
    code, _, err = careen_command("db", "update")
    assert (code, "kev/known.json could not be brought up to date: HTTP 403" in err) == (0, True)


def test_a_source_is_named_once_for_each_reason(careen_command, app):
    scores = [FeedResult("nvd", f"nvd/{year}.json", "failed", "HTTP 503", assesses=False) for year in range(2002, 2027)]
    feeds = [FeedResult("osv", f"osv/{name}/all.zip", "failed", "HTTP 500") for name in ("Go", "npm")]
    app.updated = UpdateResult(Path("/cache/db.sqlite"), True, (*scores, *feeds))
    code, _, err = careen_command("db", "update")
    assert code == 3
    assert err.splitlines()[:2] == [
        "careen: warning: 25 files of nvd could not be brought up to date: HTTP 503",
        "careen: error: could not update 2 files of osv (HTTP 500)",
    ]


def test_what_was_kept_is_counted_by_the_reason(careen_command, app):
    feeds = (
        FeedResult("alpine", "alpine-secdb/edge/main.json", "kept", "not offered here", 3, "not_offered"),
        FeedResult("alpine", "alpine-secdb/edge/community.json", "kept", "not offered here", 3, "not_offered"),
        FeedResult("redhat", "redhat/vex", "kept", "only --full fetches it", 3, "large"),
        FeedResult("kev", "kev.json", "updated", "the records of the database were damaged"),
    )
    app.updated = UpdateResult(Path("/cache/db.sqlite"), True, feeds)
    code, out, _ = careen_command("db", "update")
    assert code == 0
    assert out.splitlines()[-3:] == [
        "3 feeds left as they were, with their age (careen db forget SOURCE removes one):",
        "  not offered here: alpine (2)",
        "  only --full fetches it: redhat",
    ]
    assert "kev.json: the records of the database were damaged" in out


def test_what_is_held_back_can_be_accepted(careen_command, app):
    why = "rejected: only 3 records, the previous version had 90"
    held = FeedResult("osv", "osv/npm/all.zip", "failed", why, 90, "held_back")
    app.updated = UpdateResult(Path("/cache/db.sqlite"), False, (held,))
    code, _, err = careen_command("db", "update")
    assert code == 3
    assert "careen db update --accept osv/npm/all.zip" in err
    assert "the others are up to date" not in err


def test_what_was_published_without_it_names_the_same_command(careen_command, monkeypatch):
    held = FeedResult("osv", "osv/npm/all.zip", "failed", "rejected", 90, "held_back")
    result = UpdateResult(Path("/cache/db.sqlite"), False, (held,))
    outcome = Outcome(7, "sha256:00", 1, 10, result, ("oci://x/db",), {}, {"chainguard": "CC-BY-NC-ND-4.0"})
    monkeypatch.setattr("careen.app.publishing.publish_database", lambda *arguments, **options: outcome)
    code, out, err = careen_command("db", "publish", "oci://x/db", "--keys", "my keys")
    assert code == 3
    assert "careen db publish oci://x/db --keys 'my keys' --accept osv/npm/all.zip" in err
    assert "not published, because its licence does not allow it: chainguard (CC-BY-NC-ND-4.0)" in out


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


@pytest.mark.parametrize(
    "arguments",
    [("status", "--full"), ("list", "--accept", "osv"), ("update", "--json"), ("diff", "a", "--keys", "x"),
     ("status", "--to", "x"), ("update", "--limit", "0"), ("export", "x", "--replace"), ("update", "--accept", "nosuch")],
)  # fmt: skip
def test_flags_that_would_do_nothing_are_refused(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path / "cache"))
    assert main(["db", *arguments]) == 2
    assert "--" in capsys.readouterr().err


def test_keys_are_not_made_in_a_file(tmp_path, capsys):
    (tmp_path / "keys").write_text("x")
    assert main(["db", "keys", str(tmp_path / "keys")]) == 3
    assert f"{tmp_path / 'keys'} is a file, not a folder for keys" in capsys.readouterr().err
