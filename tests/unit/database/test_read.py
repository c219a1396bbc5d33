"""Opening a database, and what is no usable one."""

import random
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


@pytest.mark.parametrize(("content", "reason"), [(b"", "older kind"), (b"text" * 5000, "damaged")])
def test_not_a_database(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match=reason):
        open_database(path)


@pytest.mark.parametrize(("version", "reason"), [(0, "older"), (99, "newer")])
def test_another_schema(path, version, reason):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(DatabaseError, match=reason):
        open_database(path)


def test_a_damaged_file_is_said_to_be_damaged(path):
    """Truncated, or with bytes changed anywhere: an answer or a DatabaseError, nothing else."""
    good = path.read_bytes()
    seed = random.Random(5)
    said = 0
    for turn in range(120):
        data = bytearray(good)
        if turn % 4 == 0:
            del data[seed.randrange(len(data)) :]
        else:
            for _ in range(seed.choice((1, 20, 300))):
                data[seed.randrange(len(data))] = seed.randrange(256)
        path.write_bytes(bytes(data))
        try:
            with open_database(path) as database:
                database.advisories("debian:12", [f"package-{n}" for n in range(60)])
                database.records([f"CVE-2025-{n}" for n in range(300)])
                database.namespace("debian:12")
                _ = database.info
        except DatabaseError:
            said += 1
    assert said > 20


def test_makes_no_file_and_takes_no_lock(path):
    path.chmod(0o400)
    before = path.stat().st_mtime_ns
    with open_database(path) as one, open_database(path) as other:
        assert one.advisories("debian:12", ["package-1"]) == other.advisories("debian:12", ["package-1"])
    assert [file.name for file in path.parent.iterdir()] == [path.name]
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
    assert len([sql for sql in asked if " FROM advisory " in sql]) == 1
