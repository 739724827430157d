"""Files that commands write: whole or not at all, and devices and pipes as they are."""

import gzip
import os
import stat
import sys
from pathlib import Path
from threading import Thread

import pytest

from palate.cli.files import whole_file
from palate.errors import BadValue

posix = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in a folder")


@posix
@pytest.mark.parametrize("name", ["pipe", "pipe.gz"])
def test_a_named_pipe_is_written_to_and_stays(tmp_path: Path, name: str) -> None:
    pipe, read = tmp_path / name, list[bytes]()
    os.mkfifo(pipe)
    reading = Thread(target=lambda: read.append(pipe.read_bytes()))
    reading.start()
    with whole_file(pipe) as out:
        out.write("one\ntwo\n")
    reading.join()
    assert (gzip.decompress(read[0]) if name.endswith(".gz") else read[0]) == b"one\ntwo\n"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full")
def test_a_full_device_is_told_of_and_stays() -> None:
    with pytest.raises(BadValue, match="/dev/full cannot be written: No space left"):  # noqa: SIM117
        with whole_file(Path("/dev/full")) as out:
            out.write("one\n")
    assert Path("/dev/full").is_char_device()
    assert not Path("/dev/full.part").exists()


def test_a_file_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("before")
    with pytest.raises(ZeroDivisionError), whole_file(file) as out:
        out.write(str(1 // 0))
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
