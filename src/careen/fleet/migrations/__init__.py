"""Migrates a database to the tables of this version. Each file in ``versions`` is a step; a released step never
changes.

``python -m careen.fleet.migrations "What it does"`` writes a new step, from the differences between tables and steps.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def upgrade(connection: Connection) -> None:
    """Runs all missing steps in the caller's transaction. If none is missing, Alembic is not loaded."""
    if _done(connection) == _newest():
        return
    from alembic import command

    command.upgrade(configured(connection), "head")


def missing(connection: Connection) -> tuple[str, ...]:
    """The steps that have not run, in their order."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    steps = ScriptDirectory.from_config(configured(connection))
    done = MigrationContext.configure(connection).get_current_heads()
    walked = steps.iterate_revisions("heads", done or "base")
    return tuple(reversed([step.revision for step in walked if step.revision not in done]))


def configured(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def _newest() -> str:
    """The number of the newest step, with which its file name begins."""
    return max(path.name for path in (HERE / "versions").glob("[0-9]*.py")).partition("_")[0]


def _done(connection: Connection) -> str:
    """The last step that has run on the database; "" if none has."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
