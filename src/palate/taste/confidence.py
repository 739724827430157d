"""ConfidenceSequences: whether one forecaster is better than another, at a confidence that holds however
often one looks."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
GRID_SIZE = 101  # candidate means at which bets are placed; the interval is as fine as that
MAX_STAKE = 0.5  # at most this share of the capital is risked on one observation


class ConfidenceSequences:
    """p running confidence sequences for the mean of bounded observations, such as differences of two losses.

    With probability 1 - alpha each interval holds the mean at all times at once, so that one may stop or
    switch the moment it leaves 0: no peeking is punished. For observations whose mean changes it is their
    running mean that is held. `add` costs O(p GRID_SIZE), about 30 microseconds.

    span: observations lie in [-span, span], above 0. alpha: in (0, 1); divide it by p for all p together
    (Bonferroni). Raises ValueError outside these ranges.
    Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS B (2023)
    (capital processes, aGRAPA bets); for scores of forecasters: Choe and Ramdas, Comparing sequential
    forecasters (2023).

    >>> sequences = ConfidenceSequences(1, span=1.0, alpha=0.05)
    >>> for _ in range(60):
    ...     sequences.add(np.array([0.3]))
    >>> bool(0 < sequences.low[0] < 0.3 < sequences.high[0])
    True
    """

    def __init__(self, p: int, *, span: float, alpha: float) -> None:
        if p < 0 or span <= 0 or not 0 < alpha < 1:
            raise ValueError(
                f"p must be 0 or more, span above 0 and alpha in (0, 1); got {p=}, {span=}, {alpha=}"
            )
        self.span, self.alpha = span, alpha
        self.n = 0
        self.mean: Array = np.zeros(p)
        self._grid = np.linspace(0, 1, GRID_SIZE)  # candidate means, with observations moved to [0, 1]
        # of one made-up observation and its deviation
        self._sum, self._squares = np.full(p, 0.5), np.full(p, 0.25)
        self._capital: Array = np.zeros((p, GRID_SIZE))  # log
        self._standing = np.ones((p, GRID_SIZE), dtype=np.bool_)  # candidates that were never refuted

    def add(self, observations: Array) -> None:
        """Adds one (p,) observation of each."""
        unit = (observations / self.span + 1) / 2
        centre = self._sum / (self.n + 1)
        spread = self._squares / (self.n + 1)
        gap = centre[:, None] - self._grid
        bets = gap / (spread[:, None] + gap**2)
        with np.errstate(divide="ignore"):
            bets = np.clip(bets, -MAX_STAKE / (1 - self._grid), MAX_STAKE / self._grid)
        self._capital += np.log1p(bets * (unit[:, None] - self._grid))
        self._standing &= self._capital < np.log(1 / self.alpha)
        self.n += 1
        self._sum += unit
        self._squares += (unit - self._sum / (self.n + 1)) ** 2
        self.mean += (observations - self.mean) / self.n

    @property
    def low(self) -> Array:
        """(p,) lower ends, -span where nothing is known."""
        first = np.argmax(self._standing, axis=1)
        return np.asarray((self._grid[np.maximum(first - 1, 0)] * 2 - 1) * self.span)

    @property
    def high(self) -> Array:
        """(p,) upper ends, span where nothing is known."""
        last = GRID_SIZE - 1 - np.argmax(self._standing[:, ::-1], axis=1)
        return np.asarray((self._grid[np.minimum(last + 1, GRID_SIZE - 1)] * 2 - 1) * self.span)
