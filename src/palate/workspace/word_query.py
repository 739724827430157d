"""WordQuery: the words of a query with what they weigh, and the texts with those that have no lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from palate.feature.terms import is_stop
from palate.parts import Rows, Vector
from palate.words import is_unspaced
from palate.workspace.corpus import Corpus
from palate.workspace.segment import Segment, ragged

NEWEST_TEXTS = 2_000  # that are asked for, of a word that came after the fit

NO_TEXTS: Rows = np.zeros(0, np.int64)
NO_SCORES: Vector = np.zeros(0)

RowsOf = Callable[[str, int], Sequence[int]]  # of the newest texts with a word, at most so many


class ListedWord(NamedTuple):
    """A word with lists. rank: of its term. weight: its rarity, times how often the query has it."""

    rank: int
    weight: float


class WordQuery(NamedTuple):
    """listed: the words with lists, those of the fewest texts first. width: ranks that may have a list.
    texts: ascending indices of those with some other word. scores: what those words bring to them. complete:
    whether these are all such texts.
    """

    listed: tuple[ListedWord, ...]
    width: int
    texts: Rows
    scores: Vector
    complete: bool

    @property
    def is_empty(self) -> bool:
        """Whether no text can match."""
        return not self.listed and not len(self.texts)


class _Rare(NamedTuple):
    """A word without lists. texts: ascending indices. rank: below 0 where its counts are not known. weight:
    as of a `ListedWord`."""

    texts: Rows
    rank: int
    weight: float


def word_query(corpus: Corpus, words: Sequence[str], rows_of: RowsOf) -> WordQuery:
    """Returns the words that tell texts apart: no stop words, single letters, or words of more than half of
    all texts. words: as `palate.words.words` gives them.

    A word that the fit does not know has no lists; the word index of the store gives its texts, and those
    with another word of the same stem."""
    wanted = [word for word in words if not is_stop(word) and (len(word) > 1 or is_unspaced(word))]
    keyword, rare, complete = corpus.space.keyword, list[_Rare](), True
    width, listed = len(keyword.listed), list[tuple[int, int]]()
    distinct = list(dict.fromkeys(wanted))
    for word, rank in zip(distinct, keyword.ranks_of(distinct).tolist(), strict=True):
        if 0 <= rank < width:
            if keyword.listed[rank]:
                listed.append((rank, wanted.count(word)))
            continue
        rows = rows_of(word, NEWEST_TEXTS)
        if len(rows) < NEWEST_TEXTS or rank == -1:
            texts = np.sort(corpus.indices_of(rows))
            rarity = float(np.log1p((max(len(corpus) - len(texts), 0) + 0.5) / (len(texts) + 0.5)))
            rare.append(_Rare(texts, rank, rarity * wanted.count(word)))
            complete &= len(rows) < NEWEST_TEXTS
    listed.sort(reverse=True)
    rarities = keyword.rarity_of(np.array([rank for rank, _ in listed], np.int64)).tolist()
    weighed = [
        ListedWord(rank, count * rarity) for (rank, count), rarity in zip(listed, rarities, strict=True)
    ]
    return WordQuery(tuple(weighed), width, *_added(corpus, rare), complete)


def _added(corpus: Corpus, rare: Sequence[_Rare]) -> tuple[Rows, Vector]:
    """Returns the ascending indices of the texts with some of the words, and what those bring together."""
    texts, scores = [NO_TEXTS], [NO_SCORES]
    for word in rare:
        parts, order = corpus.parted(word.texts)
        texts.append(word.texts[order])
        scores += [word.weight * _impacts_at(segment, local, word.rank) for segment, local in parts]
    together, which = np.unique(np.concatenate(texts), return_inverse=True)
    return together, np.bincount(which, np.concatenate(scores), len(together)).astype(np.float64)


def _impacts_at(segment: Segment, texts: Rows, rank: int) -> Vector:
    """Returns (m,) tf / (tf + saturation) of a word in texts that have it."""
    arrays = segment.arrays
    impacts = 1 / (1 + arrays["saturation"][texts].astype(np.float64))
    if rank >= 0:
        positions, starts = ragged(arrays["repeated_starts"], texts)
        hits = np.flatnonzero(arrays["repeated_terms"][positions] == rank)
        more = arrays["repeated_factors"][positions[hits], 0]
        impacts[np.searchsorted(starts, hits, side="right") - 1] += more
    return np.asarray(impacts)
