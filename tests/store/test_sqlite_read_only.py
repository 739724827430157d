"""A store that cannot be written. Root may write to any folder, so a read-only mount of its own is made."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from direct import direct
from older import make_older
from palate.errors import StoreReadOnly
from palate.store.health import back_up, examine
from palate.store.sqlite import SqliteStore
from palate.store.sqlite_read_only import can_be_written

PROGRAM = """
from pathlib import Path
import sys
from direct import direct
from palate.errors import PalateError
from palate.store.sqlite import SqliteStore
try:
    store = SqliteStore(sys.argv[1])
    print(direct(store).settings.get("colour"), direct(store).state().last_row)
    direct(store).settings.put(colour="red")
except PalateError as error:
    print(type(error).__name__, error)
"""
MOUNT = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
ROOM = ["unshare", "--map-root-user", "--mount", "bash", "-c", MOUNT, "bash"]
can_mount = shutil.which("unshare") is not None and (
    subprocess.run([*ROOM, "/tmp", "true"], capture_output=True, check=False).returncode == 0
)
needs_mount = pytest.mark.skipif(not can_mount, reason="a read-only mount cannot be made here")


@pytest.fixture
def blue(path: Path) -> Path:
    with closing(SqliteStore(path)) as store:
        direct(store).settings.put(colour="blue")
    return path


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.store.sqlite.can_be_written", lambda path: False)


def read_where_nothing_can_be_written(path: Path) -> list[str]:
    command = [*ROOM, str(path.parent), sys.executable, "-c", PROGRAM, str(path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@needs_mount
@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_store_on_a_read_only_disk_is_read(blue: Path, mode: str) -> None:
    with closing(sqlite3.connect(blue)) as connection:
        connection.execute(f"pragma journal_mode={mode}")
    before = blue.read_bytes()
    read, refused = read_where_nothing_can_be_written(blue)
    assert read == "blue 0"
    assert refused.startswith(f"StoreReadOnly {blue} cannot be written; check its permissions")
    assert blue.read_bytes() == before
    assert [file.name for file in blue.parent.iterdir()] == [blue.name]


@needs_mount
def test_what_another_process_writes_meanwhile_is_read(blue: Path) -> None:
    with closing(SqliteStore(blue)) as store:
        direct(store).settings.put(colour="green")
        assert read_where_nothing_can_be_written(blue)[0] == "green 0"


@needs_mount
def test_work_that_a_killed_process_left_is_not_passed_over(blue: Path, tmp_path: Path) -> None:
    with closing(SqliteStore(blue)) as store:
        direct(store).settings.put(colour="green")
        found = tmp_path / "found"
        found.mkdir()
        for file in [blue, blue.with_name("store.db-wal")]:
            shutil.copy(file, found / file.name)
    (told,) = read_where_nothing_can_be_written(found / blue.name)
    assert told.startswith("StoreReadOnly")
    assert "copy it and store.db-wal to a folder" in told


@needs_mount
def test_a_store_of_an_older_palate_is_not_brought_up_to_date_where_it_cannot_be_written(path: Path) -> None:
    make_older(path, "0004")
    (told,) = read_where_nothing_can_be_written(path)
    assert told.startswith("StoreReadOnly")
    assert "comes from an older palate" in told


def test_reads_work_and_writes_are_refused_in_a_sentence(
    blue: Path, unwritable: None, tmp_path: Path
) -> None:
    with closing(SqliteStore(blue)) as store:
        assert direct(store).settings.get("colour") == "blue"
        with pytest.raises(StoreReadOnly, match=r"store\.db cannot be written; check its permissions"):
            direct(store).settings.put(colour="red")
        details = {finding.check: finding.detail for finding in examine(store, "a:1")}
        assert details["word index"] == "not looked at, since the store cannot be written"
        back_up(store, tmp_path / "copy.db")
    assert direct(SqliteStore(tmp_path / "copy.db")).settings.get("colour") == "blue"


def test_each_transaction_sees_what_is_there_then(
    blue: Path, unwritable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(SqliteStore(blue)) as reading:
        assert direct(reading).settings.get("colour") == "blue"
        monkeypatch.undo()
        with closing(SqliteStore(blue)) as writing:
            direct(writing).settings.put(colour="green")
            assert direct(reading).settings.get("colour") == "green"
        assert direct(reading).settings.get("colour") == "green"


def test_permissions_of_the_file_and_of_its_folder_tell_whether_a_store_can_be_written(
    blue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for refused, written in ((blue, False), (blue.parent, False), (blue.parent.parent, True)):
        monkeypatch.setattr(os, "access", lambda path, mode, refused=refused: path != refused)
        assert can_be_written(blue) == written
