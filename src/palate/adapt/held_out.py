"""Held-out feedback: the judgements of the tastes of a store, each taste's latest ones held out. n texts, d
dims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from palate.adapt.library_access import (
    all_tastes,
    contents_and_hashes,
    newest_entry,
    newest_row,
    representatives,
    standing_likings,
    stored_vectors,
)
from palate.errors import BadValue, UnknownName
from palate.feedback import CrowdFeedback
from palate.library import Library
from palate.parts import Matrix, Rows, Vector
from palate.store.readers import TasteRow

HELD_OUT_SHARE = 0.25  # of each taste's judgements, the latest, are held out
MIN_JUDGEMENTS = 8  # of a taste from which on some are
MIN_DISLIKES = 3  # with fewer dislikes unjudged texts stand in for them
MAX_UNJUDGED = 2000  # texts that nobody has judged: the background of every taste


@dataclass(frozen=True, eq=False)
class TasteHistory:
    """The m judgements of one taste in order; the first `n_learned` are to be learned, the later ones are
    held out.

    kind: of its contest. descriptions: words and liking of what the reader wrote. indices: (m,) of the texts.
    private: whether it keeps out of the crowd.
    """

    reader: str
    kind: str
    descriptions: tuple[tuple[str, float], ...]
    indices: Rows
    likings: Vector
    n_learned: int
    private: bool = False

    @property
    def n_held_out(self) -> int:
        """How many judgements are held out."""
        return len(self.indices) - self.n_learned

    def with_stand_ins(self, n_texts: int, rng: np.random.Generator) -> "TasteHistory":
        """Returns the history with stand-ins for dislikes where there are hardly any: after each judgement an
        unjudged text, drawn at random, as if it were disliked.
        """
        unjudged = np.setdiff1d(np.arange(n_texts), self.indices)
        if (self.likings < 0).sum() >= MIN_DISLIKES or not len(unjudged):
            return self
        drawn = rng.choice(unjudged, len(self.indices), replace=len(unjudged) < len(self.indices))
        indices = np.stack([self.indices, drawn], axis=1).ravel()
        likings = np.stack([self.likings, -np.ones(len(drawn))], axis=1).ravel()
        return replace(self, indices=indices, likings=likings, n_learned=2 * self.n_learned)


@dataclass(frozen=True, eq=False)
class FeedbackDataset:
    """The feedback of several tastes over n texts.

    contents, hashes: of the texts. vectors: (n, d) of the encoder in use. last_entry, last_row: the newest
    log entry and the newest text that are included.
    """

    contents: tuple[str, ...]
    hashes: tuple[str, ...]
    vectors: Matrix
    histories: tuple[TasteHistory, ...]
    last_entry: int
    last_row: int

    @property
    def training_feedback(self) -> CrowdFeedback:
        """The judgements of all tastes that are not held out."""
        return training_feedback(self.histories, len(self.contents))


def training_feedback(histories: Sequence[TasteHistory], n_texts: int) -> CrowdFeedback:
    """Returns the judgements of one taste or more that are not held out."""
    return CrowdFeedback(
        np.concatenate([np.full(history.n_learned, taste) for taste, history in enumerate(histories)]),
        np.concatenate([history.indices[: history.n_learned] for history in histories]),
        np.concatenate([history.likings[: history.n_learned] for history in histories]),
        n_texts,
    )


def tastes_of(library: Library, readers: Sequence[str]) -> list[TasteRow]:
    """Returns the tastes of these readers, of all who are not private where none are named.

    Raises UnknownName for a reader that is not there, BadValue for a private one among others: the encoder
    that all use would be made from its judgements.
    """
    tastes = all_tastes(library)
    names = dict.fromkeys(taste.reader for taste in tastes)
    if unknown := [name for name in readers if name not in names]:
        raise UnknownName(
            f"there is no reader called {unknown[0]!r} (there are: {', '.join(names) or 'none yet'})"
        )
    private = {taste.reader for taste in tastes if taste.private} if len(names) > 1 else set()
    if hidden := [name for name in readers if name in private]:
        raise BadValue(
            f"{hidden[0]!r} is private, and an encoder tuned on it would serve the others too; leave it out"
        )
    return [
        taste for taste in tastes if taste.reader not in private and (not readers or taste.reader in readers)
    ]


def gather(
    library: Library, tastes: Sequence[TasteRow], recipe: Mapping[str, Any], seed: int
) -> FeedbackDataset:
    """Gathers the feedback of these tastes, over the texts that they judged and up to MAX_UNJUDGED others,
    drawn with the seed.

    recipe: of an adapting that was begun, to gather the same once more; empty else.
    """
    last_entry = int(recipe.get("head", newest_entry(library, tastes)))
    last_row = int(recipe.get("last", newest_row(library)))
    likings = [standing_likings(library, taste, last_entry) for taste in tastes]
    judged = np.unique([row for by_row in likings for row in by_row])
    unjudged = np.setdiff1d(representatives(library, last_row), judged)
    drawn = np.random.default_rng([seed, 1]).permutation(unjudged)[:MAX_UNJUDGED]
    rows = np.union1d(judged, drawn).astype(np.int64)
    contents, hashes = contents_and_hashes(library, rows)
    return FeedbackDataset(
        contents,
        hashes,
        stored_vectors(library, rows),
        tuple(_history(taste, by_row, rows) for taste, by_row in zip(tastes, likings, strict=True)),
        last_entry,
        last_row,
    )


def _history(taste: TasteRow, likings: Mapping[int, float], rows: Rows) -> TasteHistory:
    n = len(likings)
    n_held_out = round(HELD_OUT_SHARE * n) if n >= MIN_JUDGEMENTS else 0
    written = ((taste.likes, 1.0), (taste.dislikes, -1.0))
    return TasteHistory(
        taste.reader,
        taste.kind,
        tuple((words, liking) for words, liking in written if words.strip()),
        np.searchsorted(rows, np.fromiter(likings, np.int64, n)),
        np.fromiter(likings.values(), np.float64, n),
        n - n_held_out,
        bool(taste.private),
    )
