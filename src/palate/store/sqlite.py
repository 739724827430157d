"""SqliteStore: everything remembered, in one file."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import NullPool, StaticPool

from palate.errors import BadStore, StoreBusy, StoreReadOnly
from palate.store.dialect_sqlite import SqliteDialect, define_functions
from palate.store.migrate import is_current, upgrade
from palate.store.sqlite_errors import plain_errors
from palate.store.sqlite_read_only import can_be_written, connect_read_only
from palate.store.tables import Tables

IN_MEMORY = ":memory:"
Transaction = Literal["read", "write", "migrate"]
CACHE_KIB = 65_536  # of pages that a connection keeps, at most
CHECKPOINT_PAGES = 16_384  # of 4 KiB in the write-ahead log, from which they are put in their places
WAIT_S = 10.0  # how long a writer waits for another


class SqliteStore:
    """One SQLite file in WAL mode: any number of processes and threads read while one writes.

    A write is on disk when its transaction ends (synchronous=FULL) and survives a killed process. A second
    writer waits up to ten seconds, then gets StoreBusy. Opening creates the file if `create`, and brings an
    older one up to date. One that cannot be written can be read; writing to it raises StoreReadOnly.

    path: the file, or ":memory:" for one that is gone with the process, which threads use one after the
    other. Raises BadStore if the file is missing and not `create`, is no store, or cannot be read;
    StoreTooNew if a newer palate wrote it.

    >>> store = SqliteStore(":memory:")
    >>> with store.writing() as tables:
    ...     tables.settings.put(colour="blue")
    >>> with store.reading() as tables:
    ...     tables.settings.get("colour")
    'blue'
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = str(path)
        in_memory = self.path == IN_MEMORY
        if not self.path:
            raise BadStore("a store needs a file name; name one with --store")
        if not in_memory and not Path(self.path).exists():
            self._refuse_missing(create)
        self._reads_only = not in_memory and Path(self.path).exists() and not can_be_written(Path(self.path))
        options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": WAIT_S}}
        if in_memory:
            options["poolclass"] = StaticPool
        if self._reads_only:
            options = {"poolclass": NullPool, "creator": lambda: connect_read_only(Path(self.path), WAIT_S)}
        address = URL.create("sqlite", database=self.path)  # not a string: a path may hold ? and %
        self._engine = create_engine(address, **options)
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._dialect = SqliteDialect()
        self._shared = _SharedConnection(self._engine) if in_memory else None
        self._bring_up_to_date()

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """One consistent view of the store."""
        with plain_errors(self.path, WAIT_S), self._transaction("read") as connection:
            yield Tables(connection, self._dialect)

    @contextmanager
    def writing(self) -> Iterator[Tables]:
        """One transaction: all of it or nothing, on disk on leaving."""
        with plain_errors(self.path, WAIT_S), self._transaction("write") as connection:
            yield Tables(connection, self._dialect)

    def copy_to(self, path: Path) -> None:
        """Writes one consistent view of the store to a file, also while others write."""
        with (
            plain_errors(self.path, WAIT_S),
            self._transaction("read") as connection,
            closing(sqlite3.connect(path)) as target,
        ):
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(target)

    def close(self) -> None:
        """Closes all connections; a store in memory is gone."""
        if self._shared is not None:
            self._shared.close()
        self._engine.dispose()

    @contextmanager
    def _transaction(self, kind: Transaction) -> Iterator[Connection]:
        if self._shared is not None:
            with self._shared.transaction(kind) as connection:
                yield connection
            return
        with self._engine.connect() as connection, _references_unchecked(connection, kind):
            connection.execution_options(palate_writes=kind != "read")
            with connection.begin():
                yield connection

    def _refuse_missing(self, create: bool) -> None:
        if not create:
            raise BadStore(
                f"there is no store at {self.path}; make one with: palate --store {self.path} add SOURCE"
            )
        if not Path(self.path).absolute().parent.is_dir():
            raise BadStore(
                f"there is no folder {Path(self.path).absolute().parent};"
                " make it, or name another place with --store"
            )

    def _bring_up_to_date(self) -> None:
        with self.reading() as tables:
            current = is_current(tables.connection, self.path)
        if self._reads_only:
            if not current:
                raise StoreReadOnly(
                    f"{self.path} comes from an older palate and cannot be written to bring it up to date;"
                    " check its permissions and those of its folder, or copy it"
                )
            return
        if not current:
            with plain_errors(self.path, WAIT_S), self._transaction("migrate") as connection:
                if not is_current(connection, self.path):
                    upgrade(connection)
        if self._shared is None:
            with plain_errors(self.path, WAIT_S), closing(self._engine.raw_connection()) as raw:
                _write_ahead(raw.cursor())  # not before it is known to be a store: it changes the file


class _SharedConnection:
    """The one connection of a store in memory: threads take turns, and a transaction within another of the
    same thread is a savepoint of it.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self._lock = RLock()

    @contextmanager
    def transaction(self, kind: Transaction) -> Iterator[Connection]:
        if not self._lock.acquire(timeout=WAIT_S):
            raise StoreBusy(
                f"another thread uses the store in memory and did not finish in {WAIT_S:.0f} s; try again"
            )
        try:
            inner = self._connection.in_transaction()
            with (
                _references_unchecked(self._connection, kind),
                self._connection.begin_nested() if inner else self._connection.begin(),
            ):
                yield self._connection
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says
    define_functions(connection)
    # random pages of a large store are written once a checkpoint, not once a transaction
    cache = f"cache_size=-{CACHE_KIB}", f"wal_autocheckpoint={CHECKPOINT_PAGES}"
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=ON", *cache):
        connection.execute(f"pragma {pragma}")


@contextmanager
def _references_unchecked(connection: Connection, kind: Transaction) -> Iterator[None]:
    """Within, foreign keys are not checked where tables are to be rebuilt; SQLite cannot switch that within a
    transaction.

    Source: "Making Other Kinds Of Table Schema Changes" of SQLite's ALTER TABLE.
    """
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    if kind == "migrate":
        raw.execute("pragma foreign_keys=OFF")
    try:
        yield
    finally:
        if kind == "migrate":
            raw.execute("pragma foreign_keys=ON")


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switches to WAL. Here alone SQLite does not wait for a writer but refuses at once, so try again."""
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
    writes = connection.get_execution_options().get("palate_writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")
