import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from palate.errors import BadValue
from palate.insight.logistic import fit_logistic


@pytest.mark.needs("peers")
@given(
    seed=st.integers(0, 999), n=st.integers(20, 80), d=st.integers(1, 4), ridge=st.sampled_from([1e-2, 1.0])
)
def test_it_is_the_fit_of_scikit_learn(seed: int, n: int, d: int, ridge: float) -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, d))
    outcomes = (rng.random(n) < expit(columns @ rng.normal(size=d) + 0.3)).astype(float)
    outcomes[:2] = 0, 1
    theirs = LogisticRegression(C=1 / ridge, tol=1e-10, max_iter=10_000).fit(columns, outcomes)
    ours = fit_logistic(columns, outcomes, ridge)
    expected = theirs.predict_proba(columns)[:, 1]
    np.testing.assert_allclose(expit(ours[0] + columns @ ours[1:]), expected, atol=2e-3)


def test_outcomes_that_are_parted_have_a_fit_too() -> None:
    weights = fit_logistic(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert np.isfinite(weights).all()
    assert expit(weights[0] + weights[1] * np.array([0.0, 3.0])).round(3).tolist() == [0.0, 1.0]


def test_columns_of_one_value_do_no_harm() -> None:
    rows = np.column_stack([np.ones(40), np.linspace(0, 1, 40), np.zeros(40)])
    assert np.isfinite(fit_logistic(rows, (np.arange(40) % 3 == 0).astype(float))).all()


@pytest.mark.parametrize("outcomes", [[], [1.0, 1.0], [0.0]])
def test_one_class_has_no_fit(outcomes: list[float]) -> None:
    with pytest.raises(BadValue, match="both kinds"):
        fit_logistic(np.zeros((len(outcomes), 2)), np.array(outcomes))
