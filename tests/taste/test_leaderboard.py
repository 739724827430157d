"""The leaderboard: what it says is what scikit-learn says of the same predictions."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from palate.features import Features
from palate.parts import Taste
from palate.taste.contest import ContestTaste
from palate.taste.gradient import GradientTaste
from palate.taste.leaderboard import Standing, leaderboard
from palate.taste.profile import ProfileTaste
from palate.taste.scoreboard import MAX_LOGIT

Floats = NDArray[np.float64]
NAMES = ("profile", "sharp", "gradient")


def contest(**settings: Any) -> ContestTaste:
    members: dict[str, Taste] = {"profile": ProfileTaste(), "sharp": ProfileTaste(sharpness=40.0)}
    members["gradient"] = GradientTaste({"semantic": 1.0})
    return ContestTaste(members, {"profile": 1.0, "sharp": 3.0, "gradient": 1.0}, **settings)


def predicted(logits: Floats, likings: Floats) -> ContestTaste:
    """A contest whose members said these (n, 3) logits of n texts before they were judged."""
    recalled = contest()
    texts = np.random.default_rng(0).normal(size=(len(likings), 3))
    recalled.relearn(Features({"semantic": texts}), likings, np.ones(len(likings)), logits)
    return recalled


def auc(logits: Floats, likings: Floats) -> float | None:
    """Slowly: the share of pairs of a like and a dislike that stand in the right order."""
    pairs = [(one, other) for one in logits[likings > 0] for other in logits[likings < 0]]
    return float(np.mean([(one > other) + 0.5 * (one == other) for one, other in pairs])) if pairs else None


@settings(max_examples=25)
@given(seed=st.integers(0, 999), n=st.integers(2, 40), spread=st.sampled_from([0.3, 2.0, 8.0]))
def test_figures_are_those_of_scikit_learn(seed: int, n: int, spread: float) -> None:
    """Loss is of logits held to MAX_LOGIT; the others are of logits as they came. Ties are among them."""
    rng = np.random.default_rng(seed)
    likings = np.where(np.arange(n) % 2, 1.0, -1.0)
    logits = np.round(rng.normal(size=(n, 3)) * spread, 1)
    for place in leaderboard(predicted(logits, likings)):
        said = logits[:, NAMES.index(place.name)]
        held = 1 / (1 + np.exp(-np.clip(said, -MAX_LOGIT, MAX_LOGIT)))
        assert place.n == n
        assert place.loss == pytest.approx(log_loss(likings, held))
        assert place.brier == pytest.approx(brier_score_loss(likings, 1 / (1 + np.exp(-said)), pos_label=1))
        assert place.auc == pytest.approx(roc_auc_score(likings, said))


@settings(max_examples=25)
@given(seed=st.integers(0, 999), n=st.integers(1, 25))
def test_graded_likings_are_targets_in_between(seed: int, n: int) -> None:
    """For the auc a liking above 0 is a like, one below 0 a dislike, and 0 is neither."""
    rng = np.random.default_rng(seed)
    likings, logits = (
        rng.choice([-1.0, -0.4, 0.0, 0.1, 1.0], n),
        np.round(rng.uniform(-MAX_LOGIT, MAX_LOGIT, (n, 3)), 1),
    )
    for place in leaderboard(predicted(logits, likings)):
        said = logits[:, NAMES.index(place.name)]
        chances, targets = 1 / (1 + np.exp(-said)), (1 + likings) / 2
        assert place.loss == pytest.approx(
            np.mean(-targets * np.log(chances) - (1 - targets) * np.log(1 - chances))
        )
        assert place.brier == pytest.approx(np.mean((chances - targets) ** 2))
        assert place.auc == pytest.approx(auc(said, likings))


@settings(max_examples=25)
@given(seed=st.integers(0, 999), n=st.integers(1, 60))
def test_the_lowest_loss_is_first_and_distances_are_to_the_champion(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    likings = rng.choice([1.0, -1.0], n)
    judged = predicted(
        np.stack([0.1 * rng.normal(size=n), 2 * rng.normal(size=n), 9 * likings], axis=1), likings
    )
    places = leaderboard(judged)
    losses = {place.name: place.loss or 0.0 for place in places}
    assert list(losses.values()) == sorted(losses.values())
    assert losses["gradient"] == min(losses.values())
    assert sum(place.share for place in places) == pytest.approx(1)
    for place in places:
        assert place.behind == pytest.approx(losses[place.name] - losses[judged.champion])
        assert place.behind is not None
        assert place.low is not None
        assert place.high is not None
        if place.name == judged.champion:
            assert place.behind == place.low == place.high == 0
        else:
            assert place.low <= place.behind <= place.high


def test_equal_losses_are_ordered_by_share() -> None:
    judged = predicted(np.tile([[1.0], [-0.5]], (3, 3)), np.array([1.0, -1.0] * 3))
    assert leaderboard(judged)[0].name == "sharp"


def test_nothing_judged_has_no_figures_but_shares() -> None:
    places = leaderboard(contest())
    assert places[1] == Standing("sharp", places[1].share, 0, None, None, None, None, None, None)
    assert places[1].share == pytest.approx(0.6)
    assert [place.name for place in places] == list(NAMES)


def test_one_side_alone_has_no_auc() -> None:
    for liking in (1.0, -1.0, 0.0):
        assert {place.auc for place in leaderboard(predicted(np.zeros((4, 3)), np.full(4, liking)))} == {None}
