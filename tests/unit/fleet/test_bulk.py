"""The store of a fleet: what was put comes back, on both databases; a damaged row is absent."""

import pytest
from sqlalchemy import func, select, update

from careen.fleet.bulk import BulkStore, bulk
from careen.fleet.connection import connect, prepare, writing


@pytest.fixture
def engine(address):
    made = connect(address)
    prepare(made)
    yield made
    made.dispose()


def test_what_was_put_comes_back(engine):
    store = BulkStore(engine)
    assert store.get("delta a") is None
    store.put("delta a", b"one" * 5000)
    store.put("delta b", b"")
    store.put("delta a", b"two")
    assert store.get("delta a") == b"two"
    assert store.get("delta b") == b""


def test_a_damaged_or_moved_row_is_absent(engine):
    store = BulkStore(engine)
    store.put("delta a", b"one")
    with writing(engine) as connection:
        data = bytes(connection.execute(select(bulk.c.data)).scalar_one())
        connection.execute(update(bulk).values(data=data[:-1] + bytes([data[-1] ^ 1])))
    assert store.get("delta a") is None
    store.put("delta a", b"one")
    store.put("delta b", b"other")
    with writing(engine) as connection:
        rows = {bytes(row.key): bytes(row.data) for row in connection.execute(select(bulk.c.key, bulk.c.data))}
        first, second = rows
        connection.execute(update(bulk).where(bulk.c.key == first).values(data=rows[second]))
    assert sorted([store.get("delta a"), store.get("delta b")], key=bool) in ([None, b"one"], [None, b"other"])


def test_matches_of_a_day_are_not_kept(engine):
    BulkStore(engine).put("matched x", b"1")
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(bulk)).scalar() == 0
