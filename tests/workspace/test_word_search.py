"""What words find, against BM25 by plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from palate.words import words
from palate.workspace.word_search import WordSearch
from workspace.made_texts import WORDS
from workspace.made_words import MadeWords, few_listed_texts, made_words

seeds, all_cuts = st.integers(0, 999), st.lists(st.integers(0, 120), max_size=4)
sizes, latecomers, shares = st.integers(2, 90), st.integers(0, 12), st.sampled_from([0.0, 0.2])
queries = st.lists(st.sampled_from([*WORDS[:30], "newcomer", "nowhere", "a", "7"]), max_size=7)


def best_of(made: MadeWords, query: list[str], allowed: NDArray[np.bool_] | None) -> dict[int, float]:
    """Returns the scores above 0 of the texts that may be found."""
    may = [
        index not in made.gone and (allowed is None or bool(allowed[index]))
        for index in range(len(made.contents))
    ]
    scores = dict(enumerate(made.scores(query)))
    return {index: score for index, score in scores.items() if may[index] and score > 0}


@given(
    seed=seeds,
    n=sizes,
    late=latecomers,
    cuts=all_cuts,
    removed=shares,
    query=queries,
    limit=st.integers(1, 40),
    kept=st.sampled_from([None, 0.1, 0.7]),
)
def test_the_best_by_words_are_those_of_bm25(
    seed: int,
    n: int,
    late: int,
    cuts: list[int],
    removed: float,
    query: list[str],
    limit: int,
    kept: float | None,
) -> None:
    """In every split into segments, with removed texts, a filter, words that came after the fit, repeated
    words, stop words and words that no text has."""
    with few_listed_texts():
        made = made_words(seed, n, late, cuts, removed)
        mask = None if kept is None else np.random.default_rng(seed).random(n + late) < kept
        found = WordSearch(made.corpus, query, made.rows_of).best(limit, mask)
    expected = best_of(made, query, mask)
    ranking = sorted(expected, key=lambda index: (-expected[index], index))[:limit]
    assert found.exact
    np.testing.assert_allclose(found.scores, [expected[index] for index in ranking], rtol=1e-5)
    np.testing.assert_allclose(found.scores, [expected[index] for index in found.indices.tolist()], rtol=1e-5)
    equal = np.flatnonzero(np.diff(found.scores) == 0)
    assert (found.indices[equal] < found.indices[equal + 1]).all()
    assert (np.diff(found.scores) <= 0).all()
    assert len(set(found.indices.tolist())) == len(found.indices)


@given(seed=seeds, n=sizes, cuts=all_cuts, removed=shares, query=queries, entries=st.integers(0, 40))
def test_a_budget_changes_which_are_found_but_no_score(
    seed: int, n: int, cuts: list[int], removed: float, query: list[str], entries: int
) -> None:
    with few_listed_texts(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("palate.workspace.word_search.LEAST_ENTRIES", 2)
        made = made_words(seed, n, 0, cuts, removed)
        found = WordSearch(made.corpus, query, made.rows_of, read_entries=entries).best(5)
        whole = WordSearch(made.corpus, query, made.rows_of).best(5)
    expected = best_of(made, query, None)
    np.testing.assert_allclose(found.scores, [expected[index] for index in found.indices.tolist()], rtol=1e-5)
    assert len(found.indices) <= len(whole.indices)
    if found.exact:
        np.testing.assert_allclose(found.scores, whole.scores, rtol=1e-5)


@given(seed=seeds, n=sizes, late=latecomers, cuts=all_cuts, query=queries)
def test_scores_of_given_texts_are_those_of_bm25(
    seed: int, n: int, late: int, cuts: list[int], query: list[str]
) -> None:
    with few_listed_texts():
        made = made_words(seed, n, late, cuts, 0.0)
        wanted = np.random.default_rng(seed).permutation(n + late)[:17]
        scores = WordSearch(made.corpus, query, made.rows_of).scores(wanted)
    expected = np.array(made.scores(query))[wanted]
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-9)


def test_a_new_word_of_more_texts_than_are_asked_for_is_found_in_the_newest() -> None:
    with few_listed_texts(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("palate.workspace.word_query.NEWEST_TEXTS", 3)
        made = made_words(3, 40, 6, [20], 0.0)
        found = WordSearch(made.corpus, ["newcomer"], made.rows_of).best(9)
    assert sorted(found.indices.tolist()) == [43, 44, 45]
    assert not found.exact


def test_words_that_say_nothing_find_nothing() -> None:
    with few_listed_texts():
        made = made_words(1, 30, 0, [], 0.0)
        for query in ("", "the of", "a 7", "nowhere"):
            found = WordSearch(made.corpus, words(query), made.rows_of).best(5)
            assert (len(found.indices), found.exact) == (0, True)


def test_a_corpus_without_texts_has_no_matches() -> None:
    made = made_words(1, 2, 0, [], 0.0)
    empty = type(made.corpus)(made.space, [], generation_id=1, fit_row=0, layout=object())
    assert len(WordSearch(empty, ["w1"], lambda word, n: []).best(5).indices) == 0
