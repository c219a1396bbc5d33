"""Brings a database to the tables of this version. Each file in ``versions`` is a step; one that was released never changes.

``python -m careen.fleet.migrations "What it does"`` writes a new one, from what the tables have and the steps do not.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

HERE = Path(__file__).parent


def upgrade(connection: Connection) -> None:
    """In the caller's transaction."""
    command.upgrade(configured(connection), "head")


def missing(connection: Connection) -> tuple[str, ...]:
    """The steps that have not run, the first to run first."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    steps = ScriptDirectory.from_config(configured(connection))
    done = MigrationContext.configure(connection).get_current_heads()
    walked = steps.iterate_revisions("heads", done or "base")
    return tuple(reversed([step.revision for step in walked if step.revision not in done]))


def configured(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
