"""Alembic's entry: runs on the connection it is handed, with names and batches that SQLite needs."""

from alembic import context

from postal.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
