"""Heard: what tastes of a store said, as places among the texts that they judged and some that nobody did. n
texts, d dims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from palate.errors import BadValue, UnknownName
from palate.feedback import CrowdFeedback
from palate.library import Library
from palate.parts import Matrix, Rows, Vector
from palate.store.log import standing_entries
from palate.store.readers import TasteRow

HELD = 0.25  # share of each taste's latest judgements that are held out
LEAST_SAID = 8  # judgements of a taste from which on some are
FEW = 3  # with fewer dislikes unjudged texts stand in for them
BESIDE = 2000  # texts that nobody has judged: what a taste sees those against


@dataclass(frozen=True, eq=False)
class Heard:
    """What one taste said, m judgements in order; the first `cut` are there to be learned, the later ones are
    held out.

    kind: of its contest. described: words and liking of what the reader wrote. places: (m,) of the texts.
    private: whether it keeps out of the crowd."""

    reader: str
    kind: str
    described: tuple[tuple[str, float], ...]
    places: Rows
    likings: Vector
    cut: int
    private: bool = False

    @property
    def held(self) -> int:
        """How many judgements are held out."""
        return len(self.places) - self.cut

    def with_stand_ins(self, n_texts: int, rng: np.random.Generator) -> "Heard":
        """Where there are hardly any dislikes: after each like an unjudged text, drawn by chance, as if it
        were disliked.
        """
        others = np.setdiff1d(np.arange(n_texts), self.places)
        if (self.likings < 0).sum() >= FEW or not len(others):
            return self
        drawn = rng.choice(others, len(self.places), replace=len(others) < len(self.places))
        places = np.stack([self.places, drawn], axis=1).ravel()
        likings = np.stack([self.likings, -np.ones(len(drawn))], axis=1).ravel()
        return replace(self, places=places, likings=likings, cut=2 * self.cut)


@dataclass(frozen=True, eq=False)
class Gathered:
    """contents, hashes: of n texts. vectors: (n, d) of the encoder in use. head, last: the newest entry of
    the log and row of the texts that are in it."""

    contents: tuple[str, ...]
    hashes: tuple[str, ...]
    vectors: Matrix
    heard: tuple[Heard, ...]
    head: int
    last: int

    @property
    def learned(self) -> CrowdFeedback:
        """What is not held out, of all tastes."""
        return learned(self.heard, len(self.contents))


def learned(heard: Sequence[Heard], n_texts: int) -> CrowdFeedback:
    """What these tastes, one or more, said before what is held out."""
    tastes = np.concatenate([np.full(one.cut, number) for number, one in enumerate(heard)])
    places = np.concatenate([one.places[: one.cut] for one in heard])
    return CrowdFeedback(tastes, places, np.concatenate([one.likings[: one.cut] for one in heard]), n_texts)


def tastes_of(library: Library, readers: Sequence[str]) -> list[TasteRow]:
    """The tastes of these readers, of all who are not private where none are named.

    Raises UnknownName for a reader that is not there, BadValue for a private one among others: what all are
    served would be made of what it says."""
    with library.store.reading() as tables:
        known = tables.readers.tastes()
    names = dict.fromkeys(row.reader for row in known)
    if lacking := [name for name in readers if name not in names]:
        raise UnknownName(
            f"there is no reader called {lacking[0]!r} (there are: {', '.join(names) or 'none yet'})"
        )
    private = {row.reader for row in known if row.private} if len(names) > 1 else set()
    if hidden := [name for name in readers if name in private]:
        raise BadValue(
            f"{hidden[0]!r} is private, and an encoder tuned on it would serve the others too; leave it out"
        )
    return [row for row in known if row.reader not in private and (not readers or row.reader in readers)]


def gather(library: Library, tastes: Sequence[TasteRow], begun: Mapping[str, Any], seed: int) -> Gathered:
    """What these tastes said, over the texts that they judged and up to BESIDE others, drawn with the seed.

    begun: head and last of what was gathered before, to gather the same once more; empty else.
    """
    corpus = library.corpus()
    with library.store.reading() as tables:
        newest = max((tables.log.state(row.taste_id).head for row in tastes), default=0)
    head = int(begun.get("head", newest))
    last = int(begun.get("last", corpus.rows.max(initial=0)))
    standing = [_standing(library, row.taste_id, head) for row in tastes]
    judged = np.unique([leader for said in standing for leader in said])
    free = np.setdiff1d(corpus.rows[corpus.leads & (corpus.rows <= last)], judged)
    beside = np.random.default_rng([seed, 1]).permutation(free)[:BESIDE]
    rows = np.union1d(judged, beside).astype(np.int64)
    with library.store.reading() as tables:
        texts = tables.texts.get(rows.tolist())
    return Gathered(
        tuple(texts[row].content for row in rows.tolist()),
        tuple(texts[row].content_hash for row in rows.tolist()),
        corpus.vectors[np.searchsorted(corpus.rows, rows)],
        tuple(_heard(row, said, rows) for row, said in zip(tastes, standing, strict=True)),
        head,
        last,
    )


def _standing(library: Library, taste: int, head: int) -> dict[int, float]:
    """The liking that stands for each group of near-copies, by its first text, in the order in which it was
    said.
    """
    corpus = library.corpus()
    found: dict[int, float | None] = {}
    with library.store.reading() as tables:
        entries = tables.log.entries(taste)
    for entry in standing_entries([entry for entry in entries if entry.entry <= head]):
        if entry.row is not None:
            leader = int(corpus.leaders[corpus.place(entry.row)])
            found.pop(leader, None)
            found[leader] = entry.liking
    return {leader: liking for leader, liking in found.items() if liking is not None}


def _heard(row: TasteRow, said: Mapping[int, float], rows: Rows) -> Heard:
    n = len(said)
    held = round(HELD * n) if n >= LEAST_SAID else 0
    described = tuple(
        (words, liking) for words, liking in ((row.likes, 1.0), (row.dislikes, -1.0)) if words.strip()
    )
    places = np.searchsorted(rows, np.fromiter(said, np.int64, n))
    return Heard(
        row.reader,
        row.kind,
        described,
        places,
        np.fromiter(said.values(), np.float64, n),
        n - held,
        bool(row.private),
    )
