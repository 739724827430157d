"""A live corpus holds what its store holds, at indices that stay until it is replaced."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from direct import direct
from palate.encoder.cached import CachedEncoder
from palate.library import Library
from palate.parts import Encoder
from palate.store.sqlite import SqliteStore
from palate.text import Text
from palate.workspace.adding import add_texts
from palate.workspace.band_index import BandIndex
from palate.workspace.corpus import Corpus
from palate.workspace.generation import Generation
from palate.workspace.live_corpus import LiveCorpus
from palate.workspace.reencoding import encoder_id
from workspace.made_texts import made_space
from workspace.test_segment import listed


class Growing:
    """A store in memory, with a corpus that follows it under a fit of other texts."""

    def __init__(self, encoder: Encoder) -> None:
        self.store = SqliteStore(":memory:")
        self.encoder = CachedEncoder(encoder, self.store, encoder_id(self.store, encoder))
        self.live = LiveCorpus(Generation(made_space(1, encoder.dims), (), 1, 0, 0))
        self._bands = BandIndex()

    def add(self, contents: Sequence[str]) -> None:
        add_texts(map(Text.of, contents), len(contents), self.store, self.encoder, self._bands)

    def remove(self, rows: Sequence[int]) -> None:
        direct(self.store).texts.remove(rows, forget=False)

    def corpus(self) -> Corpus:
        return self.live.catch_up(direct(self.store).state(), self.store, self.encoder)

    def representatives(self) -> dict[int, int]:
        """Returns those of all texts, by row, as the store has them."""
        columns = direct(self.store).texts.raw(self.encoder.encoder_id, self.encoder.inner.dims, 0, 10_000)
        return dict(zip(columns.rows.tolist(), columns.representatives.tolist(), strict=True))


def long_text(number: int, copy: int = 0) -> str:
    return " ".join(f"w{number}x{word}" for word in range(30)) + " too" * copy


ADDED = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=6)
REMOVED = st.lists(st.integers(1, 30), max_size=4)


@given(steps=st.lists(st.tuples(ADDED, REMOVED), max_size=6))
def test_it_has_the_texts_of_the_store_and_its_indices_stay(
    words: Any, steps: list[tuple[list[tuple[int, int]], list[int]]]
) -> None:
    """Near-copies and removed texts included; folded, it is what it showed."""
    growing = Growing(words)
    layout, before = growing.corpus().layout, list[int]()
    for added, removed in steps:
        growing.add([long_text(*numbers) for numbers in added])
        growing.remove(removed)
        corpus, expected = growing.corpus(), growing.representatives()
        assert corpus is growing.corpus() is growing.live.corpus
        assert corpus.layout is layout
        assert corpus.rows.tolist()[: len(before)] == before
        assert corpus.rows[~corpus.removed].tolist() == list(expected)
        found = dict(zip(corpus.rows.tolist(), corpus.representatives.tolist(), strict=True))
        assert {row: found[row] for row in expected} == expected
        assert corpus.rows[corpus.shown].tolist() == [row for row, of in expected.items() if row == of]
        assert all(len(one) > len(next_) for one, next_ in pairwise(corpus.segments))
        folded = [text for segment in growing.live.folded() for text in listed(segment)]
        assert len(folded) == len(expected)
        before = corpus.rows.tolist()


def test_a_view_stays_the_same_object_until_there_is_something_new(words: Any) -> None:
    growing = Growing(words)
    growing.add([long_text(1), long_text(2)])
    first = growing.corpus()
    assert growing.corpus() is first
    growing.add([long_text(1)])  # known
    assert growing.corpus() is first
    growing.remove([1])
    second = growing.corpus()
    assert second is not first
    assert (len(first.removals.rows), second.removals.rows.tolist()) == (0, [1])


def test_on_the_way_to_a_generation_that_holds_its_texts_indices_stay(words: Any) -> None:
    growing = Growing(words)
    growing.add([long_text(number) for number in range(3)])
    before, old = growing.corpus(), growing.live.generation
    segments = tuple(growing.live.folded())
    growing.add([long_text(9)])
    growing.corpus()
    made = Generation(old.space, segments, old.generation_id, 3, 3)
    assert growing.live.has_texts_of(made)
    assert not growing.live.has_texts_of(Generation(old.space, segments, old.generation_id + 1, 3, 3))
    growing.live.move_to(made)
    after = growing.corpus()
    assert after.layout is before.layout
    assert after.rows.tolist() == [1, 2, 3, 4]
    assert len(after.segments) == 2


def test_a_generation_without_one_of_its_texts_has_other_indices(words: Any) -> None:
    growing = Growing(words)
    growing.add([long_text(number) for number in range(3)])
    growing.corpus()
    growing.remove([2])
    growing.corpus()
    old = growing.live.generation
    made = Generation(old.space, tuple(growing.live.folded()), old.generation_id, 3, 3)
    assert not growing.live.has_texts_of(made)


@pytest.mark.parametrize(
    ("texts", "fitted", "outgrown"),
    [(1, 0, True), (10, 10, False), (11, 10, True), (109, 100, False), (110, 100, True)],
)
def test_a_small_store_that_grew_by_a_tenth_is_fitted_at_once(
    words: Any, texts: int, fitted: int, outgrown: bool
) -> None:
    growing = Growing(words)
    growing.add([long_text(number) for number in range(texts)])
    growing.live.generation = Generation(growing.live.generation.space, (), 1, 0, fitted)
    assert growing.live.is_outgrown(direct(growing.store).state()) is outgrown


def test_a_store_that_was_emptied_is_fitted_anew_by_its_next_text(path: Path, words: Any) -> None:
    with Library(path, encoder="words") as library:
        library.add([{"id": f"t{number}", "text": long_text(number)} for number in range(5)])
        library.remove([f"t{number}" for number in range(5)])
    with Library(path) as library:
        assert len(library.corpus()) == 0
        assert len(library.corpus().removals.rows) == 0
        workspace = library.workspace
        add_texts([Text.of(long_text(7))], 1, workspace.store, workspace.encoding.cached, workspace.bands)
        corpus = library.corpus()
        assert len(corpus) == 1
        assert corpus.space.semantic.mean.any()
