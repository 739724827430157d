import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from palate.question.belief import beta_of


@given(mean=st.floats(0.01, 0.99), share=st.floats(0.001, 0.95))
def test_the_belief_has_the_mean_and_sd_it_was_made_from(mean: float, share: float) -> None:
    sd = np.sqrt(share * mean * (1 - mean))
    a, b = beta_of(np.array([mean]), np.array([sd]))
    assert float(beta.mean(a[0], b[0])) == pytest.approx(mean, rel=1e-9)
    assert float(beta.std(a[0], b[0])) == pytest.approx(sd, rel=1e-9)
