"""Opening a database, and what is no usable one."""

import os
import sqlite3
from contextlib import closing

import pytest

from careen.database.build import FeedRow, Fresh, build
from careen.database.read import open_database, status
from careen.errors import DatabaseError
from careen.model.advisory import Advisory, Range, SourceInfo, VulnerabilityRecord

NOW = "2026-01-02T03:04:05+00:00"


def records(count=300):
    for number in range(count):
        yield Advisory(f"CVE-2025-{number}", "debian", "debian:12", f"package-{number % 60}", (Range(None, "1.1"),))
        yield VulnerabilityRecord(f"CVE-2025-{number}", "debian", summary="Rope frays.")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "advisories.sqlite"
    rows = [
        FeedRow("x/main.json", "alpine", "v3.18", "https://a.example/1", "2026-01-01", "2026-01-02T00:00:00+00:00"),
        FeedRow("x/community.json", "alpine", "v3.18", "https://a.example/2", "2025-12-01", "2026-01-01T00:00:00+00:00"),
        FeedRow("kev", "kev", "", "https://k.example", "2026-01-03", "2026-01-04T00:00:00+00:00"),
    ]
    build(path, [Fresh(rows[0], records), Fresh(rows[1], lambda: iter(())), Fresh(rows[2], lambda: iter(()))], NOW)
    return path


def test_status_tells_the_sources_with_their_dates(path):
    info = status(path)
    assert (info.path, info.built) == (str(path), NOW)
    assert info.sources == (
        SourceInfo(
            "alpine/v3.18", "2025-12-01", 300, "2026-01-01T00:00:00+00:00", "https://a.example/1", confirmed="2025-12-01"
        ),
        SourceInfo("kev", "2026-01-03", 0, "2026-01-04T00:00:00+00:00", "https://k.example", confirmed="2026-01-03"),
    )


def test_missing(tmp_path):
    with pytest.raises(DatabaseError, match="no advisory database") as caught:
        open_database(tmp_path / "absent")
    assert "careen db update" in caught.value.hint


@pytest.mark.parametrize(("content", "reason"), [(b"", "older schema"), (b"text" * 5000, "damaged")])
def test_not_a_database(path, content, reason):
    path.write_bytes(content)
    path.with_name(f"{path.name}.sum").unlink()
    with pytest.raises(DatabaseError, match=reason):
        open_database(path)


@pytest.mark.parametrize(("version", "reason"), [(0, "older"), (99, "newer")])
def test_another_schema(path, version, reason):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    path.with_name(f"{path.name}.sum").unlink()
    with pytest.raises(DatabaseError, match=reason):
        open_database(path)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.chmod(0), "cannot be read|nothing"),
        (lambda path: (path.unlink(), path.mkdir()), "is not a file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-5000]), "damaged"),
        (lambda path: path.write_bytes(b""), "damaged"),
    ],
    ids=["mode", "folder", "truncated", "emptied"],
)
def test_a_file_that_cannot_be_used_is_a_sentence_with_a_cure(path, spoil, reason):
    spoil(path)
    if path.is_file() and os.access(path, os.R_OK) and reason.startswith("cannot"):
        pytest.skip("root reads everything")
    with pytest.raises(DatabaseError, match=reason) as caught:
        open_database(path)
    assert "Errno" not in str(caught.value)
    assert caught.value.hint


def test_makes_no_file_and_takes_no_lock(path):
    path.chmod(0o400)
    before = path.stat().st_mtime_ns
    with open_database(path) as one, open_database(path) as other:
        assert one.advisories("debian:12", ["package-1"]) == other.advisories("debian:12", ["package-1"])
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.sum"]
    assert path.stat().st_mtime_ns == before


def test_more_names_than_one_statement_takes(path):
    with open_database(path) as database:
        found = database.advisories("debian:12", [f"package-{n}" for n in range(5000)])
        assert len(found) == 60
        assert len(database.records([f"CVE-2025-{n}" for n in range(2000)])) == 300


def test_unknown_namespace(path):
    with open_database(path) as database:
        assert database.advisories("plan9:4", ["package-1"]) == {}
        assert database.knows("plan9:4", ["package-1"]) == frozenset()


def test_hostile_names_are_only_names(path):
    names = ["'; DROP TABLE advisory; --", "\0", "%", "🛳" * 100, "\udcff"]
    with open_database(path) as database:
        for look_up in (database.advisories, database.malicious, database.knows):
            assert not look_up("debian:12", names)
        assert database.advisories("debian:12", ["package-1"])


def test_five_hundred_packages_are_looked_up_at_once(path):
    names = [f"package-{n}" for n in range(500)]
    asked = []
    with open_database(path) as database:
        database._connection.set_trace_callback(asked.append)
        assert len(database.advisories("debian:12", names)) == 60
    assert len([sql for sql in asked if "bucket" in sql]) <= 3
