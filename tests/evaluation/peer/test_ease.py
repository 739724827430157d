"""EASE against its definition: the least squares problem, column by column."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from evaluation.peer.crowds import likes_of
from palate.evaluation.peer.ease import fitted, scores_of


@pytest.mark.parametrize(("n_readers", "n_texts"), [(30, 8), (8, 30), (12, 12)])
def test_each_text_is_predicted_by_ridge_regression_on_the_others(n_readers: int, n_texts: int) -> None:
    rng = np.random.default_rng(n_readers)
    liked = rng.random((n_readers, n_texts)) < 0.3
    liked[-1, 0] = True  # nobody is without a like at the end, where the crowd would be shorter
    model = fitted(likes_of(liked), regularisation=3.0)
    reader = (rng.random(n_texts) < 0.4).astype(np.float64)
    scores = scores_of(model, csr_matrix(reader[None]))
    for text in range(n_texts):
        others = np.arange(n_texts) != text
        design = np.vstack([liked[:, others], np.sqrt(3.0) * np.eye(n_texts - 1)])
        target = np.concatenate([liked[:, text].astype(float), np.zeros(n_texts - 1)])
        weights = np.linalg.lstsq(design, target)[0]
        assert scores[text] == pytest.approx(reader[others] @ weights, abs=1e-9)
