import numpy as np
import pytest

from palate.features import Features
from palate.parts import Candidates
from palate.question.explore import Explore

VECTORS = np.eye(50)
AMONG = Candidates(np.linspace(0.9, 0.1, 50), np.full(50, 0.1), Features({"semantic": VECTORS}), VECTORS)


def test_the_best_come_first_and_the_share_at_random_after() -> None:
    indices = Explore(share=0.3).choose(AMONG, 10, np.random.default_rng(0)).tolist()
    assert indices[:7] == list(range(7))
    assert min(indices[7:]) >= 7


@pytest.mark.parametrize("n", [1, 4, 10])
def test_over_many_questions_the_share_is_kept(n: int) -> None:
    rng = np.random.default_rng(1)
    asked = np.array([Explore(share=0.25).choose(AMONG, n, rng) for _ in range(2000)])  # (2000, n)
    # what is drawn at random may be the next best, in its very index
    best = (asked == np.arange(n)).sum(axis=1)
    assert best.mean() == pytest.approx(0.75 * n, abs=0.1)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share must be from 0 to 1"):
        Explore(share)
