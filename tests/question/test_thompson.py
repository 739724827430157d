import numpy as np
import pytest

from palate.features import Features
from palate.parts import Candidates
from palate.question.thompson import Thompson


def test_a_text_is_taken_as_often_as_it_is_probably_the_best() -> None:
    """Against the integral of P(this one is drawn above the other) over two uniform-like beliefs."""
    mean, sd = np.array([0.6, 0.5]), np.array([0.1, 12**-0.5])
    vectors = np.eye(2)
    pool = Candidates(mean, sd, Features({"semantic": vectors}), vectors)
    rng = np.random.default_rng(0)
    first = np.mean([Thompson().choose(pool, 1, rng)[0] == 0 for _ in range(4000)])
    # P(uniform draw < x), averaged over the other belief, is its mean
    assert first == pytest.approx(0.6, abs=0.03)
