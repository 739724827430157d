"""Run by Alembic, on the connection that store/sqlite.py hands over."""

from alembic import context

from palate.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
