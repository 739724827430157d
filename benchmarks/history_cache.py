"""Damage done to the cache folder of a store, and whether the store answers as without it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from history_client import READERS, SHOWN
from palate.library import Library

CLOSE = 1e-4  # that two values of one text may differ by: what single precision leaves open
Answers = dict[str, list[tuple[str, float]]]  # reader -> (text id, value)


def cache_files(store: Path) -> list[Path]:
    """Returns the files beside a store that are not of its database."""
    return sorted(
        p
        for p in store.parent.rglob("*")
        if p.is_file() and not p.name.startswith(store.name + "-") and p != store and p.suffix != ".lock"
    )


def flip_byte(store: Path, rng: np.random.Generator) -> None:
    """Changes one byte of one file."""
    path = _drawn(store, rng)
    content = bytearray(path.read_bytes())
    content[int(rng.integers(len(content)))] ^= int(rng.integers(1, 256))
    path.write_bytes(content)


def cut_file(store: Path, rng: np.random.Generator) -> None:
    """Shortens one file."""
    path = _drawn(store, rng)
    with path.open("r+b") as file:
        file.truncate(int(rng.integers(path.stat().st_size)))


def delete_file(store: Path, rng: np.random.Generator) -> None:
    """Deletes one file."""
    _drawn(store, rng).unlink()


def keep_copy(store: Path) -> None:
    """Keeps the cache files as they are now, to be put back as an older generation."""
    kept = _kept(store)
    shutil.rmtree(kept, ignore_errors=True)
    for path in cache_files(store):
        target = kept / path.relative_to(store.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def put_back_all(store: Path, _: np.random.Generator) -> None:
    """Puts the whole of an older generation in the place of the cache."""
    for path in cache_files(store):
        path.unlink()
    shutil.copytree(_kept(store), store.parent, dirs_exist_ok=True)


def put_back_one(store: Path, rng: np.random.Generator) -> None:
    """Puts one file of an older generation among those of today."""
    olds = sorted(path for path in _kept(store).rglob("*") if path.is_file())
    old = olds[int(rng.integers(len(olds)))]
    target = store.parent / old.relative_to(_kept(store))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(old, target)


DAMAGES: tuple[Callable[[Path, np.random.Generator], None], ...] = (
    flip_byte,
    cut_file,
    delete_file,
    put_back_all,
    put_back_one,
)


def answers(store: Path) -> Answers:
    """Returns what each reader is shown by a Library that opens the store anew."""
    with Library(store, create=False) as library:
        return {
            name: [(hit.text.id, hit.value.mean) for hit in library.reader(name, create=False).rank(SHOWN)]
            for name in READERS
        }


def answers_without_cache(store: Path, folder: Path) -> Answers:
    """Returns the same of a copy of the store that has no cache."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with Library(store, create=False) as library:
        library.workspace.store.copy_to(folder / store.name)
    return answers(folder / store.name)


def agree(one: Answers, other: Answers) -> bool:
    """Returns whether all readers are shown texts of the same values; texts of equal values may change
    places.
    """
    for name, shown in one.items():
        values = [value for _, value in shown], [value for _, value in other[name]]
        if len(shown) != len(other[name]) or not np.allclose(*values, atol=CLOSE):
            return False
        shared = dict(shown).keys() & dict(other[name]).keys()
        if any(abs(dict(shown)[t] - dict(other[name])[t]) > CLOSE for t in shared):
            return False
        lowest = min(values[0], default=0.0)
        if any(value > lowest + CLOSE for t, value in [*shown, *other[name]] if t not in shared):
            return False
    return True


def _drawn(store: Path, rng: np.random.Generator) -> Path:
    files = [path for path in cache_files(store) if path.stat().st_size]
    return files[int(rng.integers(len(files)))]


def _kept(store: Path) -> Path:
    return store.parent.with_name(store.parent.name + "-older")
