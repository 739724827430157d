import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.evaluation.crowd import crowd_feedback, standardise
from palate.evaluation.judgements import History, RatedTexts
from palate.evaluation.ratings import in_time_order


def history(reader: str, rows: list[int], ratings: list[float]) -> History:
    return History(reader, np.array(rows), np.array(ratings), np.arange(float(len(rows))))


RATED = RatedTexts(
    "made",
    tuple("abcdef"),
    (history("ann", [0, 5], [1, 3]), history("bob", [1, 2, 3], [4, 4, 4]), history("eve", [2, 5], [9, 1])),
)


def test_a_crowd_is_every_judgement_of_every_reader() -> None:
    crowd = crowd_feedback(RATED)
    assert crowd.readers.tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert crowd.indices.tolist() == [0, 5, 1, 2, 3, 2, 5]
    assert crowd.likings.tolist() == [-0.5, 0.5, 1, 1, 1, 0.5, -0.5]
    assert crowd.n_texts == 6


def test_readers_that_are_replayed_are_not_in_their_own_crowd() -> None:
    crowd = crowd_feedback(RATED, without={"ann", "nobody"})
    assert crowd.readers.tolist() == [0, 0, 0, 1, 1]
    assert crowd.indices.tolist() == [1, 2, 3, 2, 5]


@pytest.mark.parametrize(("hide", "indices"), [(2, [0, 2, 2]), (3, [0, 1, 3]), (1, [])])
def test_of_every_nth_text_the_crowd_is_told_nothing(hide: int, indices: list[int]) -> None:
    crowd = crowd_feedback(RATED, hide=hide)
    assert crowd.indices.tolist() == indices
    assert crowd.readers.tolist() == sorted(crowd.readers.tolist())
    assert set(crowd.readers.tolist()) == set(range(len(set(crowd.readers.tolist()))))
    assert crowd.n_texts == 6


def test_where_all_readers_are_replayed_there_is_an_empty_crowd() -> None:
    crowd = crowd_feedback(RATED, without={"ann", "bob", "eve"})
    assert (len(crowd.readers), len(crowd.indices), len(crowd.likings)) == (0, 0, 0)


@given(st.lists(st.integers(1, 10).map(lambda half: half / 2), min_size=1, max_size=40))
def test_the_sign_of_a_liking_is_that_of_the_protocol(ratings: list[float]) -> None:
    judged = history("r", list(range(len(ratings))), ratings)
    likings, liked = standardise(judged.ratings), in_time_order(judged, np.random.default_rng(0))[1]
    assert (likings[liked] >= -1e-6).all()
    assert (likings[~liked] < 0).all()
    assert (np.abs(likings) <= 1).all()


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=40), st.floats(0.5, 20), st.floats(-50, 50))
def test_likings_do_not_depend_on_the_readers_scale(
    ratings: list[float], factor: float, offset: float
) -> None:
    given_, moved = np.array(ratings), np.array(ratings) * factor + offset
    if given_.std() > 0.01:
        np.testing.assert_allclose(standardise(moved), standardise(given_), atol=1e-6)
