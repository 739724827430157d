"""What SQLite says of a file, in one sentence with the mend."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from palate.errors import BadStore, StoreBusy


@contextmanager
def plain_errors(path: str, wait_s: float) -> Iterator[None]:
    """Raises StoreBusy or BadStore in place of SQLite's errors that a person can mend. wait_s: how long a writer
    waits for another.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy(
                f"another process is writing to {path} and did not finish in {wait_s:.0f} s; try again"
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
