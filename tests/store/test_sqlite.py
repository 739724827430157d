import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from direct import direct
from palate.errors import BadStore, StoreBusy, StoreTooNew
from palate.store import sqlite
from palate.store.sqlite import SqliteStore


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers do not wait for others."""
    monkeypatch.setattr(sqlite, "WAIT_S", 0.0)


@pytest.fixture
def other_writer(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection from elsewhere that has begun to write to the store."""
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        connection.execute("insert into setting values ('colour', 'red')")
        yield connection


def test_a_second_writer_gets_store_busy(
    impatient: None, path: Path, other_writer: sqlite3.Connection
) -> None:
    store = SqliteStore(path)
    with pytest.raises(StoreBusy, match=r"another process is writing to .*store\.db"):
        direct(store).settings.put(colour="blue")
    other_writer.execute("rollback")
    direct(store).settings.put(colour="blue")
    assert direct(store).settings.get("colour") == "blue"


def test_readers_do_not_wait_for_a_writer_and_do_not_see_its_work_before_it_is_done(
    impatient: None, path: Path, other_writer: sqlite3.Connection
) -> None:
    store = SqliteStore(path)
    assert direct(store).settings.get("colour") is None
    other_writer.execute("commit")
    assert direct(store).settings.get("colour") == "red"


def test_a_view_stays_the_same_while_others_write(path: Path) -> None:
    one, other = SqliteStore(path), SqliteStore(path)
    with one.reading() as tables:
        before = tables.connection.exec_driver_sql("select count(*) from setting").scalar()
        direct(other).settings.put(colour="red")
        assert tables.connection.exec_driver_sql("select count(*) from setting").scalar() == before
    assert direct(one).settings.get("colour") == "red"


def test_what_fails_half_way_is_not_written_at_all(path: Path) -> None:
    store = SqliteStore(path)
    direct(store).settings.put(colour="blue")

    def half() -> None:
        with store.writing() as tables:
            tables.connection.exec_driver_sql("delete from setting")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert direct(store).settings.get("colour") == "blue"


