"""Readers for the benchmarks at scale: each likes the texts of a few collections, and changes its mind at
times.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from palate.library import Library
from palate.reader import Reader
from texts_at_scale import CACHE, store_of, texts_file

COLLECTIONS = 2  # that a reader likes
WHIM = 0.05  # share of verdicts that are the opposite
ON_TOPIC = 0.5  # share of the judged texts that come from the liked collections
DESCRIPTION = (
    f"simulated readers like {COLLECTIONS} of the collections each, {WHIM:.0%} of verdicts turned around"
)


class Catalogue(NamedTuple):
    """ids: (n,) of all texts. collections: (n,) the collection of each, as an index into names.
    collection_of: the same by id, once for all readers, whose memory is measured.
    """

    ids: list[str]
    collections: np.ndarray[tuple[int], np.dtype[np.int64]]
    names: list[str]
    collection_of: dict[str, int]

    @classmethod
    def of(cls, n: int) -> "Catalogue":
        """Returns that of the first n texts."""
        with texts_file(n).open() as lines:
            rows = [(fields["id"], fields["source"].rpartition("-")[0]) for fields in map(json.loads, lines)]
        names = sorted({collection for _, collection in rows})
        indices = {name: index for index, name in enumerate(names)}
        by_id = {text_id: indices[collection] for text_id, collection in rows}
        return cls(list(by_id), np.array(list(by_id.values())), names, by_id)


@dataclass
class SimulatedReader:
    """A reader of a catalogue. likes: share of what it would like that it says it likes; 0 says dislikes
    only.
    """

    catalogue: Catalogue
    seed: int
    likes: float = 1.0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([12, self.seed])
        sizes = np.bincount(self.catalogue.collections, minlength=len(self.catalogue.names))
        usual = np.flatnonzero(sizes >= len(self.catalogue.ids) / 200)
        self.liked = set(self._rng.choice(usual, COLLECTIONS, replace=False).tolist())
        self._on_topic = np.flatnonzero(np.isin(self.catalogue.collections, list(self.liked)))
        self._judged: set[str] = set()

    @property
    def description(self) -> str:
        """What the reader would write of its taste."""
        return ", ".join(self.catalogue.names[index].replace("-", " ") for index in sorted(self.liked))

    def verdict(self, text_id: str) -> str:
        """Returns like, dislike or, where the reader would like the text but does not say so, skip."""
        liked = (self.catalogue.collection_of.get(text_id) in self.liked) != (self._rng.random() < WHIM)
        if not liked:
            return "dislike"
        return "like" if self._rng.random() < self.likes else "skip"

    def next_text(self) -> str:
        """Draws a text that was not judged before."""
        while True:
            on_topic = self._rng.random() < ON_TOPIC
            index = (
                self._rng.choice(self._on_topic) if on_topic else self._rng.integers(len(self.catalogue.ids))
            )
            text_id = self.catalogue.ids[int(index)]
            if text_id not in self._judged:
                self._judged.add(text_id)
                return text_id

    def verdicts(self, n: int) -> list[tuple[str, str]]:
        """Returns n judgements, none of them a skip."""
        given: list[tuple[str, str]] = []
        while len(given) < n:
            text_id = self.next_text()
            if (verdict := self.verdict(text_id)) != "skip":
                given.append((text_id, verdict))
        return given


@contextmanager
def copied_store(n: int) -> Iterator[Path]:
    """Lends a store of n texts, with what is kept beside it, that may be written to."""
    made = store_of(n)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        shutil.copytree(made.parent, Path(folder) / "copy")
        yield Path(folder) / "copy" / made.name


def rank_exactly(reader: Reader, limit: int) -> list[str]:
    """Returns the ids of the best texts, found by scoring all."""
    options: dict[str, Any] = {"exact": True} if "exact" in signature(Reader.rank).parameters else {}
    return [hit.text.id for hit in reader.rank(limit, **options)]


def open_with_judgements(library: Library, simulated: SimulatedReader, name: str, n: int) -> Reader:
    """Returns a reader of the library that has judged n texts."""
    reader = library.reader(name)
    reader.judge_many(simulated.verdicts(n))
    return reader
