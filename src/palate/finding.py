"""Finder: the texts of a store that are like a query or a text, of those that a filter keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import numpy as np

from palate.errors import BadValue, UnknownName, check_limit
from palate.index.exact import best_of
from palate.language import known_language
from palate.parts import Mask, Matrix, Rows, Vector
from palate.rule import Rule
from palate.text import well_formed
from palate.value import SimilarText
from palate.words import is_unspaced, words
from palate.workspace.corpus import Corpus
from palate.workspace.reading import moment_of
from palate.workspace.search import FUSED_TEXTS, fused
from palate.workspace.word_search import WordSearch
from palate.workspace.workspace import Workspace

PHRASE_TEXTS = 2_000  # the newest that have the words of a query in order, of which the best come first
NO_ROWS = np.zeros(0, np.int64)


class FilterOptions(TypedDict, total=False):
    """What `find` takes beside a query, all of which must hold; see `TextFilter`."""

    language: str | None
    source: str | None
    since: datetime | None
    until: datetime | None
    unjudged_by: str | None


@dataclass(frozen=True)
class TextFilter:
    """Which texts may be found. language: its English name or code. source: its name, or the host of the
    address. since, until: of publication or, where that is not known, of adding; until is not included.
    unjudged_by: a reader; texts of groups that it judged under any taste, and did not take back, are left
    out.
    """

    language: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    unjudged_by: str | None = None

    def __post_init__(self) -> None:
        if moment_of(self.since) >= moment_of(self.until):
            raise BadValue(f"since {self.since} is not before until {self.until}; no text can be between")

    @property
    def code(self) -> str | None:
        """The code of the language. Raises BadValue for one that is not known."""
        return None if self.language is None else known_language(self.language)

    def allowed(self, workspace: Workspace, corpus: Corpus) -> Mask | None:
        """Returns (n texts,) which may be found; None for all. Raises UnknownName for a reader that is not
        there.
        """
        if self == TextFilter():
            return None
        allowed = np.ones(len(corpus), np.bool_)
        if self.code is not None:
            allowed &= workspace.matching(corpus, Rule("keep", "language", self.code))
        if self.source is not None:
            allowed &= workspace.matching(corpus, Rule("keep", "source", self.source))
        if self.since is not None:
            allowed &= corpus.moments >= moment_of(self.since)
        if self.until is not None:
            allowed &= corpus.moments < moment_of(self.until)
        if self.unjudged_by is not None:
            allowed &= ~_judged(workspace, corpus, self.unjudged_by)
        return allowed


class Finder:
    """Finds stored texts. Every answer goes through the index of vectors that the store has (see
    `workspace/vector_index.py`) and, but for `nearest`, through its words too (`workspace/word_search.py`).
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def find(self, query: str, limit: int, only: TextFilter) -> list[SimilarText]:
        """See `Library.find`."""
        check_limit(limit)
        query = well_formed(query)
        wanted = words(query)
        with self._workspace.store.reading() as tables:
            with_phrase = tables.texts.with_phrase(query, PHRASE_TEXTS)
        corpus = self._workspace.corpus()  # after the phrase, so that it has every text that was found
        allowed = only.allowed(self._workspace, corpus)
        search = self._search(corpus, wanted)
        matching = search.best(max(FUSED_TEXTS, limit), allowed).indices
        exact = self._best_first(search, corpus, with_phrase, allowed)
        if len(wanted) == 1 and len(with_phrase) == PHRASE_TEXTS:
            exact = matching  # the lists of a frequent word know all of its texts, not the newest alone
        return self._fused(corpus, self._encode(query), (matching, exact), limit, allowed)

    def find_like(
        self, text_id: str, row: int, title: str, limit: int, only: TextFilter
    ) -> list[SimilarText]:
        """See `Library.find_like`. row, title: of the text."""
        check_limit(limit)
        named = [word for word in words(title) if len(word) > 2 or is_unspaced(word)]
        corpus = self._workspace.corpus()
        allowed = only.allowed(self._workspace, corpus)
        matching = self._search(corpus, named).best(max(FUSED_TEXTS, limit + 1), allowed).indices
        vector = corpus.vectors(np.array([corpus.index_of(row)]))[0]
        found = self._fused(corpus, vector, (matching, NO_ROWS), limit + 1, allowed)
        return [each for each in found if each.text.id != text_id][:limit]

    def nearest(self, content: str, limit: int) -> list[SimilarText]:
        """See `Library.nearest`."""
        check_limit(limit)
        corpus = self._workspace.corpus()
        indices, cosines = self._workspace.nearest(corpus).nearest(self._encode(content), limit)
        rows = corpus.rows[indices].tolist()
        with self._workspace.store.reading() as tables:
            texts = tables.texts.get(rows)
        return [
            SimilarText(texts[row], float(cosine))
            for row, cosine in zip(rows, cosines, strict=True)
            if row in texts
        ]

    def _fused(
        self, corpus: Corpus, vector: Vector, matches: tuple[Rows, Rows], limit: int, allowed: Mask | None
    ) -> list[SimilarText]:
        """matches: the indices of the texts that match the words, and of those that have all in order."""
        matching, exact = (corpus.rows[indices].tolist() for indices in matches)
        near = self._workspace.nearest(corpus).nearest(vector, max(FUSED_TEXTS, limit), allowed)
        by_words = list(dict.fromkeys([*exact, *matching]))
        return fused(self._workspace.store, corpus, vector, near, by_words, limit, exact)

    def _search(self, corpus: Corpus, wanted: Sequence[str]) -> WordSearch:
        with self._workspace.store.reading() as tables:
            return WordSearch(corpus, wanted, tables.texts.with_word)

    def _best_first(
        self, search: WordSearch, corpus: Corpus, rows: Sequence[int], allowed: Mask | None
    ) -> Rows:
        """Returns the indices of the texts of some rows that may be found, the best by their words first."""
        here = np.sort(corpus.indices_of(rows))
        may = ~corpus.removed[here] if allowed is None else ~corpus.removed[here] & allowed[here]
        return np.asarray(here[may][best_of(search.scores(here[may]), FUSED_TEXTS)])

    def _encode(self, content: str) -> Vector:
        vectors: Matrix = self._workspace.encode([content])
        return np.asarray(vectors[0])


def _judged(workspace: Workspace, corpus: Corpus, reader: str) -> Mask:
    """Returns (n texts,) which texts are of a group that a reader judged."""
    with workspace.store.reading() as tables:
        tastes = [taste.taste_id for taste in tables.readers.tastes() if taste.reader == reader]
        rows: list[int] = tables.log.judged_rows(tastes)
    if not tastes:
        raise UnknownName(f"the store has no reader {reader!r}; palate reader list shows those it has")
    groups: Rows = np.array(sorted(set(workspace.representatives(corpus, rows).values())), np.int64)
    return np.isin(corpus.representatives, groups)
