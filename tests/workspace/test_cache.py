"""Files that are believed by their hash alone: what is changed in any way is not read."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from safetensors import SafetensorError

from palate.workspace import cache as cache_module
from palate.workspace.cache import DTYPES, STAMPS, CacheFile, CacheFolder, Manifest

made_arrays = st.dictionaries(
    st.text("abc.", min_size=1, max_size=5),
    st.sampled_from(sorted(DTYPES.values(), key=str)).flatmap(
        lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    ),
    min_size=1,
    max_size=4,
)
MANIFEST = Manifest("store", "encoder", 3, 70, 60, CacheFile("f", "s", 1), (CacheFile("g", "t", 2),), 5)


def settle(path: Path) -> None:
    """Waits until a file is so old that a later change cannot bear the same time."""
    while time.time_ns() < path.stat().st_ctime_ns + 2 * cache_module.SETTLED_NS:
        time.sleep(0.01)


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "cache")


@pytest.fixture(params=["just written", "stamped"])
def file(request: pytest.FixtureRequest, folder: CacheFolder) -> CacheFile:
    """A file that is whole, and that was read before or not."""
    written = folder.write({"one": np.arange(1000), "two": np.arange(6, dtype=np.float16).reshape(2, 3)})
    if request.param == "stamped":
        settle(folder.path / written.name)
        assert folder.arrays(written) is not None
        assert written.name in json.loads((folder.path / STAMPS).read_text())
    return written


@given(given=made_arrays, turned=st.booleans())
def test_arrays_come_back_to_the_bit(tmp_path_factory: Any, given: Any, turned: bool) -> None:
    """Also those without a dimension, without a number, and that lie in memory in another order."""
    folder = CacheFolder(tmp_path_factory.mktemp("cache"))
    given = {name: array.T if turned else array for name, array in given.items()}
    file = folder.write(given)
    data = (folder.path / file.name).read_bytes()
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert file.size == len(data)
    assert file.sha256.startswith(file.name.removesuffix(".safetensors"))
    found = folder.arrays(file)
    assert found is not None
    assert found.keys() == given.keys()
    for name, array in given.items():
        again = found[name]
        assert (again.dtype, again.shape, again.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert folder.write(given) == file


def test_arrays_are_mapped_and_cannot_be_written(folder: CacheFolder, file: CacheFile) -> None:
    found = folder.arrays(file)
    assert found is not None
    for array in found.values():
        assert not array.flags.owndata
        assert not array.flags.writeable
    (folder.path / file.name).unlink()
    np.testing.assert_array_equal(found["one"], np.arange(1000))  # who has it mapped reads on
    assert folder.arrays(file) is None


@pytest.mark.parametrize("position", [0, 9, 60, 400, 5000, -1])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_flipped_bit_is_seen(folder: CacheFolder, file: CacheFile, position: int, hidden: bool) -> None:
    """hidden: the time of the change is put back to that of the file before."""
    path = folder.path / file.name
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    with path.open("r+b") as opened:
        opened.write(data)
    if hidden:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    for _ in range(2):
        assert folder.arrays(file) is None
        settle(path)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def replaced(path: Path) -> None:
    """By an older file of the same size and times."""
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes()[:-8] + bytes(8))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


def missing(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut_short, emptied, grown, replaced, missing, a_folder])
def test_a_file_that_is_not_the_one_that_was_written_is_not_read(
    folder: CacheFolder, file: CacheFile, damage: Callable[[Path], None]
) -> None:
    damage(folder.path / file.name)
    assert folder.arrays(file) is None


def test_a_file_is_hashed_once_until_it_changes(folder: CacheFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    file, hashed = folder.write({"one": np.arange(5)}), list[int]()
    digest = hashlib.file_digest

    def counted(*given: Any) -> Any:
        hashed.append(1)
        return digest(*given)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    path = folder.path / file.name
    settle(path)
    for _ in range(3):
        assert folder.arrays(file) is not None
    assert len(hashed) == 1
    os.utime(path)
    settle(path)
    for _ in range(3):
        assert folder.arrays(file) is not None
    assert len(hashed) == 2


def test_a_file_that_was_only_now_written_is_not_stamped(
    folder: CacheFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change within the same tick of the clock would bear the same times."""
    monkeypatch.setattr(cache_module, "SETTLED_NS", 3_600_000_000_000)
    file = folder.write({"one": np.arange(5)})
    assert folder.arrays(file) is not None
    assert not (folder.path / STAMPS).exists()


@pytest.mark.parametrize("stamps", ["", "[]", "{", '{"f": 1}', "\0\xff"])
def test_stamps_that_cannot_be_read_are_as_none(folder: CacheFolder, file: CacheFile, stamps: str) -> None:
    (folder.path / STAMPS).write_text(stamps, "latin-1")
    assert folder.arrays(file) is not None
    path = folder.path / file.name
    path.write_bytes(path.read_bytes()[::-1])
    assert folder.arrays(file) is None


