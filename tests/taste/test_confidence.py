"""ConfidenceSequences: intervals that hold at all times, by simulation."""

from itertools import pairwise

import numpy as np
import pytest

from palate.taste.confidence import ConfidenceSequences


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.05), (0.0, 0.6), (0.2, 0.3), (-0.7, 0.2)])
def test_the_mean_is_in_all_intervals_at_once(mean: float, sd: float) -> None:
    """In 300 runs of 400 looks, the share that is ever left is at most alpha, with room for luck."""
    rng = np.random.default_rng(4)
    sequences = ConfidenceSequences(300, span=2.0, alpha=0.1)
    noise = np.clip(rng.normal(size=(400, 300)) * sd, -1.2, 1.2)
    left = np.zeros(300, bool)
    for row in noise:
        sequences.add(mean + row)
        left |= (sequences.low > mean) | (sequences.high < mean)
    assert left.mean() <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 300)


def test_a_difference_is_found_and_the_interval_narrows_around_it() -> None:
    rng = np.random.default_rng(5)
    sequences = ConfidenceSequences(1, span=3.0, alpha=0.05)
    widths = []
    for _ in range(600):
        sequences.add(rng.normal(0.3, 0.5, 1).clip(-3, 3))
        widths.append(float(sequences.high[0] - sequences.low[0]))
    assert 0 < sequences.low[0] < 0.3 < sequences.high[0]
    assert all(later <= earlier for earlier, later in pairwise(widths))
    assert widths[-1] < 0.3


def test_nothing_is_known_at_first_and_each_sequence_is_its_own() -> None:
    both, alone = ConfidenceSequences(2, span=1.5, alpha=0.05), ConfidenceSequences(1, span=1.5, alpha=0.05)
    assert both.low.tolist() == [-1.5, -1.5]
    assert both.high.tolist() == [1.5, 1.5]
    rng = np.random.default_rng(6)
    for _ in range(50):
        seen = rng.uniform(-1, 1, 2)
        both.add(seen)
        alone.add(seen[:1])
    assert both.low[0] == alone.low[0]
    assert both.mean[0] == pytest.approx(alone.mean[0])


def test_settings_that_cannot_be_are_refused() -> None:
    for wrong in ({"span": 0.0, "alpha": 0.05}, {"span": 1.0, "alpha": 0.0}, {"span": 1.0, "alpha": 1.0}):
        with pytest.raises(ValueError, match="span above 0"):
            ConfidenceSequences(1, **wrong)
