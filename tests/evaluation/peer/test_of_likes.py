"""What all peers that learn from a crowd's likes have in common."""

import numpy as np
import pytest

from evaluation.peer.crowds import EMPTY, two_groups
from palate.evaluation.systems import find_maker

NAMES = ["ease", "ials", "item-knn", "lightfm"]
pytestmark = pytest.mark.needs("peers")


@pytest.mark.parametrize("name", NAMES)
def test_who_likes_what_a_group_likes_is_given_what_else_it_likes(name: str) -> None:
    scores = find_maker(name)(two_groups(), np.random.default_rng(0)).scores(np.array([0, 1]), np.ones(2))
    assert scores[[2, 3]].mean() > scores[[4, 5, 6, 7]].mean()
    assert scores[[2, 3]].min() > scores[7]


@pytest.mark.parametrize("name", NAMES)
def test_dislikes_count_as_not_judged(name: str) -> None:
    def scores(rows: list[int], likings: list[float]) -> list[float]:
        system = find_maker(name)(two_groups(), np.random.default_rng(0))
        return list(system.scores(np.array(rows), np.array(likings)))

    assert scores([4, 5, 0], [1.0, 1.0, -1.0]) == scores([4, 5], [1.0, 1.0])


@pytest.mark.parametrize("name", NAMES)
def test_without_a_like_or_a_crowd_all_tie(name: str) -> None:
    of_two_groups = find_maker(name)(two_groups(), np.random.default_rng(0))
    assert of_two_groups.scores(np.array([0]), -np.ones(1)).tolist() == [0] * 8
    alone = find_maker(name)(EMPTY, np.random.default_rng(0))
    assert alone.scores(np.array([0]), np.ones(1)).tolist() == [0] * 3