def test_a_manifest_comes_back(folder: CacheFolder) -> None:
    folder.path.mkdir()
    digest = folder.publish(MANIFEST)
    assert folder.manifest(digest) == MANIFEST
    other = folder.publish(replace(MANIFEST, removal=6))
    assert folder.manifest(other) == replace(MANIFEST, removal=6)
    assert folder.manifest(digest) == MANIFEST
    assert len(list(folder.path.iterdir())) == 2


@pytest.mark.parametrize("change", ["edited", "spaced", "cut", "other", "missing", "folder"])
def test_a_manifest_that_was_changed_is_not_read(folder: CacheFolder, change: str) -> None:
    folder.path.mkdir()
    digest = folder.publish(MANIFEST)
    (path,) = folder.path.iterdir()
    data = path.read_bytes()
    path.unlink()
    if change == "folder":
        path.mkdir()
    elif change != "missing":
        other = replace(MANIFEST, removal=6).to_bytes()
        path.write_bytes(
            {"edited": data.replace(b"60", b"61"), "spaced": data + b" ", "cut": data[:-1], "other": other}[
                change
            ]
        )
    assert folder.manifest(digest) is None
    assert folder.manifest("0" * 64) is None


def test_what_another_version_wrote_is_not_read(folder: CacheFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.path.mkdir()
    digest = folder.publish(replace(MANIFEST, version=cache_module.VERSION + 1))
    assert folder.manifest(digest) is None
    later = json.dumps({**asdict(MANIFEST), "version": 99, "more": 1}).encode()
    digest = hashlib.sha256(later).hexdigest()
    (folder.path / f"{digest[:24]}.json").write_bytes(later)
    assert folder.manifest(digest) is None
    digest = folder.publish(MANIFEST)
    monkeypatch.setattr(cache_module, "VERSION", cache_module.VERSION + 1)
    assert folder.manifest(digest) is None


def test_a_file_where_the_folder_should_be_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_text("mine")
    folder = CacheFolder(path)
    with pytest.raises(OSError, match="cache"):
        folder.write({"one": np.zeros(3)})
    with pytest.raises(OSError, match="cache"):
        folder.publish(MANIFEST)
    with pytest.raises(OSError, match="cache"):
        folder.spool()
    assert folder.manifest("0" * 64) is None
    assert folder.arrays(MANIFEST.fit) is None
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), SafetensorError("os error 28")])
def test_a_disk_that_fills_while_a_file_is_written_is_an_oserror_and_leaves_nothing(
    folder: CacheFolder, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def save_file(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(cache_module, "save_file", save_file)
    with pytest.raises(OSError, match=r"28|space"):
        folder.write({"one": np.zeros(3)})
    assert list(folder.path.iterdir()) == []


def test_a_file_that_may_not_grow_so_large_is_an_oserror_and_leaves_nothing(tmp_path: Path) -> None:
    """By the limit of the system, which a full disk is like."""
    code = """if True:
        import resource, sys
        from pathlib import Path
        import numpy as np
        from palate.workspace.cache import CacheFolder
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            CacheFolder(Path(sys.argv[1])).write({"one": np.zeros(5000)})
        except OSError as error:
            sys.exit(7 if error.strerror else 1)
    """
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == 7
    assert list(tmp_path.iterdir()) == []


def test_clean_deletes_what_is_no_longer_named_and_what_is_old(folder: CacheFolder) -> None:
    files = [folder.write({"one": np.full(4, number)}) for number in range(5)]
    before = replace(MANIFEST, fit=files[0], segments=(files[1], files[2]))
    kept = replace(MANIFEST, generation=4, fit=files[0], segments=(files[2], files[3]))
    for manifest in (before, kept):
        folder.publish(manifest)
    settle(folder.path / files[0].name)
    folder.arrays(files[0])
    young, old = folder.path / "partial-1-1", folder.path / "partial-2-2"
    spool = folder.path / "spool-old"
    spool.mkdir()
    (spool / "000000.npz").write_bytes(b"x")
    for path in (young, old):
        path.write_bytes(b"x")
    past = time.time() - cache_module.ORPHAN_AGE_S - 60
    for path in (old, spool, folder.path / files[0].name, folder.path / files[3].name, folder.path / STAMPS):
        os.utime(path, (past, past))
    beside = folder.path.parent / "beside"
    shutil.copytree(folder.path, beside)
    folder.clean(kept, before)
    names = {path.name for path in folder.path.iterdir()}
    manifest_name = f"{hashlib.sha256(kept.to_bytes()).hexdigest()[:24]}.json"
    # file 4 may be one that another process is about to publish
    assert names == {files[number].name for number in (0, 2, 3, 4)} | {STAMPS, young.name, manifest_name}
    folder.clean(kept, None)
    assert {path.name for path in folder.path.iterdir()} == names
    assert len(list(beside.iterdir())) == len(names) + 4


def test_a_spool_goes_with_its_block(folder: CacheFolder) -> None:
    with folder.spool() as spool:
        (Path(spool) / "part").write_bytes(b"x")
        assert Path(spool).parent == folder.path
    assert list(folder.path.iterdir()) == []
