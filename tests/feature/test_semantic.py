import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from palate.feature.semantic import ISOTROPIC, SAMPLE, Semantic

Floats = NDArray[np.float64]


def unit_vectors(seed: int, n: int, dims: int) -> Floats:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, dims)) * np.linspace(2, 0.5, dims) + rng.normal(size=dims)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


corpora = given(
    seed=st.integers(0, 999), n=st.integers(0, 40), dims=st.integers(2, 9), shrinkage=st.floats(0.05, 10)
)


@corpora
def test_weights_on_features_are_weights_on_vectors(seed: int, n: int, dims: int, shrinkage: float) -> None:
    """transform(x) @ w == (x - mean) @ direction(w)."""
    semantic = Semantic.fit(unit_vectors(seed, n, dims), shrinkage=shrinkage)
    vectors, weights = unit_vectors(seed + 1, 5, dims), np.random.default_rng(seed).normal(size=dims)
    features = semantic.transform(vectors)
    assert features.dtype == np.float32
    np.testing.assert_allclose(
        features @ weights, (vectors - semantic.mean) @ semantic.direction(weights), atol=1e-4
    )


@corpora
def test_features_of_a_corpus_have_a_mean_squared_length_of_one(
    seed: int, n: int, dims: int, shrinkage: float
) -> None:
    """Together with the 50 pseudo-texts, which lie evenly around the mean at a distance of one before they
    are whitened.
    """
    vectors = unit_vectors(seed, n, dims)
    semantic = Semantic.fit(vectors, shrinkage=shrinkage)
    evenly = semantic.mean + np.vstack([np.eye(dims), -np.eye(dims)])
    texts, pseudo = (semantic.transform(rows).astype(np.float64) for rows in (vectors, evenly))
    assert ((texts**2).sum() + ISOTROPIC * (pseudo**2).sum(axis=1).mean()) / (n + ISOTROPIC) == pytest.approx(
        1, abs=1e-5
    )


@given(n=st.integers(0, 2), dims=st.integers(2, 6), seed=st.integers(0, 99), zero=st.booleans())
def test_with_no_text_or_few_it_is_near_plain_cosine(n: int, dims: int, seed: int, zero: bool) -> None:
    """No text says nothing of directions: features keep the angles of vectors. One or two texts, or empty
    ones, break nothing.
    """
    corpus = unit_vectors(seed, n, dims) * (not zero)
    semantic = Semantic.fit(corpus)
    vectors = unit_vectors(seed + 1, 6, dims)
    features = semantic.transform(vectors)
    assert np.isfinite(features).all()
    if n == 0 or zero:
        np.testing.assert_allclose(
            features @ features.T, (features[0] @ features[0]) * vectors @ vectors.T, atol=1e-5
        )


@corpora
def test_a_plain_prior_on_features_is_the_background_as_prior_on_vectors(
    seed: int, n: int, dims: int, shrinkage: float
) -> None:
    """A Bayesian linear taste with prior N(0, I) on transformed vectors predicts what one does on centred
    vectors whose prior precision is proportional to covariance + ridge * mean eigenvalue, the covariance
    being that of the corpus and 50 pseudo-texts spread evenly."""
    corpus = unit_vectors(seed, n, dims)
    semantic = Semantic.fit(corpus, shrinkage=shrinkage)
    total = n + ISOTROPIC
    mean = corpus.sum(axis=0) / total
    covariance = np.eye(dims) * ISOTROPIC / dims / total
    for row in corpus:
        covariance += np.outer(row - mean, row - mean) / total
    precision = covariance + shrinkage * (1 + dims / max(n, 1)) * np.trace(covariance) / dims * np.eye(dims)
    # so that a text brings a variance of 1 on average
    precision *= np.trace(np.linalg.solve(precision, covariance))
    rng = np.random.default_rng(seed)
    judged, new, likings, noise = (
        unit_vectors(seed + 1, 6, dims),
        unit_vectors(seed + 2, 4, dims),
        rng.normal(size=6),
        0.7,
    )
    rows, other = judged - mean, new - mean
    posterior = np.linalg.inv(precision + rows.T @ rows / noise)
    features, others = (semantic.transform(vectors).astype(np.float64) for vectors in (judged, new))
    plain = np.linalg.inv(np.eye(dims) + features.T @ features / noise)
    np.testing.assert_allclose(
        others @ plain @ features.T @ likings, other @ posterior @ rows.T @ likings, atol=2e-4
    )
    np.testing.assert_allclose(
        np.diag(others @ plain @ others.T), np.diag(other @ posterior @ other.T), atol=2e-4
    )


@pytest.mark.parametrize("n", [SAMPLE - 1, SAMPLE, SAMPLE + 1, 2 * SAMPLE - 1, 5 * SAMPLE // 2])
def test_at_most_20_000_texts_are_used(n: int) -> None:
    """With all vectors equal, the mean tells how many of them stood against the pseudo-texts."""
    mean = Semantic.fit(np.ones((n, 2))).mean[0]
    used = ISOTROPIC * mean / (1 - mean)
    assert min(n, SAMPLE) / 2 < used <= SAMPLE + 1e-6


@given(seed=st.integers(0, 999), n=st.integers(1, 200), dims=st.sampled_from([2, 7, 64]), drawn=st.data())
def test_a_row_has_the_same_bits_whatever_the_others(
    seed: int, n: int, dims: int, drawn: st.DataObject
) -> None:
    semantic, vectors = Semantic.fit(unit_vectors(seed, 40, dims)), unit_vectors(seed + 1, n, dims)
    together = semantic.transform(vectors)
    indices = drawn.draw(st.lists(st.integers(0, n - 1), max_size=9))
    assert semantic.transform(vectors[indices]).tobytes() == together[indices].tobytes()
