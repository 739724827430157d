"""Learning curve: how well each judgement was predicted before it was learned, as judgements come.

t judgements, oldest first, each with the predicted chance of a like and what came, from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from palate.parts import Vector

LEAST_CHANCE = 0.0474  # of what comes, as the scoreboard scores: logits are held to 3 either way
WINDOW = 50  # judgements over which the newest accuracy is taken


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Means over the judgements up to each, (t,): log loss in nats and accuracy, of the taste and of one who
    knows only how often this reader likes.

    Accuracy counts a judgement as right that was predicted on its side of one half, and as half right where
    one of the two was one half. newest: accuracy over the last 50."""

    loss: Vector
    base_loss: Vector
    accuracy: Vector
    base_accuracy: Vector
    newest: float


def learning_curve(predicted: Vector, came: Vector) -> LearningCurve:
    """Returns the curves of t > 0 judgements.

    The one who knows only how often predicts (likes + 1/2) / (judgements + 1), of those before.
    """
    t = len(came)
    likes = np.concatenate([[0.0], np.cumsum(came)[:-1]])
    base = (likes + 0.5) / (np.arange(t) + 1)
    right, base_right = _right(predicted, came), _right(base, came)
    return LearningCurve(
        _running_mean(log_losses(predicted, came)),
        _running_mean(log_losses(base, came)),
        _running_mean(right),
        _running_mean(base_right),
        float(right[-WINDOW:].mean()),
    )


def log_losses(predicted: Vector, came: Vector) -> Vector:
    """Returns (t,) the cross-entropy in nats, predictions held to [0.047, 0.953].

    >>> log_losses(np.array([0.5, 1.0]), np.array([1.0, 0.0])).round(2).tolist()
    [0.69, 3.05]
    """
    held = np.clip(predicted, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return np.asarray(-came * np.log(held) - (1 - came) * np.log(1 - held))


def _right(predicted: Vector, came: Vector) -> Vector:
    """Returns (t,) 1 where the side was right, 1/2 where nothing was said or nothing came."""
    return np.asarray((1 + np.sign(predicted - 0.5) * np.sign(came - 0.5)) / 2)


def _running_mean(values: Vector) -> Vector:
    return np.asarray(np.cumsum(values) / (np.arange(len(values)) + 1))
