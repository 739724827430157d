"""Finder: the texts of a store that are like a query or a text, of those that a filter keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from palate.errors import check_limit
from palate.index.exact import best_of
from palate.parts import Mask, Matrix, Rows, Vector
from palate.text import well_formed
from palate.text_filter import TextFilter
from palate.value import Match, SimilarText
from palate.words import is_unspaced, words
from palate.workspace.chance import is_near
from palate.workspace.corpus import Corpus
from palate.workspace.search import FUSED_TEXTS, fused
from palate.workspace.word_search import WordSearch
from palate.workspace.workspace import Workspace

PHRASE_TEXTS = 2_000  # the newest that have the words of a query in order, of which the best come first


class Finder:
    """Finds stored texts. Every answer goes through the index of vectors that the store has (see
    `workspace/vector_index.py`) and, but for `nearest`, through its words too (`workspace/word_search.py`).
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def find(self, query: str, limit: int, only: TextFilter) -> list[Match]:
        """See `Library.find`."""
        check_limit(limit)
        query = well_formed(query)
        wanted = words(query)
        with self._workspace.store.reading() as tables:
            with_phrase = tables.texts.with_phrase(query, PHRASE_TEXTS)
            has_word = any(tables.texts.with_word(word, 1) for word in wanted)
        corpus = self._workspace.corpus()  # after the phrase, so that it has every text that was found
        allowed = only.allowed(self._workspace, corpus)
        search = self._search(corpus, wanted)
        matching = search.best(max(FUSED_TEXTS, limit), allowed).indices
        exact = self._best_first(search, corpus, with_phrase, allowed)
        if len(wanted) == 1 and len(with_phrase) == PHRASE_TEXTS:
            exact = matching  # the lists of a frequent word know all of its texts, not the newest alone
        vector = self._encode(query)
        near = self._near(corpus, vector, limit, allowed)
        is_found = has_word or (len(near[1]) and is_near(corpus, vector, float(near[1][0])))
        if not is_found:
            return []
        return self._fused(corpus, vector, near, (matching, exact), limit)

    def find_like(self, text_id: str, row: int, title: str, limit: int, only: TextFilter) -> list[Match]:
        """See `Library.find_like`. row, title: of the text."""
        check_limit(limit)
        named = [word for word in words(title) if len(word) > 2 or is_unspaced(word)]
        corpus = self._workspace.corpus()
        allowed = only.allowed(self._workspace, corpus)
        matching = self._search(corpus, named).best(max(FUSED_TEXTS, limit + 1), allowed).indices
        vector = corpus.vectors(np.array([corpus.index_of(row)]))[0]
        near = self._near(corpus, vector, limit + 1, allowed)
        found = self._fused(corpus, vector, near, (matching, None), limit + 1)
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

    def _near(self, corpus: Corpus, vector: Vector, limit: int, allowed: Mask | None) -> tuple[Rows, Vector]:
        return self._workspace.nearest(corpus).nearest(vector, max(FUSED_TEXTS, limit), allowed)

    def _fused(
        self,
        corpus: Corpus,
        vector: Vector,
        near: tuple[Rows, Vector],
        matches: tuple[Rows, Rows | None],
        limit: int,
    ) -> list[Match]:
        """matches: the indices of the texts that match the words, and of those that have all in order; None
        where no order was asked for.
        """
        matching, exact = matches
        first = None if exact is None else corpus.rows[exact].tolist()
        by_words = list(dict.fromkeys([*(first or []), *corpus.rows[matching].tolist()]))
        return fused(self._workspace.store, corpus, vector, near, by_words, limit, first)

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
