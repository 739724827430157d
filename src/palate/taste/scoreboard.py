"""Scoreboard: how well each of several tastes predicted every judgement before it learned it."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
# logits beyond this are scored as this: no single surprise costs more than 3.05, and a comparison is bounded
MAX_LOGIT = 3.0


class Scoreboard:
    """The prequential log loss of m tastes, and what weight each deserves in a blend.

    Weights start at `prior` and follow exp(-rate * loss), the exponentially weighted forecaster: with rate 1
    the posterior over the tastes had each been a model of the reader. A taste that did not yet take part in a
    judgement (nan) is scored there as the blend was, so that newcomers start level. Adding costs O(m).

    prior: (m,) above 0; they need not sum to 1. rate: 0 or more; 0 keeps the prior. half_life: a judgement
    that came this many judgements ago counts half, above 0; infinity counts all alike. Raises ValueError
    outside these ranges. Source: Dawid, Prequential analysis (1984); Cesa-Bianchi and Lugosi, Prediction,
    learning and games (2006), section 2.1 and 2.11 (discounted); Freund, Schapire, Singer and Warmuth, Using
    and combining predictors that specialize (1997).

    >>> scoreboard = Scoreboard(np.ones(2), rate=1.0)
    >>> scoreboard.add(np.array([2.0, -2.0]), liking=1.0, weight=1.0)
    >>> scoreboard.weights.round(2).tolist(), scoreboard.losses.round(2).tolist()
    ([0.88, 0.12], [[0.13, 2.13]])
    """

    def __init__(self, prior: Array, *, rate: float = 1.0, half_life: float = np.inf) -> None:
        if len(prior) == 0 or prior.min() <= 0 or rate < 0 or half_life <= 0:
            raise ValueError(
                f"prior and half_life must be above 0, rate 0 or more; got {prior=}, {rate=}, {half_life=}"
            )
        self.rate, self.half_life = rate, half_life
        self._start = np.log(prior / prior.sum())
        self._total = np.zeros(len(prior))
        self._rows: list[_Prediction] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, logits: Array, liking: float, weight: float, factors: Array | float = 1.0) -> None:
        """Adds one judgement that the tastes had predicted with (m,) logits, nan where one took no part.
        factors: (m,) on the weights, of the blend that was served.
        """
        target = (1 + liking) / 2
        absent = np.isnan(logits)
        if absent.any():
            present = np.where(absent, 0.0, self.weights)
            level = present @ np.where(absent, 0.0, logits) / present.sum() if not absent.all() else 0.0
            logits = np.where(absent, level, logits)
        served = self.weights * factors
        losses, blended = log_loss(logits, target), float(served @ logits / served.sum())
        self._total = self._total * 0.5 ** (1 / self.half_life) + weight * losses
        self._rows.append(_Prediction(logits, losses, blended, target))

    @property
    def weights(self) -> Array:
        """(m,) summing to 1."""
        exponents = self._start - self.rate * self._total
        weights = np.exp(exponents - exponents.max())
        return np.asarray(weights / weights.sum())

    @property
    def latest(self) -> Array:
        """(m,) losses on the newest judgement."""
        return self._rows[-1].losses

    @property
    def logits(self) -> Array:
        """(t, m) what each taste predicted of each judgement."""
        return np.array([row.logits for row in self._rows]).reshape(len(self), len(self._start))

    @property
    def losses(self) -> Array:
        """(t, m) log loss of each judgement, in nats."""
        return np.array([row.losses for row in self._rows]).reshape(len(self), len(self._start))

    @property
    def blended(self) -> Array:
        """(t,) logits of the blend before each judgement."""
        return np.array([row.blended for row in self._rows])

    @property
    def targets(self) -> Array:
        """(t,) what came, from 0 (dislike) to 1 (like)."""
        return np.array([row.target for row in self._rows])


class _Prediction(NamedTuple):
    """Of one judgement: logits and losses (m,)."""

    logits: Array
    losses: Array
    blended: float
    target: float


def log_loss(logits: Array, targets: Array | float) -> Array:
    """Cross-entropy in nats of logits, held to [-MAX_LOGIT, MAX_LOGIT], with targets in [0, 1]."""
    held = np.clip(logits, -MAX_LOGIT, MAX_LOGIT)
    return np.asarray(np.logaddexp(0, held) - targets * held)
