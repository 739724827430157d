"""Corpora whose texts are known word by word, and BM25 over them by plain loops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from palate.feature.keyword import COMMON_SHARE, CONTENT_SHARE, LENGTH, SATURATION
from palate.feature.terms import count_terms, hash_terms, is_stop
from palate.workspace.corpus import NO_REMOVALS, Corpus, Removals
from palate.workspace.fitting import RawTexts
from palate.workspace.segment import make_segment
from palate.workspace.space import Space
from workspace.made_texts import fitted, made_contents

LISTED = 4  # texts from more of which words get lists here


@contextmanager
def few_listed_texts() -> Iterator[None]:
    """Words of more than four texts get lists; of words without one 500 texts are asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("palate.feature.keyword.LISTED_TEXTS", LISTED)
        patch.setattr("palate.workspace.word_query.NEWEST_TEXTS", 500)
        yield


@dataclass
class MadeWords:
    """fitted: contents that the space was fitted on, with those that came later in `contents`. rows: of all.
    gone: indices that were removed."""

    fitted: list[str]
    contents: list[str]
    rows: list[int]
    gone: set[int]
    space: Space
    corpus: Corpus

    def rows_of(self, word: str, n: int) -> list[int]:
        """Returns the rows of the newest texts with a word, as the store does."""
        found = [
            row
            for index, (row, content) in enumerate(zip(self.rows, self.contents, strict=True))
            if index not in self.gone and word in content.split()
        ]
        return found[::-1][:n]

    def scores(self, words: Sequence[str]) -> list[float]:
        """Returns the BM25 score of every text, removed or not."""
        return [sum(self._brought(word, content, words) for word in set(words)) for content in self.contents]

    def _brought(self, word: str, content: str, words: Sequence[str]) -> float:
        times = content.split().count(word)
        n, frequency = len(self.fitted), sum(word in text.split() for text in self.fitted)
        listed = LISTED < frequency <= max(2, COMMON_SHARE * n)
        if is_stop(word) or not times or (listed and frequency > max(2, CONTENT_SHARE * n)):
            return 0.0
        if not listed:
            here, n = len(self.rows_of(word, 500)), len(self.contents)
            times = times if 2 <= frequency <= max(2, COMMON_SHARE * len(self.fitted)) else 1
            rarity = math.log(1 + (n - here + 0.5) / (here + 0.5))
        else:
            rarity = math.log(1 + (n - frequency + 0.5) / (frequency + 0.5))
        length = sum(count_terms(content).values()) / self.space.keyword.usual_length
        return words.count(word) * rarity * times / (times + SATURATION * (1 - LENGTH + LENGTH * length))


def made_words(seed: int, n: int, late: int, cuts: Iterable[int], removed: float) -> MadeWords:
    """Returns n texts that a space is fitted on, and some that came later, in segments that end at the
    cuts."""
    rng = np.random.default_rng(seed)
    contents = made_contents(rng, n + late)
    contents[n:] = [f"{content} newcomer" for content in contents[n:]]
    rows = np.cumsum(rng.integers(1, 4, n + late))
    gone = np.flatnonzero(rng.random(n + late) < removed)

    def raw(begin: int, end: int) -> RawTexts:
        some = rows[begin:end]
        vectors = rng.normal(size=(end - begin, 3)).astype(np.float16)
        return RawTexts(some, some, vectors, hash_terms(contents[begin:end]), np.full(end - begin, np.nan))

    space = fitted([raw(0, n)], dims=3)
    ends = sorted({0, n + late, *(min(cut, n + late) for cut in cuts)})
    segments = [make_segment(space, raw(begin, end)) for begin, end in pairwise(ends)]
    removals = Removals(rows[gone], rows[gone]) if len(gone) else NO_REMOVALS
    corpus = Corpus(space, segments, generation_id=1, fit_row=0, layout=object(), removals=removals)
    return MadeWords(contents[:n], contents, rows.tolist(), set(gone.tolist()), space, corpus)
