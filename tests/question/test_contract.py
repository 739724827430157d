"""What every question keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import UnknownName
from palate.features import Features
from palate.parts import Candidates
from palate.question.choose import DEFAULT_QUESTION, QUESTIONS, make_question
from palate.question.distinct import MAX_COSINE

every = pytest.mark.parametrize("name", sorted(QUESTIONS))


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def candidates(m: int, seed: int, *, copies: int = 0) -> Candidates:
    """m texts with drawn beliefs; the last `copies` of them have the vectors of the first."""
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(m, 16)))
    if copies:
        vectors[m - copies :] = vectors[:copies]
    mean = rng.random(m)
    sd = rng.random(m) * np.sqrt(mean * (1 - mean))
    features = Features({"semantic": vectors, "keyword": rng.random((m, 4))})
    return Candidates(mean, sd, features, vectors)


def chosen(name: str, pool: Candidates, n: int, seed: int = 0) -> list[int]:
    return make_question(name).choose(pool, n, np.random.default_rng(seed)).tolist()


@every
@given(m=st.integers(0, 30), n=st.integers(0, 40), seed=st.integers(0, 99))
def test_it_chooses_as_many_places_as_there_are_each_once(name: str, m: int, n: int, seed: int) -> None:
    indices = chosen(name, candidates(m, seed), n, seed)
    assert len(indices) == len(set(indices)) == min(n, m)
    assert set(indices) <= set(range(m))


@every
def test_the_same_luck_chooses_the_same(name: str) -> None:
    pool = candidates(40, 1)
    assert chosen(name, pool, 9, seed=5) == chosen(name, pool, 9, seed=5)


@every
@given(seed=st.integers(0, 99), n=st.integers(1, 15))
def test_near_copies_are_left_out_while_there_is_anything_else(name: str, seed: int, n: int) -> None:
    pool = candidates(30, seed, copies=15)
    indices = chosen(name, pool, n)
    cosine = pool.vectors[indices] @ pool.vectors[indices].T
    assert cosine[~np.eye(n, dtype=bool)].max(initial=-1) <= MAX_COSINE


@every
def test_near_copies_come_last_where_nothing_else_is_left(name: str) -> None:
    pool = candidates(12, 3, copies=6)
    indices = chosen(name, pool, 12)
    assert {index % 6 for index in indices[:6]} == set(range(6))
    assert sorted(indices) == list(range(12))


@every
@pytest.mark.parametrize("mean", [0.0, 0.5, 1.0])
def test_it_chooses_among_equals_and_at_the_ends_of_belief(name: str, mean: float) -> None:
    vectors = np.eye(6)
    pool = Candidates(np.full(6, mean), np.zeros(6), Features({"semantic": vectors}), vectors)
    indices = chosen(name, pool, 3)
    assert len(set(indices)) == 3
    if name not in ("diverse", "explore", "random", "thompson"):
        assert indices == [0, 1, 2]


@every
def test_texts_that_say_nothing_can_be_asked_about(name: str) -> None:
    """Their vectors are 0, which is no likeness."""
    pool = candidates(5, 0)
    empty = Candidates(pool.mean, pool.sd, pool.features, np.zeros((5, 16)))
    assert sorted(chosen(name, empty, 5)) == [0, 1, 2, 3, 4]


@every
def test_it_leaves_what_it_is_given_as_it_was(name: str) -> None:
    pool, same = candidates(20, 2), candidates(20, 2)
    chosen(name, pool, 5)
    for fact in ("mean", "sd", "vectors"):
        np.testing.assert_array_equal(getattr(pool, fact), getattr(same, fact))


@every
def test_it_says_what_to_choose_from(name: str) -> None:
    assert make_question(name).pool in ("even", "best", "all")


def test_another_name_is_refused_with_the_choices() -> None:
    with pytest.raises(
        UnknownName, match=r"no question strategy 'hardest'; choose one of: .*diverse, .*variance"
    ):
        make_question("hardest")


def test_the_default_is_in_the_table() -> None:
    assert DEFAULT_QUESTION in QUESTIONS
