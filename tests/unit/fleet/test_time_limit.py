"""Statements that take too long are stopped, on both databases, and the connection stays usable."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from careen.fleet import time_limit
from careen.fleet.connection import connect, is_sqlite
from careen.fleet.time_limit import TooSlow, within

ENDLESS = {
    True: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    False: "SELECT pg_sleep(60)",
}


@pytest.fixture
def connection(address):
    engine = connect(address)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_a_statement_is_stopped(connection):
    with pytest.raises(TooSlow), within(connection, 0.05):
        connection.execute(text(ENDLESS[is_sqlite(connection)])).all()
    assert connection.execute(text("SELECT 1")).scalar() == 1


def test_no_statement_begins_when_the_time_has_passed(connection):
    with pytest.raises(TooSlow), within(connection, 0):
        connection.execute(text("SELECT 1"))
    assert connection.execute(text("SELECT 1")).scalar() == 1


def test_what_ends_in_time_is_not_touched(connection):
    with within(connection, 60):
        assert connection.execute(text("SELECT 1")).scalar() == 1
    if not is_sqlite(connection):
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "0"


def test_other_errors_stay_as_they_are(connection):
    with pytest.raises((OperationalError, ProgrammingError)), within(connection, 60):
        connection.execute(text("SELECT 1 FROM there_is_no_such_table"))
    assert connection.execute(text("SELECT 1")).scalar() == 1


def test_readers_that_share_the_processors_have_more_time(connection, monkeypatch):
    if is_sqlite(connection):
        pytest.skip("on SQLite the time of the thread's processor counts")
    monkeypatch.setattr(time_limit, "_readers", [object() for _ in range(599)])
    with within(connection, 0.1):
        connection.execute(text("SELECT pg_sleep(0.3)")).all()
    assert len(time_limit._readers) == 599
