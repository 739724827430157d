"""Leaderboard: how the tastes of a contest stand."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from palate.listed import Listed
from palate.taste.contest import ContestTaste
from palate.taste.scoreboard import log_loss

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


@dataclass(frozen=True)
class Standing:
    """One taste in a contest, measured on the n judgements that were predicted before they were learned.

    share: what it counts in the value that is served. loss: mean log loss in nats, of logits held to 3 either
    way; 0.69 knows nothing. brier: mean squared error of the probability. auc: None before there is both a
    like and a dislike. behind, low, high: how much more it loses a judgement than the champion, with the 95 %
    confidence sequence, which holds for all tastes and at all times together; the champion's own are 0. All
    but share are None where n is 0."""

    name: str
    share: float
    n: int
    loss: float | None
    brier: float | None
    auc: float | None
    behind: float | None
    low: float | None
    high: float | None


def leaderboard(contest: ContestTaste) -> Listed[Standing]:
    """The tastes, lowest loss first. Costs O(m t log t) for t judgements."""
    return Listed(_standings(contest), [field.name for field in fields(Standing)])


def _standings(contest: ContestTaste) -> list[Standing]:
    scoreboard, n = contest.scoreboard, len(contest.scoreboard)
    if not n:
        return [
            Standing(name, share, 0, None, None, None, None, None, None)
            for name, share in contest.shares.items()
        ]
    comparisons = {contest.champion: (0.0, 0.0, 0.0), **contest.comparisons()}
    logits, targets = scoreboard.logits, scoreboard.targets
    standings = []
    for column, (name, share) in enumerate(contest.shares.items()):
        chances = 1 / (1 + np.exp(-logits[:, column]))
        mean, low, high = comparisons[name]
        standings.append(
            Standing(
                name,
                share,
                n,
                float(log_loss(logits[:, column], targets).mean()),
                float(((chances - targets) ** 2).mean()),
                _auc(logits[:, column], targets),
                0.0 - mean,
                0.0 - high,
                0.0 - low,
            )
        )
    return sorted(standings, key=lambda standing: (standing.loss, -standing.share))


def _auc(scores: Array, targets: Array) -> float | None:
    """Probability that a liked text was put above a disliked one, ties half (Mann-Whitney)."""
    from scipy.stats import rankdata

    liked, disliked = targets > 0.5, targets < 0.5
    pairs = int(liked.sum()) * int(disliked.sum())
    if not pairs:
        return None
    ranks = rankdata(scores[liked | disliked])
    above = ranks[liked[liked | disliked]].sum() - liked.sum() * (liked.sum() + 1) / 2
    return float(above / pairs)
