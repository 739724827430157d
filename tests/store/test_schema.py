"""The migrations make the tables that schema.py describes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from palate.store import schema, sqlite
from palate.store.migrate import REVISIONS
from palate.store.sqlite import SqliteStore


def told(connection: Connection) -> dict[str, Any]:
    """All that SQLite says of the tables, without the words of the full-text index and Alembic's own."""
    inspector = inspect(connection)
    names = [name for name in inspector.get_table_names() if not name.startswith(("words", "alembic"))]
    made = {
        row[0]: row[1].upper()
        for row in connection.exec_driver_sql("select name, sql from sqlite_master where type = 'table'")
    }
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)],
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "references": sorted(
                (str(f["constrained_columns"]), f["referred_table"]) for f in inspector.get_foreign_keys(name)
            ),
            "unique": sorted(str(u["column_names"]) for u in inspector.get_unique_constraints(name)),
            "indexes": sorted(
                (i["name"] or "", str(i["column_names"]), bool(i["unique"]))
                for i in inspector.get_indexes(name)
            ),
            "checks": sorted(" ".join(c["sqltext"].split()) for c in inspector.get_check_constraints(name)),
            "kind": [words for words in ("WITHOUT ROWID", "AUTOINCREMENT") if words in made[name]],
        }
        for name in names
    }


def test_a_migrated_store_is_what_the_schema_describes() -> None:
    with SqliteStore(":memory:").reading() as tables:
        context = MigrationContext.configure(
            tables.connection,
            opts={
                "include_name": lambda name, kind, parents: (
                    not (kind == "table" and str(name).startswith("words"))
                )
            },
        )
        assert compare_metadata(context, schema.metadata) == []
        migrated = told(tables.connection)
    fresh = create_engine("sqlite://")
    schema.metadata.create_all(fresh)
    with fresh.connect() as connection:
        assert migrated == told(connection)
    fresh.dispose()


def test_the_list_of_revisions_is_that_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(sqlite.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert list(REVISIONS) == [script.revision for script in scripts][::-1]


def test_a_store_of_today_opens_without_alembic(path: Path) -> None:
    """Importing it would double the time to start."""
    SqliteStore(path).close()
    program = f"import sys; from palate.store.sqlite import SqliteStore; SqliteStore({str(path)!r}); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
