"""The address of a fleet's database, and transactions that write."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from careen.errors import DatabaseError, UsageError
from careen.fleet import connection as module
from careen.fleet.connection import (
    check,
    connect,
    in_log,
    is_sqlite,
    prepare,
    sqlite_address,
    trouble_of,
    writing,
    writing_once,
)
from careen.fleet.tables import project


@pytest.mark.parametrize("address", ["mysql://u@h/x", "no address", "oracle://x"])
def test_other_databases_are_refused(address):
    with pytest.raises(UsageError, match=r"is not supported|is not the address"):
        connect(address)


def test_a_database_that_does_not_answer_is_one_error_without_its_password(tmp_path):
    with pytest.raises(DatabaseError) as caught:
        check(connect(f"postgresql://u:s3cret@/x?host={tmp_path}"))
    assert "s3cret" not in str(caught.value)


def test_writers_wait_for_each_other(address):
    """Each adds one to what it has read: none gets lost."""
    engine = connect(address, connections=8)
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(project.insert().values(name="p", created_at=0.0))

    def add():
        for _ in range(10):
            with writing(engine) as connection:
                row = select(project.c.created_at).where(project.c.name == "p").with_for_update()
                value = connection.execute(row).scalar_one()
                connection.execute(project.update().values(created_at=value + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(select(project.c.created_at)).scalar() == 40
    engine.dispose()


def test_tables_are_made_once(tmp_path):
    engine = connect(sqlite_address(tmp_path))
    prepare(engine)
    prepare(engine)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(project)).scalar() == 0
    engine.dispose()


def test_a_transaction_that_fails_leaves_nothing(address):
    engine = connect(address)
    prepare(engine)

    def fails():
        with writing(engine) as connection:
            connection.execute(project.insert().values(name="p", created_at=0.0))
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(project)).scalar() == 0
    engine.dispose()


def test_reads_on_postgresql_have_no_transaction_around_them(address):
    engine = connect(address)
    if is_sqlite(engine):
        pytest.skip("SQLite reads a transaction's own view of the database")
    for _ in range(2):  # also after the same connection was used for writing
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            assert connection.connection.dbapi_connection.info.transaction_status == 0  # libpq's PQTRANS_IDLE
        with writing(engine) as connection:
            connection.execute(text("SELECT 1"))
            assert connection.connection.dbapi_connection.info.transaction_status == 2  # libpq's PQTRANS_INTRANS
    engine.dispose()


def test_connections_that_a_restart_has_closed_are_replaced(address, monkeypatch):
    monkeypatch.setattr(module, "IDLE_S", 0.0)
    engine, other = connect(address), connect(address)
    if is_sqlite(engine):
        pytest.skip("SQLite has no server")
    with engine.connect() as first, engine.connect() as second:
        known = {each.execute(text("SELECT pg_backend_pid()")).scalar() for each in (first, second)}
    with other.connect() as connection:
        for number in known:
            connection.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    with engine.connect() as first, engine.connect() as second:
        now = {each.execute(text("SELECT pg_backend_pid()")).scalar() for each in (first, second)}
    assert len(now) == 2 and not now & known
    for each in (engine, other):
        each.dispose()


def test_postgresql_compiles_no_statement(address):
    engine = connect(address)
    if is_sqlite(engine):
        pytest.skip("SQLite never does")
    with engine.connect() as connection:
        assert connection.execute(text("SHOW jit")).scalar() == "off"
    engine.dispose()


def test_a_single_statement_that_writes_is_stored(address):
    engine = connect(address)
    prepare(engine)
    with writing_once(engine) as connection:
        connection.execute(project.insert().values(name="p", created_at=0.0))
        if not is_sqlite(engine):
            assert connection.connection.driver_connection.autocommit  # without a transaction around it
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(project)).scalar() == 1
    engine.dispose()


def failed(statement):
    with pytest.raises(OperationalError) as caught:
        statement()
    return caught.value


def test_a_full_disk_and_a_long_writer_have_words(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    engine, other = connect(sqlite_address(tmp_path)), connect(sqlite_address(tmp_path))
    prepare(engine)
    with writing(engine) as connection:
        busy = failed(lambda: writing(other).__enter__())
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        full = failed(lambda: connection.exec_driver_sql("CREATE TABLE large AS SELECT zeroblob(100000)"))
    assert [trouble_of(busy), trouble_of(full)] == [
        "the database of the server cannot be used: others write to it for too long",
        "the database of the server cannot be used: its disk is full",
    ]
    assert in_log(full) == "OperationalError: database or disk is full"
    for each in (engine, other):
        each.dispose()


def test_a_database_that_is_away_has_words(tmp_path):
    away = failed(lambda: connect(f"postgresql://u:s3cret@/x?host={tmp_path}").connect())
    assert trouble_of(away) == "the database of the server does not answer"
    assert "s3cret" not in in_log(away) and "\n" not in in_log(away)
