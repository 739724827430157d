"""Migrate: the revision of a store's tables, and the way to the newest."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from palate.errors import BadStore, StoreTooNew

# of migrations/versions, oldest first: opens a store without importing Alembic
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")


def is_current(connection: Connection, path: str) -> bool:
    """Tells whether the tables have the newest revision. path: for messages. Raises BadStore where it is no
    store, StoreTooNew where a newer palate wrote it.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return False
    if "alembic_version" not in tables or "feedback" not in tables:
        raise BadStore(f"{path} is a SQLite database but no palate store; name another file with --store")
    revision = connection.execute(text("select version_num from alembic_version")).scalar()
    if revision not in REVISIONS:
        raise StoreTooNew(
            f"{path} was written by a newer palate"
            f" (revision {revision}, this one knows up to {REVISIONS[-1]}); upgrade palate"
        )
    return bool(revision == REVISIONS[-1])


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Brings the tables to a revision, by default the newest, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
