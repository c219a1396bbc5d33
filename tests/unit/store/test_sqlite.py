import multiprocessing
import sqlite3
import sys
import time

import pytest

from careen.store.sqlite import SqliteStore


@pytest.fixture
def opened():
    stores = []

    def make(*arguments, **options):
        stores.append(SqliteStore(*arguments, **options))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


def test_keeps_bytes_small_and_large(opened, tmp_path):
    store = opened(tmp_path / "s.sqlite")
    values = {"empty": b"", "small": b"zz", "large": bytes(100_000)}
    for key, value in values.items():
        store.put(key, value)
    again = opened(tmp_path / "s.sqlite")
    assert {key: again.get(key) for key in values} == values
    assert again.get("absent") is None


def test_the_size_is_bounded_and_the_oldest_go_first(opened, tmp_path, monkeypatch):
    store = opened(tmp_path / "s.sqlite", max_bytes=40_000)
    import random

    for number in range(20):
        monkeypatch.setattr(time, "time", lambda number=number: 1_000_000 + number)
        store.put(str(number), random.Random(number).randbytes(4000))
    assert store.get("19") is not None
    assert store.get("0") is None
    assert sum(store.get(str(number)) is not None for number in range(20)) <= 10


def test_a_damaged_file_is_a_miss_and_a_new_one_is_begun(opened, tmp_path, caplog):
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"this is no database, but it is long enough to look at" * 100)
    store = opened(path)
    assert store.get("x") is None
    store.put("x", b"1")
    assert "not usable" in caplog.text
    fresh = opened(path)
    fresh.put("x", b"1")
    assert fresh.get("x") == b"1"


def _work(path, number):
    store = SqliteStore(path)
    for turn in range(30):
        store.put(f"{number} {turn}", bytes(5000) + bytes([number]))
        assert store.get(f"{number} {turn}") == bytes(5000) + bytes([number])
    store.close()


def test_many_processes_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_work, args=(tmp_path / "s.sqlite", number)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4


@pytest.mark.parametrize(("writes", "reads"), [(True, False), (False, True), (False, False)], ids=str)
def test_what_one_machine_packed_another_unpacks(opened, tmp_path, monkeypatch, writes, reads):
    """With and without the fast library, for which not every machine has a wheel."""
    value = b"packages and files " * 1000

    def fast(there):
        if there:
            monkeypatch.undo()
        else:
            monkeypatch.setitem(sys.modules, "isal", None)

    fast(writes)
    opened(tmp_path / "s.sqlite").put("key", value)
    fast(reads)
    assert opened(tmp_path / "s.sqlite").get("key") == value


@pytest.mark.parametrize("fast", [True, False])
def test_a_damaged_entry_is_a_miss(opened, tmp_path, monkeypatch, fast):
    if not fast:
        monkeypatch.setitem(sys.modules, "isal", None)
    store = opened(tmp_path / "s.sqlite")
    store.put("key", bytes(range(256)) * 100)
    store.close()
    with sqlite3.connect(tmp_path / "s.sqlite") as connection:
        connection.execute("UPDATE entry SET data = CAST(x'7a000102' || substr(data, 5) AS BLOB)")
    connection.close()
    assert opened(tmp_path / "s.sqlite").get("key") is None


def changed(path, statement, *values):
    with sqlite3.connect(path) as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("value", [b"openssl 3.0.11", b"openssl 3.0.11 " * 1000], ids=["small", "large"])
def test_an_edited_row_is_refused_reported_once_and_kept_anew(opened, tmp_path, caplog, value):
    path = tmp_path / "s.sqlite"
    store = opened(path)
    for key in ("one", "two"):
        store.put(key, value)
    store.close()
    changed(path, "UPDATE entry SET data = CAST(replace(data, '3.0.11', '9.9.99') || x'' AS BLOB)")
    changed(path, "UPDATE entry SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB)")
    store = opened(path)
    assert [store.get(key) for key in ("one", "two", "absent")] == [None] * 3
    assert len(caplog.records) == 1 and "damaged" in caplog.text
    store.put("one", value)
    store.close()
    caplog.clear()
    again = opened(path)
    assert (again.get("one"), again.get("two"), caplog.text) == (value, None, "")


def test_a_row_under_the_key_of_another_is_refused(opened, tmp_path, caplog):
    store = opened(tmp_path / "s.sqlite")
    store.put("delta bad", b"x")
    store.put("delta good", b"y")
    store.close()
    changed(tmp_path / "s.sqlite", "UPDATE entry SET data = (SELECT data FROM entry WHERE key = 'delta bad')")
    again = opened(tmp_path / "s.sqlite")
    assert (again.get("delta good"), again.get("delta bad")) == (None, b"x")
    assert "damaged" in caplog.text


@pytest.mark.parametrize("statement", ["SET data = 1000000000000", "SET data = 'x'", "SET data = NULL"])
def test_a_row_of_other_types_is_a_miss(opened, tmp_path, caplog, statement):
    path = tmp_path / "s.sqlite"
    store = opened(path)
    store.put("key", b"x")
    store.close()
    changed(path, "CREATE TABLE loose(key TEXT PRIMARY KEY, used INTEGER, size INTEGER, data BLOB)")
    changed(path, "INSERT INTO loose SELECT * FROM entry")
    changed(path, "DROP TABLE entry")
    changed(path, "ALTER TABLE loose RENAME TO entry")
    changed(path, f"UPDATE entry {statement}")
    store = opened(path)
    assert store.get("key") is None and "damaged" in caplog.text
    store.put("key", b"y")
    assert store.get("key") == b"y"


@pytest.mark.parametrize("used", [0, -1, 1 << 62])
def test_a_wrong_time_is_set_right(opened, tmp_path, used):
    path = tmp_path / "s.sqlite"
    opened(path).put("key", b"x")
    changed(path, "UPDATE entry SET used = ?", used)
    assert opened(path).get("key") == b"x"
    with sqlite3.connect(path) as connection:
        ((found,),) = connection.execute("SELECT used FROM entry")
    connection.close()
    assert abs(found - time.time()) < 100


def test_a_damaged_file_goes_with_its_log(opened, tmp_path, caplog):
    """A log that is left would be played into the next file."""
    path = tmp_path / "s.sqlite"
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"s.sqlite{ending}").write_bytes(b"no database" * 1000)
    assert opened(path).get("x") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_other_processes_use_is_not_removed(opened, tmp_path, caplog, monkeypatch):
    path = tmp_path / "s.sqlite"
    store = opened(path)
    store.put("x", b"1")
    store.close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *arguments, **options: real(*arguments, **options | {"timeout": 0}))
    store = opened(path)
    store.put("y", b"2")
    assert "locked" in caplog.text
    holder.close()
    assert opened(path).get("x") == b"1"
