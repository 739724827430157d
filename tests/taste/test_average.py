"""AverageRow, and what a taste makes of it that keeps the commonest words alone."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from palate.features import Background, Features
from palate.taste import average
from palate.taste.average import average_row
from palate.taste.scaled import ScaledTaste


def test_it_is_made_once_for_a_background() -> None:
    row = csr_array(np.array([[0.5, 0.0, 2.0]]))
    background = Background(Features({"words": row}), Features({"words": row}), {})
    assert average_row(background, "words") is average_row(background, "words")


def test_words_that_are_neither_judged_nor_common_have_no_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others weigh, against each other, what they weigh where all are kept."""
    rng = np.random.default_rng(0)
    rows = np.abs(rng.normal(size=(6, 12))) * (rng.random((6, 12)) < 0.3)
    usual = np.linspace(0.01, 0.2, 12)
    directions = []
    for common in (12, 3):
        monkeypatch.setattr(average, "COMMON_COLUMNS", common)
        texts, mean = Features({"words": csr_array(rows)}), Features({"words": csr_array(usual[None])})
        taste = ScaledTaste({"words": 1.0}, background=Background(mean, texts, {}))
        taste.learn(texts, np.array([1.0, -1, 1, 1, -1, 1]), np.ones(6))
        directions.append(np.asarray(taste.explain()[1]["words"]))
    kept = (rows > 0).any(axis=0) | (usual >= np.sort(usual)[-3])
    assert not directions[1][~kept].any()
    ratios = directions[1][kept] / directions[0][kept]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-9)
