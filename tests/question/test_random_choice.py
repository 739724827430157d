import numpy as np

from palate.features import Features
from palate.parts import Candidates
from palate.question.random_choice import RandomChoice


def test_every_text_is_asked_about_equally_often() -> None:
    vectors = np.eye(5)
    pool = Candidates(np.linspace(0, 1, 5), np.zeros(5), Features({"semantic": vectors}), vectors)
    rng = np.random.default_rng(0)
    counts = np.bincount(
        np.concatenate([RandomChoice().choose(pool, 2, rng) for _ in range(5000)]), minlength=5
    )
    np.testing.assert_allclose(counts / 10_000, 0.2, atol=0.02)
