"""Word lists against the texts that they are of."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.workspace.cache import CacheFolder
from palate.workspace.segment import Segment, joined
from palate.workspace.word_lists import LISTS, impacts_of, texts_of
from workspace.made_texts import WORDS
from workspace.made_words import few_listed_texts, made_words

seeds, sizes = st.integers(0, 999), st.integers(2, 90)


@given(seed=seeds, n=sizes)
def test_a_list_has_the_texts_of_its_word_by_impact(seed: int, n: int) -> None:
    with few_listed_texts():
        made = made_words(seed, n, 0, [], 0.0)
        keyword, (segment,) = made.space.keyword, made.corpus.segments
        lists = segment.word_lists(made.space)
        ranks = dict(zip(WORDS, keyword.ranks_of(WORDS).tolist(), strict=True))
    saturation = segment.arrays["saturation"]
    for word, rank in ranks.items():
        counts = [content.split().count(word) for content in made.contents]
        true = np.array([count / (count + saturation[index]) for index, count in enumerate(counts)])
        entries = lists.entries(rank) if 0 <= rank < len(keyword.listed) else np.zeros(0, np.uint32)
        if len(entries):
            texts, impacts = texts_of(entries), impacts_of(entries)
            assert sorted(texts.tolist()) == np.flatnonzero(counts).tolist()
            np.testing.assert_allclose(impacts, true[texts], atol=0.5 / 255 + 1e-6)
            assert (np.diff(impacts) <= 0).all()
            assert (np.diff(texts)[np.diff(impacts) == 0] > 0).all()
        else:
            few = np.count_nonzero(counts) <= 4
            assert few or rank < 0 or not keyword.listed[rank]


@given(seed=seeds, n=st.integers(2, 60), cut=st.integers(1, 59))
def test_lists_in_a_file_are_those_in_memory_and_are_made_anew_when_texts_change(
    seed: int, n: int, cut: int
) -> None:
    with few_listed_texts():
        made = made_words(seed, n, 0, [cut], 0.0)
        both = joined(made.corpus.segments)
        written = both.with_lists(made.space)
        assert not LISTS & both.arrays.keys()
        assert written.arrays.keys() - both.arrays.keys() == LISTS
        again = Segment(written.arrays)
        some = again.picked(np.arange(0, n, 2))
        assert not LISTS & some.arrays.keys()
        assert not LISTS & joined([again, again]).arrays.keys()
        for rank in range(len(made.space.keyword.listed)):
            expected = both.word_lists(made.space).entries(rank)
            assert again.word_lists(made.space).entries(rank).tolist() == expected.tolist()
            kept = texts_of(expected)[texts_of(expected) % 2 == 0] // 2
            assert texts_of(some.word_lists(made.space).entries(rank)).tolist() == kept.tolist()


def test_a_cache_keeps_the_lists(tmp_path: Path) -> None:
    with few_listed_texts():
        made = made_words(5, 60, 0, [], 0.0)
        folder = CacheFolder(tmp_path / "cache")
        arrays = folder.arrays(folder.write(made.corpus.segments[0].with_lists(made.space).arrays))
        assert arrays is not None
        lists = Segment(arrays).word_lists(made.space)
        rank = int(np.flatnonzero(made.space.keyword.listed)[0])
        assert len(lists.entries(rank)) > 4
        assert lists.arrays()["list_entries"] is arrays["list_entries"]
