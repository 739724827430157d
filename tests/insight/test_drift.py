from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from river.drift import ADWIN

from palate.insight.drift import MIN_SIDE_LOSSES, detect_changes

Floats = NDArray[np.float64]


def beta(seed: int, means: list[float], n: int) -> Floats:
    """n losses around each mean in turn."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.beta(8 * mean, 8 * (1 - mean), n) for mean in means])


def river_notices(losses: Floats, delta: float) -> list[int]:
    detector, indices = ADWIN(delta=delta, clock=1), list[int]()  # type: ignore[no-untyped-call]
    for index, loss in enumerate(losses):
        detector.update(float(loss))  # type: ignore[no-untyped-call]
        if detector.drift_detected:
            indices.append(index)
    return indices


def slow(losses: Floats, delta: float) -> list[tuple[int, int]]:
    """(start, noticed) of every cut, up or down, by the definition, one split at a time."""
    cuts, start = [], 0
    for end in range(1, len(losses) + 1):
        while True:
            window, best, at = losses[start:end], 0.0, 0
            for split in range(MIN_SIDE_LOSSES, len(window) - MIN_SIDE_LOSSES + 1):
                old, new = window[:split], window[split:]
                m = 1 / (1 / len(old) + 1 / len(new))
                rare = np.log(2 / (delta / np.log(len(window))))
                chance = np.sqrt(2 / m * np.var(window) * rare) + 2 / (3 * m) * rare
                if abs(old.mean() - new.mean()) - chance > best:
                    best, at = abs(old.mean() - new.mean()) - chance, split
            if not at:
                break
            start += at
            cuts.append((start, end - 1))
    return cuts


@settings(max_examples=10)
@given(
    st.integers(0, 999),
    st.lists(st.sampled_from([0.05, 0.3, 0.95]), min_size=1, max_size=3),
    st.sampled_from([0.01, 0.5]),
)
def test_changes_are_those_of_the_definition(seed: int, means: list[float], delta: float) -> None:
    losses = beta(seed, means, 30)
    changes = detect_changes(losses, delta=delta)
    cuts = slow(losses, delta)
    starts = [0, *(start for start, _ in cuts)]
    rises = [
        (start, noticed)
        for (begin, start), (_, noticed) in zip(pairwise(starts), cuts, strict=True)
        if losses[start : noticed + 1].mean() > losses[begin:start].mean()
    ]
    assert [(change.start, change.noticed) for change in changes] == rises


@pytest.mark.parametrize("mean", [0.1, 0.3, 0.5])
def test_where_nothing_changes_little_is_told(mean: float) -> None:
    """Coin flips are the worst case; at most one in twenty of 500 losses is cut."""
    told = sum(
        bool(detect_changes((np.random.default_rng(seed).random(500) < mean).astype(float)))
        for seed in range(40)
    )
    assert told <= 2


def test_a_change_is_noticed_soon_and_dated_well() -> None:
    for seed in range(20):
        (change,) = detect_changes(beta(seed, [0.15, 0.5], 100))
        assert abs(change.start - 100) <= 10
        assert 100 < change.noticed <= 145
        assert change.before == pytest.approx(0.15, abs=0.06)
        assert change.after == pytest.approx(0.5, abs=0.15)


def test_what_river_notices_is_noticed_no_later() -> None:
    """River looks at some splits of the window, this at all of them; a few losses' grace for its other
    bookkeeping.
    """
    for seed in range(15):
        losses = beta(seed, [0.15, 0.45], 150)
        theirs = river_notices(losses, 0.05)
        (ours,) = detect_changes(losses)
        assert theirs[-1] >= 150
        assert ours.noticed <= theirs[0] + 5


def test_a_taste_that_learns_is_no_change() -> None:
    falling = beta(3, [0.6, 0.1], 100)
    assert river_notices(falling, 0.05)
    assert detect_changes(falling) == []


def test_two_changes_are_two() -> None:
    assert [round(change.start, -1) for change in detect_changes(beta(5, [0.05, 0.45, 0.9], 120))] == [
        120,
        240,
    ]


@pytest.mark.parametrize("losses", [[], [0.5], [0.0] * 50, [1.0] * 50])
def test_short_or_constant_streams_have_no_change(losses: list[float]) -> None:
    assert detect_changes(np.array(losses)) == []


@pytest.mark.parametrize(
    ("losses", "delta"), [([1.1], 0.1), ([-0.1], 0.1), ([np.nan], 0.1), ([0.5], 0.0), ([0.5], 1.0)]
)
def test_what_is_no_loss_or_delta_is_refused(losses: list[float], delta: float) -> None:
    with pytest.raises(ValueError, match="in \\[0, 1\\]"):
        detect_changes(np.array(losses), delta=delta)
