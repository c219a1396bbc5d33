"""Run by Alembic for each command, with the connection that ``upgrade`` gives it."""

from alembic import context

from careen.fleet.bulk import bulk

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=bulk.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
