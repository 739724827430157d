import numpy as np

from palate.features import Features
from palate.parts import Candidates
from palate.question.chance import Chance


def test_every_text_is_asked_about_equally_often() -> None:
    vectors = np.eye(5)
    among = Candidates(np.linspace(0, 1, 5), np.zeros(5), Features({"semantic": vectors}), vectors)
    rng = np.random.default_rng(0)
    counts = np.bincount(np.concatenate([Chance().choose(among, 2, rng) for _ in range(5000)]), minlength=5)
    np.testing.assert_allclose(counts / 10_000, 0.2, atol=0.02)
