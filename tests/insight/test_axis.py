import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import percentileofscore
from sklearn.decomposition import PCA

from palate.errors import BadValue
from palate.insight.axis import position, principal_axis


@given(seed=st.integers(0, 999), n=st.integers(2, 30), dims=st.integers(2, 9))
def test_the_axis_is_the_first_principal_component(seed: int, n: int, dims: int) -> None:
    """As scikit-learn's PCA has it, but for its sign."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, dims)) * np.geomspace(5, 1, dims) + rng.normal(size=dims)
    axis, pca = (
        principal_axis(np.array_split(vectors, 3)),
        PCA(n_components=1, svd_solver="full").fit(vectors),
    )
    sign = np.sign(axis.direction @ pca.components_[0])
    np.testing.assert_allclose(axis.direction, sign * pca.components_[0], atol=1e-6)
    np.testing.assert_allclose(axis.along(vectors), sign * pca.transform(vectors)[:, 0], atol=1e-6)
    assert axis.spread == pytest.approx(pca.explained_variance_ratio_[0])


@given(seed=st.integers(0, 999))
def test_the_sign_depends_on_the_texts_alone(seed: int) -> None:
    """Not on their order, nor on the side from which they are seen; the largest coordinate is positive."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(20, 6)) * [4, 1, 1, 1, 1, 1]
    axis = principal_axis([vectors])
    assert axis.direction[np.abs(axis.direction).argmax()] > 0
    np.testing.assert_allclose(
        principal_axis([rng.permutation(vectors)]).direction, axis.direction, atol=1e-9
    )
    np.testing.assert_allclose(principal_axis([-vectors]).direction, axis.direction, atol=1e-9)


@pytest.mark.parametrize("vectors", [np.zeros((0, 3)), np.ones((1, 3)), np.ones((4, 3))])
def test_texts_that_do_not_differ_have_no_axis(vectors: np.ndarray) -> None:
    with pytest.raises(BadValue, match="an axis needs texts that differ"):
        principal_axis([vectors])


@given(value=st.integers(-5, 5), others=st.lists(st.integers(-5, 5), min_size=1, max_size=30))
def test_a_position_is_the_mean_percentile_in_thousandths(value: int, others: list[int]) -> None:
    """As scipy counts it: those below, and half of those that are equal."""
    assert position(float(value), np.array(others, dtype=float)) == round(
        10 * percentileofscore(others, value, kind="mean")
    )
