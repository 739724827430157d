"""A new reader's factors against the normal equations."""

import numpy as np
import pytest

from evaluation.peer.crowds import two_groups
from palate.evaluation.peer.ials import UNOBSERVED_WEIGHT, Ials, mean_regularisation

pytestmark = pytest.mark.needs("peers")


def test_a_new_reader_is_the_best_for_the_texts_factors() -> None:
    corpus = two_groups()
    system = Ials(corpus, np.random.default_rng(0))
    factors = np.asarray(system.model.item_factors, dtype=np.float64)
    liked = factors[[0, 1]]
    # weights of 1 / 0.1 for a like and 1 for the rest
    regularisation = mean_regularisation(40, 8, 100) / UNOBSERVED_WEIGHT
    normal = factors.T @ factors + (1 / UNOBSERVED_WEIGHT - 1) * liked.T @ liked
    normal += regularisation * np.eye(len(normal))
    reader = np.linalg.solve(normal, liked.sum(axis=0) / UNOBSERVED_WEIGHT)
    scores = system.scores(np.array([0, 1]), np.ones(2))
    np.testing.assert_allclose(scores, factors @ reader, atol=1e-4)
