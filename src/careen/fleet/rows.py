"""Writes many rows at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from .connection import is_sqlite

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def insert(connection: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """An INSERT statement that can handle conflicts with existing rows (``ON CONFLICT``)."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
