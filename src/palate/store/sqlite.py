"""SqliteStore: everything remembered, in one file."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from palate.errors import BadStore, StoreBusy, StoreTooNew
from palate.store.crowd import Crowd
from palate.store.encoders import Encoders
from palate.store.log import Log
from palate.store.readers import Readers
from palate.store.rules import Rules
from palate.store.settings import Settings
from palate.store.texts import Texts
from palate.store.vectors import Vectors

# of migrations/versions, oldest first: opens a store without importing Alembic
REVISIONS = ("0001", "0002", "0003", "0004")
WAIT_S = 10.0  # how long a writer waits for another


class SqliteStore:
    """One SQLite file in WAL mode: any number of processes read while one writes.

    A write is on disk when its call returns (synchronous=FULL) and survives a killed process. A second writer
    waits up to ten seconds, then gets StoreBusy. Opening creates the file if `create`, and brings an older
    one up to date.

    path: the file, or ":memory:" for one that is gone with the process. Raises BadStore if the file is
    missing and not `create`, is no store, or cannot be read; StoreTooNew if a newer palate wrote it.

    >>> store = SqliteStore(":memory:")
    >>> store.settings.put(colour="blue")
    >>> store.settings.get("colour")
    'blue'
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = str(path)
        in_memory = self.path == ":memory:"
        if not self.path:
            raise BadStore("a store needs a file name; name one with --store")
        if not in_memory and not Path(self.path).exists():
            self._refuse_missing(create)
        options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
        address = URL.create("sqlite", database=self.path)  # not a string: a path may hold ? and %
        self._engine = create_engine(
            address, connect_args={"check_same_thread": False, "timeout": WAIT_S}, **options
        )
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._bring_up_to_date()
        self.texts = Texts(self)
        self.vectors = Vectors(self)
        self.encoders = Encoders(self)
        self.readers = Readers(self)
        self.log = Log(self)
        self.crowd = Crowd(self)
        self.rules = Rules(self)
        self.settings = Settings(self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the store."""
        with _said_plainly(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing, on disk on leaving."""
        with _said_plainly(self.path), self._engine.connect() as connection:
            connection.execution_options(palate_writes=True)
            with connection.begin():
                yield connection

    def copy_to(self, path: Path) -> None:
        """Write one consistent view of the store to a file, also while others write."""
        with (
            _said_plainly(self.path),
            closing(self._engine.raw_connection()) as connection,
            closing(sqlite3.connect(path)) as target,
        ):
            assert isinstance(connection.driver_connection, sqlite3.Connection)
            connection.driver_connection.backup(target)

    def close(self) -> None:
        self._engine.dispose()

    def _refuse_missing(self, create: bool) -> None:
        if not create:
            raise BadStore(
                f"there is no store at {self.path}; make one with: palate --store {self.path} add SOURCE"
            )
        if not Path(self.path).absolute().parent.is_dir():
            raise BadStore(
                f"there is no folder {Path(self.path).absolute().parent}; make it, or name another place with --store"
            )

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            revision = _revision(connection, self.path)
        if revision != REVISIONS[-1]:
            self._migrate()
        with _said_plainly(self.path), closing(self._engine.raw_connection()) as raw:
            _write_ahead(raw.cursor())  # not before it is known to be a store: it changes the file

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing() as connection:
            _revision(connection, self.path)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _revision(connection: Connection, path: str) -> str | None:
    """The store's revision; None for an empty database. Raises where it is no store, or too new a one."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables or "feedback" not in tables:
        raise BadStore(f"{path} is a SQLite database but no palate store; name another file with --store")
    revision = connection.execute(text("select version_num from alembic_version")).scalar()
    if revision not in REVISIONS:
        raise StoreTooNew(
            f"{path} was written by a newer palate (revision {revision}, this one knows up to {REVISIONS[-1]}); upgrade palate"
        )
    return str(revision)


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"pragma {pragma}")


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switch to WAL. Here alone SQLite does not wait for one who writes but refuses at once, so try again."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            cursor.execute("pragma journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(
        "begin immediate" if connection.get_execution_options().get("palate_writes") else "begin"
    )


@contextmanager
def _said_plainly(path: str) -> Iterator[None]:
    """Turn what SQLite says of the file into one sentence with the mend."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(said, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy(
                f"another process is writing to {path} and did not finish in {WAIT_S:.0f} s; try again"
            ) from None
        mends = {
            sqlite3.SQLITE_READONLY: f"{path} cannot be written; check its permissions and those of its folder",
            sqlite3.SQLITE_CANTOPEN: f"{path} cannot be opened; check that it is a file and its folder can be written",
            sqlite3.SQLITE_FULL: f"the disk that holds {path} is full; make room and try again: nothing was half-written",
            sqlite3.SQLITE_NOTADB: f"{path} is no palate store; name another file with --store",
            sqlite3.SQLITE_CORRUPT: f"{path} is damaged; restore a backup, or save what can be read with: palate export",
        }
        if code not in mends:
            raise
        raise BadStore(mends[code]) from None
