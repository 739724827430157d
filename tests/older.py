"""A store as an older palate left it."""

from pathlib import Path

from sqlalchemy import create_engine

from palate.store.migrate import upgrade


def make_older(path: Path, revision: str, *statements: str) -> None:
    """Makes a store of an older revision, filled by statements."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
