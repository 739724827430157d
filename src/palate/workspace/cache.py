"""Cache: immutable arrays in a folder beside the store, mapped by every process and believed only by their
hash.
"""

import errno
import hashlib
import json
import mmap
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file

from palate.store.shown import PREFIX as SHOWN

VERSION = 4  # of the files: to be raised with any change of what the arrays mean
SETTLED_NS = 50_000_000  # a file that changed less than this before it was hashed might change unseen again
STAMPS = "checked.json"
INDEX_RECORD = "index.json"  # of the index of vectors, which names one more file (see index_file.py)
ORPHAN_AGE_S = 3600.0
DTYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I8": np.int8,
    "U32": np.uint32,
    "U8": np.uint8,
}
Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class CacheFile:
    """A file of arrays. sha256: of its bytes. The name begins with it, so a file is never written over."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a cache holds. store: which one, by the mark the store gave itself. fit_row: last row that was
    fitted.

    segments: in order of row. removal: newest entry of the removals that the segments already go by.
    """

    store: str
    encoder: str
    generation: int
    fit_row: int
    fit_texts: int
    fit: CacheFile
    segments: tuple[CacheFile, ...]
    removal: int
    version: int = VERSION

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True, indent=1).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Returns what `to_bytes` wrote; raises ValueError, KeyError or TypeError for anything else."""
        fields = json.loads(data)
        fit, segments = CacheFile(**fields.pop("fit")), fields.pop("segments")
        return cls(**fields, fit=fit, segments=tuple(CacheFile(**each) for each in segments))


class CacheFolder:
    """The folder of one store's cache. Only what the store's digest names is used; the rest may be deleted.

    A file is hashed when it is first met, about a second for a gigabyte, and again when its size, times or
    inode are no longer those of the last time it was hashed. Methods that write raise OSError.

    Source of the stamps: Git's index, and its rule for files that change within the clock's tick.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def manifest(self, digest: str) -> Manifest | None:
        """Returns the manifest with this SHA-256; None where it is missing, damaged or of another version."""
        try:
            data = self._manifest_path(digest).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != digest or json.loads(data).get("version") != VERSION:
            return None
        return Manifest.from_bytes(data)

    def arrays(self, file: CacheFile) -> dict[str, np.ndarray[Any, Any]] | None:
        """Returns the arrays of a file, mapped; None where it is not the file that was written."""
        try:
            path = self.whole(file)
            return None if path is None else mapped(path)
        except OSError:
            return None

    def whole(self, file: CacheFile) -> Path | None:
        """Returns the path of a file; None where it is not the file that was written."""
        try:
            return self.path / file.name if self._whole(file) else None
        except OSError:
            return None

    def write(self, arrays: Arrays) -> CacheFile:
        """Writes arrays to a file that is named by its hash."""

        def save(partial: Path) -> None:
            try:
                save_file({name: np.asarray(array, order="C") for name, array in arrays.items()}, partial)
            except SafetensorError as error:  # what safetensors makes of a full disk
                raise OSError(errno.EIO, str(error), str(partial)) from error

        return self.put(save, "safetensors")

    def put(self, save: Callable[[Path], None], kind: str) -> CacheFile:
        """Takes what `save` writes to the path that it is given, as a file that is named by its hash, with
        this ending.
        """
        self.path.mkdir(exist_ok=True)
        partial = self._partial()
        try:
            save(partial)
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            written = CacheFile(f"{digest[:24]}.{kind}", digest, partial.stat().st_size)
            partial.replace(self.path / written.name)
        finally:
            partial.unlink(missing_ok=True)
        return written

    def replace(self, name: str, data: bytes) -> None:
        """Writes a small file, whole, in place of the one of this name; it survives a loss of power."""
        self.path.mkdir(exist_ok=True)
        partial = self._partial()
        try:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path / name)
        finally:
            partial.unlink(missing_ok=True)

    def publish(self, manifest: Manifest) -> str:
        """Writes a manifest and returns its digest; it is in use once the store names that."""
        data = manifest.to_bytes()
        digest, partial = hashlib.sha256(data).hexdigest(), self._partial()
        try:
            partial.write_bytes(data)
            partial.replace(self._manifest_path(digest))
        finally:
            partial.unlink(missing_ok=True)
        return digest

    def drop_index(self) -> None:
        """Deletes the index of vectors; a process that has mapped it goes on reading it."""
        for name in [*self._indexed(), INDEX_RECORD]:
            (self.path / name).unlink(missing_ok=True)

    def clean(self, kept: Manifest, before: Manifest | None) -> None:
        """Deletes the files that a manifest named and its successor does not, and what was left over an hour
        ago.

        What is younger may belong to another process that is about to publish it. A process that has mapped a
        deleted file goes on reading it.
        """
        named = {file.name for file in (kept.fit, *kept.segments)} | {STAMPS, self._manifest_name(kept)}
        named |= {INDEX_RECORD, *self._indexed()}
        old = set[str]()
        if before is not None:
            old = {file.name for file in (before.fit, *before.segments)} | {self._manifest_name(before)}
        for path in self.path.iterdir():
            if (
                path.name in named
                or path.name.startswith(SHOWN)
                or not (path.name in old or _age_s(path) > ORPHAN_AGE_S)
            ):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def spool(self) -> "tempfile.TemporaryDirectory[str]":
        """Returns a folder for what is needed only while a generation is made."""
        self.path.mkdir(exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="spool-", dir=self.path)

    def _indexed(self) -> set[str]:
        try:
            return {json.loads((self.path / INDEX_RECORD).read_bytes())["file"]["name"]}
        except (OSError, ValueError, LookupError, TypeError):
            return set()

    def _manifest_name(self, manifest: Manifest) -> str:
        return self._manifest_path(hashlib.sha256(manifest.to_bytes()).hexdigest()).name

    def _manifest_path(self, digest: str) -> Path:
        return self.path / f"{digest[:24]}.json"

    def _partial(self) -> Path:
        return self.path / f"partial-{os.getpid()}-{time.monotonic_ns()}"

    def _whole(self, file: CacheFile) -> bool:
        path = self.path / file.name
        status = path.stat()
        if status.st_size != file.size:
            return False
        stamp = [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
        stamps = self._stamps()
        if stamps.get(file.name) == stamp:
            return True
        begun = time.time_ns()
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != file.sha256:
                return False
        if status.st_ctime_ns + SETTLED_NS < begun:
            self._stamp({**stamps, file.name: stamp})
        return True

    def _stamps(self) -> dict[str, list[int]]:
        try:
            stamps = json.loads((self.path / STAMPS).read_bytes())
        except (OSError, ValueError):
            return {}
        return stamps if isinstance(stamps, dict) else {}

    def _stamp(self, stamps: dict[str, list[int]]) -> None:
        partial = self._partial()
        try:
            partial.write_text(
                json.dumps({name: stamp for name, stamp in stamps.items() if (self.path / name).exists()})
            )
            partial.replace(self.path / STAMPS)
        except OSError:  # a folder that cannot be written is hashed each time
            partial.unlink(missing_ok=True)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def mapped(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Returns the arrays of a safetensors file without reading them: a page is read when it is first used."""
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(pages[:8], "little")
    begin, arrays = 8 + length, dict[str, np.ndarray[Any, Any]]()
    for name, about in json.loads(pages[8:begin]).items():
        if name == "__metadata__":
            continue
        dtype, shape = np.dtype(DTYPES[about["dtype"]]), tuple(about["shape"])
        count = int(np.prod(shape, dtype=np.int64))
        first = begin + about["data_offsets"][0]
        arrays[name] = (
            np.frombuffer(pages, dtype, count, first).reshape(shape) if count else np.zeros(shape, dtype)
        )
    return arrays
