import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import entr
from scipy.stats import beta

from palate.features import Features
from palate.parts import Candidates
from palate.question.variance import Variance, information


@given(mean=st.floats(0.05, 0.95), share=st.floats(0.05, 0.9))
def test_the_information_is_that_of_numerical_integration(mean: float, share: float) -> None:
    """Bits between the answer and the probability: H(answer) less the mean over the belief of H(answer |
    probability).
    """
    sd = float(np.sqrt(share * mean * (1 - mean)))
    worth = 1 / share - 1
    belief = beta(mean * worth, (1 - mean) * worth)
    assert belief.std() == pytest.approx(sd)
    given_probability = (
        belief.expect(lambda p: entr(p) + entr(1 - p), lb=0, ub=1) if worth > 2 else _by_quantiles(belief)
    )
    expected = (entr(mean) + entr(1 - mean) - given_probability) / np.log(2)
    assert information(np.array([mean]), np.array([sd]))[0] == pytest.approx(expected, abs=2e-4)


def _by_quantiles(belief: object) -> float:
    """The mean over a belief that may be infinite at its ends: over equally probable slices."""
    return quad(lambda level: (lambda p: entr(p) + entr(1 - p))(belief.ppf(level)), 0, 1, limit=400)[0]  # type: ignore[attr-defined]


def test_at_even_odds_the_wider_belief_is_asked_first() -> None:
    vectors = np.eye(3)
    pool = Candidates(np.full(3, 0.5), np.array([0.1, 0.3, 0.2]), Features({"semantic": vectors}), vectors)
    assert Variance().choose(pool, 3, np.random.default_rng(0)).tolist() == [1, 2, 0]


def test_a_known_coin_teaches_less_than_an_unknown_leaning() -> None:
    told = information(np.array([0.5, 0.3]), np.array([0.02, 0.25]))
    assert told[0] < told[1]
