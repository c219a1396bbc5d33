"""The address of a fleet's database, and transactions that write."""

import threading

import pytest
from sqlalchemy import func, select

from careen.errors import DatabaseError, UsageError
from careen.fleet.connection import check, connect, prepare, sqlite_address, writing
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
