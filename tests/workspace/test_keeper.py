"""The keeper of generations: what it does with a cache that is damaged, or replaced while it is read."""

from pathlib import Path
from typing import Any

import pytest

from palate.errors import CacheNotice
from palate.library import Library
from palate.workspace.generation import read


@pytest.fixture
def store(path: Path, words: Any) -> Path:
    with Library(path, encoder="words") as library:
        library.add([f"A note on the subject of number {number}." for number in range(40)])
    return path


def test_a_damaged_cache_is_told_and_made_anew(store: Path) -> None:
    for file in Path(f"{store}.cache").glob("*.safetensors"):
        file.write_bytes(file.read_bytes()[:-1] + b"\7")
    with Library(store) as library, pytest.warns(CacheNotice, match="is damaged; it is made anew"):
        assert len(library.corpus()) == 40
    with Library(store) as library:
        assert len(library.corpus()) == 40


def test_a_generation_that_is_replaced_while_it_is_read_is_no_damage(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process fits a new one between the look at the store and that at the cache."""
    with Library(store) as opening, Library(store) as other:

        def read_late(*given: Any) -> Any:
            monkeypatch.setattr("palate.workspace.keeper.read", read)
            other.add([f"Another text, the one of number {number}, is here." for number in range(90)])
            return read(*given)

        monkeypatch.setattr("palate.workspace.keeper.read", read_late)
        assert len(opening.corpus()) == 130
