"""WordSearch: the texts of a corpus that match words best, by BM25."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array

from palate.index.exact import best_of
from palate.parts import Mask, Rows, Vector
from palate.workspace.corpus import Corpus
from palate.workspace.segment import Segment, ragged
from palate.workspace.word_lists import TOP, Entries, impact_of, impacts_of, texts_of
from palate.workspace.word_query import RowsOf, WordQuery, word_query

READ_ENTRIES = 4_000_000  # of lists, that a search reads at most, beside those of each segment
LEAST_ENTRIES = 1000  # of a segment, whatever its share of all texts is
COMPARED_TEXTS = 20_000  # of a segment, whose exact scores a search computes at most
WORTH_ENTRIES = 16  # of a list, that are read in the time that the exact score of a text takes
HALF_LEVEL = 0.5 / TOP  # the most that an impact is off by in a list


class WordMatches(NamedTuple):
    """indices: of the texts that match best, best first, then in order. scores: by BM25, above 0. exact:
    whether no text is better; not certain where lists were too long to be read, or a new word is in more
    texts than were asked for."""

    indices: Rows
    scores: Vector
    exact: bool


class WordSearch:
    """Finds the texts of a corpus that match some words, under the document frequencies of its fit.

    Use it beside vectors: names and rare terms are what vectors blur. Words that the fit knows are read from
    the segments' lists (see `WordLists`), new ones from the word index of the store; stop words, single
    letters and words of more than half of all texts are left out. Words match as they are, not by their stem.
    A list is read only as far as its
    texts may be among the best (MaxScore), and all lists together to `read_entries`. Scores are exact in any
    case; that no text is better is certain where `WordMatches.exact` says so.

    words: as `palate.words.words` gives them. rows_of: gives the rows of the newest texts with a word, at
    most so many.

    Source: Turtle and Flood, Information Processing and Management 31 (1995); Robertson and Zaragoza, The
    probabilistic relevance framework: BM25 and beyond (2009).
    """

    def __init__(
        self, corpus: Corpus, words: Sequence[str], rows_of: RowsOf, *, read_entries: int = READ_ENTRIES
    ) -> None:
        self._corpus, self._read_entries = corpus, read_entries
        self._query = word_query(corpus, words, rows_of)

    def best(self, n: int, allowed: Mask | None = None) -> WordMatches:
        """Returns the n texts that match any of the words best. allowed: (n texts,) which may be found; None
        for all."""
        corpus = self._corpus
        found = WordMatches(np.zeros(0, np.int64), np.zeros(0), self._query.complete)
        if self._query.is_empty:
            return found
        hidden = corpus.removed if len(corpus.removals.rows) else None
        if allowed is not None:
            hidden = ~allowed if hidden is None else hidden | ~allowed
        for segment, begin in zip(corpus.segments, corpus.begins, strict=True):
            end = begin + len(segment)
            part = _Part(segment, begin, self._query, None if hidden is None else hidden[begin:end])
            budget = int(self._read_entries * len(segment) / len(corpus)) + LEAST_ENTRIES
            level = float(found.scores[n - 1]) if len(found.scores) >= n else 0.0
            texts, certain = self._candidates(part, n, level, budget)
            scores = part.scores(texts)
            matching = scores > 0
            scores = np.concatenate([found.scores, scores[matching]])
            indices = np.concatenate([found.indices, texts[matching] + begin])
            best = best_of(scores, n)
            found = WordMatches(indices[best], scores[best], found.exact and certain)
        return found

    def scores(self, indices: Rows) -> Vector:
        """Returns (m,) the scores of some texts."""
        corpus, scores = self._corpus, np.zeros(len(indices))
        begins = dict(zip(map(id, corpus.segments), corpus.begins, strict=True))
        parts, order = corpus.parted(np.asarray(indices, np.int64))
        done = 0
        for segment, local in parts:
            part = _Part(segment, begins[id(segment)], self._query, None)
            scores[order[done : done + len(local)]] = part.scores(local)
            done += len(local)
        return scores

    def _candidates(self, part: _Part, n: int, level: float, budget: int) -> tuple[Rows, bool]:
        """Returns the local indices of the texts that may be among the n best of all, and whether there are
        no others. level: the score of the n-th best so far, 0 where there are fewer."""
        lists = part.segment.word_lists(self._corpus.space)
        readings = [_Reading(lists.entries(word.rank), word.weight, 0.0) for word in self._query.listed]
        level = max(level, part.level_of(readings, n))
        needed = _needed(readings, level)
        candidates, certain = part.candidates(_within(readings, needed, budget), n, level)
        unread = sum(len(reading.entries) for reading in readings[needed:])
        if needed < len(readings) and (not certain or len(candidates) * WORTH_ENTRIES > unread):
            return part.candidates(_within(readings, len(readings), budget), n, level)
        return candidates, certain


class _Reading(NamedTuple):
    """What is read of a list: its entries, the weight of its word, and the most that one of the entries that
    are left out brings."""

    entries: Entries
    weight: float
    left: float


class _Part(NamedTuple):
    """A segment in a search. begin: index of its first text. hidden: (n,) which texts may not be found; None
    for none."""

    segment: Segment
    begin: int
    query: WordQuery
    hidden: Mask | None

    def level_of(self, readings: Sequence[_Reading], n: int) -> float:
        """Returns a score that n texts of the segment have at least, 0 where it is not known."""
        if self.hidden is not None:
            return 0.0
        reached = [
            reading.weight * (impact_of(reading.entries[n - 1]) - HALF_LEVEL)
            for reading in readings
            if len(reading.entries) >= n
        ]
        return max(reached, default=0.0)

    def candidates(self, readings: Sequence[_Reading], n: int, level: float) -> tuple[Rows, bool]:
        """Returns the ascending local indices of the texts whose scores may reach the level and the n best
        here, by the entries that are read, and whether there are no others."""
        left = sum(reading.left for reading in readings)
        slack = sum(reading.weight for reading in readings) * HALF_LEVEL + 1e-5
        rough = self._rough(readings)
        found = np.flatnonzero((rough > 0) & (rough >= level - left - slack))
        if len(found) > n:
            here = rough[found]
            level = max(level, float(np.partition(here, len(here) - n)[len(here) - n]) - slack)
            found = found[here >= level - left - slack]
        certain = left <= 0 or left + slack < level
        if len(found) > COMPARED_TEXTS:
            best = np.argpartition(-rough[found], COMPARED_TEXTS)[:COMPARED_TEXTS]
            found, certain = np.sort(found[best]), False
        return found, certain

    def scores(self, texts: Rows) -> Vector:
        """Returns (m,) exact scores of texts."""
        arrays, query = self.segment.arrays, self.query
        weights = np.zeros(query.width + 1)
        weights[[word.rank for word in query.listed]] = [word.weight for word in query.listed]
        positions, starts = ragged(self.segment.starts, texts)
        brought = weights[np.minimum(arrays["terms"][positions], query.width)]
        some = np.flatnonzero(brought)
        owners = np.searchsorted(starts, some, side="right") - 1
        counts = arrays["counts"][positions[some]].astype(np.float64)
        impacts = counts / (counts + arrays["saturation"][texts[owners]])
        scores = np.bincount(owners, brought[some] * impacts, len(texts)).astype(np.float64)
        rare_texts, rare_scores = self._rare()
        near = np.searchsorted(rare_texts, texts)
        rare = near < len(rare_texts)
        rare[rare] = rare_texts[near[rare]] == texts[rare]
        scores[rare] += rare_scores[near[rare]]
        return scores

    def _rough(self, readings: Sequence[_Reading]) -> Vector:
        """Returns (n,) scores by the entries that are read; 0 for a text that may not be found."""
        entries = np.concatenate([np.zeros(0, np.uint32), *(reading.entries for reading in readings)])
        matrix = csc_array((len(self.segment), len(readings)), dtype=np.float32)
        # set, as an array that is given to the constructor is copied and checked
        matrix.data, matrix.indices = impacts_of(entries), texts_of(entries)
        matrix.indptr = np.cumsum([0, *(len(reading.entries) for reading in readings)]).astype(np.int32)
        rough = np.asarray(matrix @ np.array([reading.weight for reading in readings], np.float32))
        texts, scores = self._rare()
        rough[texts] += scores.astype(np.float32)
        if self.hidden is not None:
            rough[self.hidden] = 0
        return rough

    def _rare(self) -> tuple[Rows, Vector]:
        """Returns the local indices of the texts with a word without lists, and what those words bring."""
        texts = self.query.texts
        inside = slice(*np.searchsorted(texts, [self.begin, self.begin + len(self.segment)]))
        return texts[inside] - self.begin, self.query.scores[inside]


def _needed(readings: Sequence[_Reading], level: float) -> int:
    """Returns how many lists are to be read so that a text in none of them cannot reach the level."""
    rest, needed = 0.0, len(readings)
    while needed:
        entries, weight, _ = readings[needed - 1]
        rest += weight * (impact_of(entries[0]) + HALF_LEVEL) if len(entries) else 0.0
        if rest >= level:
            break
        needed -= 1
    return needed


def _within(readings: Sequence[_Reading], needed: int, budget: int) -> list[_Reading]:
    """Returns the readings cut to what the budget has for those that are needed; of the others nothing is
    read. What a short list leaves over goes to the longer ones."""
    cut = []
    for number, (entries, weight, _) in enumerate(readings):
        share = budget // (needed - number) if number < needed else 0
        taken = entries[:share]
        budget -= len(taken)
        whole = len(taken) == len(entries)
        cut.append(
            _Reading(taken, weight, 0.0 if whole else weight * (impact_of(entries[share]) + HALF_LEVEL))
        )
    return cut
