"""Rows in batches, and many rows in one statement, on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from careen.fleet.connection import connect, writing
from careen.fleet.rows import batches, delete_rows, insert, insert_rows, update_rows
from careen.fleet.tables import metadata, unit_count, unit_finding

FINDING = {
    "vulnerability": "CVE-2026-0001", "package": "pkg:deb/debian/libssl3@3.0.11-1", "severity": "high", "risk": 42,
    "confidence": "likely", "fix_state": "fixed", "exploited": True, "first_at": 1.5, "fix_at": None,
    "data": b"\0\xff\\{},\"'",
}  # fmt: skip


@given(st.lists(st.integers()), st.integers(1, 20))
def test_batches_are_the_list_in_parts(items, size):
    parts = list(batches(iter(items), size))
    assert [item for part in parts for item in part] == items
    assert all(0 < len(part) <= size for part in parts)
    assert len(parts) == -(-len(items) // size)


@pytest.fixture
def engine(address):
    made = connect(address)
    metadata.create_all(made)
    yield made
    made.dispose()


def test_inserted_rows_have_the_defaults_of_the_other_columns(engine):
    rows = [{"unit_id": number, **FINDING, "exploited": number == 2} for number in (1, 2, 3)]
    with writing(engine) as connection:
        insert_rows(connection, insert(connection, unit_finding), rows)
        found = connection.execute(select(unit_finding).order_by(unit_finding.c.unit_id)).mappings().all()
    assert [{name: row[name] for name in rows[0]} for row in found] == rows
    assert {(row["fixed_version"], row["epss"], row["disclosed"]) for row in found} == {("", 0, "")}


def test_what_is_there_is_left_or_updated(engine):
    with writing(engine) as connection:
        adding = insert(connection, unit_count)
        keeping = adding.on_conflict_do_nothing()
        replacing = adding.on_conflict_do_update(index_elements=["unit_id"], set_={"risk": adding.excluded.risk})
        insert_rows(connection, adding, [{"unit_id": 1, "risk": 1, "high": 1}])
        insert_rows(connection, keeping, [{"unit_id": 1, "risk": 2, "high": 2}, {"unit_id": 2, "risk": 2, "high": 2}])
        insert_rows(connection, replacing, [{"unit_id": 2, "risk": 3, "high": 3}, {"unit_id": 3, "risk": 3, "high": 3}])
        insert_rows(connection, replacing, [])
        assert _counts(connection) == [(1, 1, 1), (2, 3, 2), (3, 3, 3)]


def test_rows_are_updated_by_their_keys(engine):
    with writing(engine) as connection:
        insert_rows(connection, insert(connection, unit_count), [{"unit_id": number, "risk": 1} for number in (1, 2, 3)])
        update_rows(connection, unit_count, ["unit_id"], [{"unit_id": 1, "risk": 5}, {"unit_id": 3, "risk": 6}], {"high": 7})
        update_rows(connection, unit_count, ["unit_id"], [])
        assert _counts(connection) == [(1, 5, 7), (2, 1, 0), (3, 6, 7)]


def test_rows_are_deleted_by_all_their_keys(engine):
    with writing(engine) as connection:
        insert_rows(connection, insert(connection, unit_count), [{"unit_id": number, "risk": 1} for number in (1, 2, 3)])
        delete_rows(connection, unit_count, [{"unit_id": 1, "risk": 1}, {"unit_id": 2, "risk": 2}])
        delete_rows(connection, unit_count, [])
        assert _counts(connection) == [(2, 1, 0), (3, 1, 0)]


def _counts(connection):
    columns = (unit_count.c.unit_id, unit_count.c.risk, unit_count.c.high)
    return list(map(tuple, connection.execute(select(*columns).order_by(unit_count.c.unit_id))))