def test_a_store_is_in_wal_mode_with_full_sync_and_foreign_keys(path: Path) -> None:
    """What makes an acknowledged judgement survive."""
    SqliteStore(path).close()
    with SqliteStore(path).reading() as tables:
        said = {
            name: tables.connection.exec_driver_sql(f"pragma {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    "content", [b"title,text\n" + b"a,b\n" * 400, b"\0" * 4096, b"SQLite format 3\0" + b"x" * 5000, b"xy"]
)
def test_what_is_no_database_is_refused_and_left_as_it_was(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BadStore, match=r"store\.db"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_left_as_it_was(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table bookmark (url text)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(BadStore, match="is a SQLite database but no palate store"):
        SqliteStore(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_store_of_a_newer_palate_is_refused_and_left_as_it_was(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update alembic_version set version_num = '0999'")
        connection.commit()
    with pytest.raises(StoreTooNew, match=r"revision 0999.*upgrade palate"):
        SqliteStore(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadStore, match=r"there is no folder .*nowhere; make it"):
        SqliteStore(tmp_path / "nowhere" / "store.db")
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(BadStore, match="check that it is a file"):
        SqliteStore(tmp_path)


def test_a_missing_store_is_not_made_unless_asked_for(path: Path) -> None:
    with pytest.raises(BadStore, match="there is no store at"):
        SqliteStore(path, create=False)
    assert not path.exists()


def test_an_empty_name_is_refused() -> None:
    """SQLite would take it for a database that is gone when it is closed."""
    with pytest.raises(BadStore, match="name one"):
        SqliteStore("")


@pytest.mark.parametrize(
    "name",
    ["a?b.db", "a?mode=ro", "a#b.db", "a%20b.db", "with space.db", "näme😀.db", "a&b;c='d'.db", "-x.db"],
)
def test_a_store_stands_in_the_file_that_was_named(tmp_path: Path, name: str) -> None:
    direct(SqliteStore(tmp_path / name)).settings.put(colour="blue")
    assert {file.name.removesuffix("-wal").removesuffix("-shm") for file in tmp_path.iterdir()} == {name}
    assert direct(SqliteStore(tmp_path / name, create=False)).settings.get("colour") == "blue"


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    direct(SqliteStore(path)).settings.put(colour="blue")
    assert direct(SqliteStore(path)).settings.get("colour") == "blue"


@pytest.mark.parametrize("trial", range(3))
def test_many_may_make_the_same_store_at_once(path: Path, trial: int) -> None:
    start, failed = threading.Barrier(4), []

    def make(number: int) -> None:
        start.wait()
        try:
            direct(SqliteStore(path)).settings.put(**{f"number {number}": "here"})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [direct(SqliteStore(path)).settings.get(f"number {number}") for number in range(4)] == ["here"] * 4


@pytest.fixture
def older_writer(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that has begun to write to a store in SQLite's older mode."""
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode=delete")
        connection.execute("begin immediate")
        yield connection


def test_the_switch_to_wal_waits_for_a_writer(
    older_writer: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    def rest(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            older_writer.execute("rollback")

    monkeypatch.setattr("palate.store.sqlite.time.sleep", rest)
    SqliteStore(path).close()
    assert len(waited) == 3
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_the_switch_to_wal_does_not_wait_for_ever(
    impatient: None, older_writer: sqlite3.Connection, path: Path
) -> None:
    with pytest.raises(StoreBusy, match="did not finish in 0 s; try again"):
        SqliteStore(path)


def test_a_store_that_was_killed_while_it_was_made_opens(path: Path) -> None:
    """The tables and the record of their revision come in one transaction: it is a store, or an empty
    file.
    """
    program = f"""
import os, signal, sqlalchemy
from palate.store.sqlite import SqliteStore
@sqlalchemy.event.listens_for(sqlalchemy.Engine, "after_cursor_execute")
def kill_soon(connection, cursor, statement, *_):
    if "create table feedback" in statement.lower(): os.kill(os.getpid(), signal.SIGKILL)
SqliteStore({str(path)!r})
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert path.exists()
    direct(SqliteStore(path)).settings.put(colour="blue")
    assert direct(SqliteStore(path)).settings.get("colour") == "blue"


def test_a_copy_of_the_files_of_an_open_store_opens(path: Path, tmp_path: Path) -> None:
    """What a machine that lost power would find: the file and its log, never closed."""
    store = SqliteStore(path)
    direct(store).settings.put(colour="blue")
    for file in [path, path.with_name("store.db-wal")]:
        shutil.copy(file, tmp_path / file.name.replace("store", "found"))
    assert direct(SqliteStore(tmp_path / "found.db")).settings.get("colour") == "blue"


@pytest.mark.parametrize(
    ("limit", "said"), [("max_page_count = 1", "is full; make room"), ("query_only = 1", "be written")]
)
def test_a_full_disk_and_a_read_only_store_are_told_and_nothing_is_half_written(
    path: Path, limit: str, said: str
) -> None:
    """SQLite itself is made to say so."""
    store = SqliteStore(path)
    direct(store).settings.put(colour="blue")
    with store.reading() as tables:
        tables.connection.exec_driver_sql(f"pragma {limit}")
    with pytest.raises(BadStore, match=said):
        direct(store).settings.put(colour="red " * 100_000, size="3")
    assert direct(SqliteStore(path)).settings.get("colour") == "blue"
    assert direct(SqliteStore(path)).settings.get("size") is None


def test_many_threads_share_a_store_in_memory() -> None:
    """Each adds one to a number that it has read, so that an update that is lost shows in the sum."""
    store = SqliteStore(":memory:")
    direct(store).settings.put(n="0")
    failed: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(25):
                with store.writing() as tables:
                    n = int(tables.settings.get("n") or 0)
                    with store.reading() as inner:
                        assert inner.settings.get("n") == str(n)
                    tables.settings.put(n=str(n + 1))
                with store.reading() as tables:
                    assert int(tables.settings.get("n") or 0) > n
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert direct(store).settings.get("n") == "200"


def test_in_memory_what_fails_within_a_transaction_undoes_no_more_than_itself() -> None:
    store = SqliteStore(":memory:")
    with store.writing() as tables:
        tables.settings.put(colour="blue")
        with pytest.raises(ZeroDivisionError), store.writing() as inner:
            inner.settings.put(colour="red")
            raise ZeroDivisionError
    assert direct(store).settings.get("colour") == "blue"


def test_a_busy_thread_keeps_a_store_in_memory_for_itself_for_a_while(impatient: None) -> None:
    store, refused = SqliteStore(":memory:"), []

    def read() -> None:
        with pytest.raises(StoreBusy, match="another thread"), store.reading():
            pass
        refused.append(True)

    with store.writing():
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert refused
