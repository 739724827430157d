"""Reading a SQLite store that cannot be written: on a read-only disk, or in a folder of somebody else."""

import os
import sqlite3
from pathlib import Path

from palate.errors import StoreReadOnly

REFUSED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def can_be_written(path: Path) -> bool:
    """Tells whether SQLite can write to a file: besides the file it needs its folder, for its log."""
    return os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)


def connect_read_only(path: Path, wait_s: float) -> sqlite3.Connection:
    """Opens a store for one transaction that reads.

    In WAL mode SQLite reads only where it can make, or finds, the files beside the store by which processes
    take notice of each other. A process that writes has made them. Where there are none nobody writes, and
    SQLite is told that nobody will; so a new connection is needed for each transaction. Raises StoreReadOnly
    where a process was killed and left work in the log, which only a writer can take over.

    Source: "Read-Only Databases" of SQLite's page on write-ahead logging.
    """
    address = path.absolute().as_uri()
    connection = _connect(f"{address}?mode=ro", wait_s)
    try:
        connection.execute("select count(*) from sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in REFUSED:
            raise
    else:
        return connection
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreReadOnly(
            f"{path} was not closed by the process that wrote to it last, and cannot be written now;"
            f" copy it and {log.name} to a folder that can be written, and open it there"
        )
    return _connect(f"{address}?immutable=1", wait_s)


def _connect(address: str, wait_s: float) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, check_same_thread=False, timeout=wait_s)
