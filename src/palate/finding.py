"""Finder: the texts of a store that are like a query or a text, of those that a filter keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import numpy as np

from palate.errors import BadValue, UnknownName, check_limit
from palate.language import known_language
from palate.parts import Mask, Matrix, Rows, Vector
from palate.rule import Rule
from palate.text import well_formed
from palate.value import SimilarText
from palate.words import is_unspaced, words
from palate.workspace.corpus import Corpus
from palate.workspace.reading import moment_of
from palate.workspace.search import FUSED_TEXTS, fused
from palate.workspace.workspace import Workspace

FILTERED_MATCHES = 20  # times as many matches by words are looked at where a filter takes some away


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
    `workspace/vector_index.py`) and, but for `nearest`, through its words too."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def find(self, query: str, limit: int, only: TextFilter) -> list[SimilarText]:
        """See `Library.find`."""
        check_limit(limit)
        query, code = well_formed(query), only.code
        depth = self._depth(limit, only)
        with self._workspace.store.reading() as tables:
            exact = tables.texts.with_phrase(query, depth, code)
        matching = list(dict.fromkeys([*exact, *self._with_words(words(query), depth, code)]))
        corpus = self._workspace.corpus()  # after the words, so that it has every text they found
        return self._fused(corpus, self._encode(query), matching, limit, only, exact)

    def find_like(
        self, text_id: str, row: int, title: str, limit: int, only: TextFilter
    ) -> list[SimilarText]:
        """See `Library.find_like`. row, title: of the text."""
        check_limit(limit)
        code = only.code
        named = [word for word in words(title) if len(word) > 2 or is_unspaced(word)]
        matching = self._with_words(named, self._depth(limit + 1, only), code)
        corpus = self._workspace.corpus()
        vector = corpus.vectors(np.array([corpus.index_of(row)]))[0]
        found = self._fused(corpus, vector, matching, limit + 1, only)
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
        self,
        corpus: Corpus,
        vector: Vector,
        matching: Sequence[int],
        limit: int,
        only: TextFilter,
        exact: Sequence[int] = (),
    ) -> list[SimilarText]:
        allowed = only.allowed(self._workspace, corpus)
        if allowed is not None:
            here = corpus.indices_of(sorted(matching))
            kept = set(corpus.rows[here[allowed[here]]].tolist())
            matching = [row for row in matching if row in kept]
        near = self._workspace.nearest(corpus).nearest(vector, max(FUSED_TEXTS, limit), allowed)
        matching = matching[: self._depth(limit)]
        return fused(self._workspace.store, corpus, vector, near, matching, limit, exact)

    def _encode(self, content: str) -> Vector:
        vectors: Matrix = self._workspace.encode([content])
        return np.asarray(vectors[0])

    def _with_words(self, wanted: Sequence[str], n: int, language: str | None) -> list[int]:
        with self._workspace.store.reading() as tables:
            return tables.texts.with_words(wanted, n, language)

    @staticmethod
    def _depth(limit: int, only: TextFilter = TextFilter()) -> int:
        """Returns how many matches by words are looked at."""
        by_corpus = TextFilter(only.language) != only
        return max(FUSED_TEXTS, limit) * (FILTERED_MATCHES if by_corpus else 1)


def _judged(workspace: Workspace, corpus: Corpus, reader: str) -> Mask:
    """Returns (n texts,) which texts are of a group that a reader judged."""
    with workspace.store.reading() as tables:
        tastes = [taste.taste_id for taste in tables.readers.tastes() if taste.reader == reader]
        rows: list[int] = tables.log.judged_rows(tastes)
    if not tastes:
        raise UnknownName(f"the store has no reader {reader!r}; palate reader list shows those it has")
    groups: Rows = np.array(sorted(set(workspace.representatives(corpus, rows).values())), np.int64)
    return np.isin(corpus.representatives, groups)
