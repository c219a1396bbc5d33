"""The steps lead to the tables that the code uses, on both databases, and change nothing a second time."""

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from careen.fleet import migrations
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


def test_a_start_that_finds_all_steps_done_does_not_load_the_tool_that_does_them(tmp_path):
    starting = """
import sys
from careen.fleet.connection import connect, prepare
prepare(connect(sys.argv[1]))
print(*(name for name in sys.modules if name.partition(".")[0] == "alembic"))
"""

    def start():
        command = [sys.executable, "-c", starting, f"sqlite:///{tmp_path}/fleet.sqlite"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    assert start()
    assert start() == []


def test_the_newest_step_is_the_one_that_files_are_numbered_by(tmp_path):
    engine = connect(f"sqlite:///{tmp_path}/fleet.sqlite")
    prepare(engine)
    with engine.connect() as connection:
        steps = ScriptDirectory.from_config(migrations.configured(connection))
        done = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    assert done == steps.get_heads()
    assert {step.revision for step in steps.walk_revisions()} == {
        path.name.partition("_")[0] for path in (migrations.HERE / "versions").glob("[0-9]*.py")
    }
    engine.dispose()
