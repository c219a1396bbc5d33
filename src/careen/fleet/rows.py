"""Writes many rows at a time. PostgreSQL gets the rows of a statement as arrays, one for each column: one statement then
takes a fraction of the time of one for each row.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Column, ColumnElement, Connection, Table, any_, bindparam, delete, func, literal, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.sql.selectable import TableValuedAlias

from .connection import is_sqlite

Item = TypeVar("Item")
Row = Mapping[str, object]


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def among(connection: Connection, column: ColumnElement[Any], values: Collection[object]) -> ColumnElement[bool]:
    """The condition that a column has one of these values. PostgreSQL gets them as an array: the statement is the same for any
    number of values, and is prepared once.
    """
    if is_sqlite(connection):
        return column.in_(values)
    return column == any_(literal(list(values), ARRAY(column.type)))


def insert(connection: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """An INSERT statement that can handle conflicts with existing rows (``ON CONFLICT``)."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def insert_rows(connection: Connection, adding: SqliteInsert | PostgresInsert, rows: Sequence[Row]) -> None:
    """Executes ``adding`` for all rows, which have the same columns. If it updates existing rows, each may be there once."""
    if not rows:
        return
    if isinstance(adding, SqliteInsert):
        connection.execute(adding, rows)
        return
    new = _as_table(cast(Table, adding.table), rows)
    connection.execute(adding.from_select(list(rows[0]), select(new).where(true())))


def update_rows(
    connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[Row], same: Row | None = None
) -> None:
    """Updates the rows of a table that have the values of the columns ``keys``. ``same`` has values that are the same for all
    rows.
    """
    if not rows:
        return
    changed = [name for name in rows[0] if name not in keys]
    if is_sqlite(connection):
        one = [table.c[name] == bindparam(f"its_{name}") for name in keys]
        values: dict[str, Any] = {name: bindparam(f"its_{name}") for name in changed}
        connection.execute(update(table).where(*one).values({**values, **(same or {})}), [_its(row) for row in rows])
        return
    new = _as_table(table, rows)
    given = {name: new.c[name] for name in changed}
    connection.execute(update(table).where(*_are_equal(table, new, keys)).values({**given, **(same or {})}))


def delete_rows(connection: Connection, table: Table, keys: Sequence[Row]) -> None:
    """Deletes the rows of a table that have these values."""
    if not keys:
        return
    if is_sqlite(connection):
        one = [table.c[name] == bindparam(f"its_{name}") for name in keys[0]]
        connection.execute(delete(table).where(*one), [_its(key) for key in keys])
        return
    connection.execute(delete(table).where(*_are_equal(table, _as_table(table, keys), list(keys[0]))))


def _its(row: Row) -> dict[str, object]:
    """The values under names that differ from those of the columns, which SQLAlchemy reserves."""
    return {f"its_{name}": value for name, value in row.items()}


def _are_equal(table: Table, given: TableValuedAlias, names: Sequence[str]) -> list[ColumnElement[bool]]:
    return [table.c[name] == given.c[name] for name in names]


def _as_table(table: Table, rows: Sequence[Row]) -> TableValuedAlias:
    columns: list[Column[Any]] = [table.c[name] for name in rows[0]]
    arrays = [literal([row[column.name] for row in rows], ARRAY(column.type)) for column in columns]
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()
