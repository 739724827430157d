import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from palate.insight.blind_spots import blind_spots, chance_of_none


def grouped(sizes: list[int], seed: int = 0, spread: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around drawn directions, and the group of each."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    vectors = rng.normal(size=(len(sizes), 32))[groups] / 6 + rng.normal(size=(len(groups), 32)) * spread / 6
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), groups


def test_the_group_that_was_never_judged_is_found_first() -> None:
    vectors, groups = grouped([60, 60, 60, 60])
    judged = (np.arange(240) % 5 == 0) & (groups != 2)
    spots = blind_spots(vectors, judged, np.full(240, 0.2), limit=4)
    assert groups[spots[0].centre] == 2
    assert all(groups[index] == 2 for index in spots[0].texts)
    assert spots[0].texts[0] == spots[0].centre
    assert spots[0].chance < 0.05


def test_of_two_groups_the_more_doubtful_comes_first_and_a_sure_one_not_at_all() -> None:
    vectors, groups = grouped([50, 50, 50, 50])
    judged = (np.arange(200) % 4 == 0) & (groups == 0)
    doubts = np.array([0.2, 0.1, 0.25, 0.3])[groups]
    spots = blind_spots(vectors, judged, doubts, limit=9)
    assert groups[spots[0].centre] == 3
    assert {groups[spot.centre] for spot in spots} <= {2, 3}


@pytest.mark.parametrize("n", [0, 1, 10])
def test_few_texts_have_no_regions(n: int) -> None:
    assert blind_spots(np.ones((n, 2)), np.zeros(n, np.bool), np.full(n, 0.2), limit=3) == []


def test_where_all_texts_are_alike_a_judgement_covers_all_and_without_one_all_are_one_region() -> None:
    vectors, doubts = np.tile([1.0, 0.0], (30, 1)), np.full(30, 0.2)
    judged = np.zeros(30, np.bool)
    assert [spot.size for spot in blind_spots(vectors, judged, doubts, limit=3)] == [30]
    judged[4] = True
    assert blind_spots(vectors, judged, doubts, limit=3) == []


def test_texts_that_say_nothing_are_in_no_region() -> None:
    assert blind_spots(np.zeros((40, 3)), np.zeros(40, np.bool), np.full(40, 0.2), limit=3) == []


@given(n=st.integers(1, 60), size=st.integers(0, 60), judged=st.integers(0, 60))
def test_the_chance_is_hypergeometric(n: int, size: int, judged: int) -> None:
    size, judged = min(size, n), min(judged, n)
    assert chance_of_none(n, size, judged) == pytest.approx(float(hypergeom(n, size, judged).pmf(0)))
