"""Processes that open a new file at the same time all switch it."""

import multiprocessing
import sqlite3
import time
from contextlib import closing

import pytest

from careen.store.write_ahead import use_write_ahead_log

PROCESSES = 8


def write(path, ready, number):
    ready.wait()
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        use_write_ahead_log(connection, 30)
        connection.execute("CREATE TABLE IF NOT EXISTS entry(number)")
        connection.execute("INSERT INTO entry VALUES (?)", (number,))


def test_many_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(PROCESSES)
    path = tmp_path / "x.sqlite"
    processes = [context.Process(target=write, args=(path, ready, number)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert {number for (number,) in connection.execute("SELECT number FROM entry")} == set(range(PROCESSES))


def locked(path):
    """A connection that holds the lock under which SQLite refuses the switch at once."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE entry(number)")
    holder.execute("BEGIN IMMEDIATE")
    return holder


def test_the_switch_waits_for_a_writer(tmp_path, monkeypatch):
    path = tmp_path / "x.sqlite"
    with closing(locked(path)) as holder, closing(sqlite3.connect(path, timeout=30)) as connection:
        waits = []

        def wait(seconds):
            waits.append(seconds)
            holder.execute("COMMIT")

        monkeypatch.setattr(time, "sleep", wait)
        use_write_ahead_log(connection, 30)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert len(waits) == 1


def test_patience_ends(tmp_path):
    path = tmp_path / "x.sqlite"
    refused = pytest.raises(sqlite3.OperationalError, match="locked")
    with closing(locked(path)), closing(sqlite3.connect(path, timeout=30)) as connection, refused:
        use_write_ahead_log(connection, 0.05)


def test_other_errors_are_not_repeated(tmp_path):
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"no database" * 1000)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.DatabaseError, match="not a database"):
        use_write_ahead_log(connection, 30)
