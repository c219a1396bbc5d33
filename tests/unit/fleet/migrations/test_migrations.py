"""The steps lead to the tables that the code uses, on both databases, and change nothing a second time."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from careen.fleet.bulk import bulk
from careen.fleet.connection import connect, prepare


def test_the_steps_lead_to_the_tables(address):
    engine = connect(address)
    prepare(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, bulk.metadata) == []
        indexes = {index["name"]: index for index in inspect(connection).get_indexes("job")}
    assert indexes["uq_job_waiting"]["unique"]
    engine.dispose()


def test_a_database_that_is_up_to_date_stays_as_it_is(address):
    engine = connect(address)
    prepare(engine)
    with engine.connect() as connection:
        before = sorted(inspect(connection).get_table_names())
    prepare(engine)
    with engine.connect() as connection:
        assert sorted(inspect(connection).get_table_names()) == before
        assert len(before) > 25
    engine.dispose()
