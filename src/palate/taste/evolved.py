"""Evolved: a population of tastes with mutated settings, of which the worst make room for copies of the
best.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from palate.features import Features
from palate.parts import Taste
from palate.taste.history import RELEARN_MS, History
from palate.taste.scoreboard import log_loss
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Genes = Mapping[str, float]  # settings, each above 0


class EvolvedTaste:
    """Many snakes, keep the one that did best: settings are found for this reader by selection.

    Each round of `every` judgements is first predicted by the whole population, then learned. After it the
    taste with the highest log loss gives way to a copy of the one with the lowest, each of its settings times
    exp(normal * spread); the copy inherits the loss, so that it starts level. Served is the one with the
    lowest loss, which learns at once.

    Use it where a reader has given some hundred judgements and the served settings seem wrong for them. A
    round costs fitting all of them, and two of them learn everything anew: of BayesTastes 4 ms a judgement
    after 50, 70 ms after 500. Valuing is that of one taste.

    make: a taste from its genes. first: genes of the one that is served at first. blocks: the feature blocks
    it reads. population: 2 or more. every: judgements in a round, 1 or more. fading: what is left of a loss
    after a round, in (0, 1]. spread: of a mutation, in log units, above 0. seed: of the mutations. Raises
    ValueError outside these ranges.
    Source: a (mu + 1) evolution strategy with log-normal mutation; Beyer and Schwefel, Evolution strategies
    (2002), section 4."""

    def __init__(
        self,
        make: Callable[[Genes], Taste],
        first: Genes,
        blocks: tuple[str, ...],
        *,
        population: int = 6,
        every: int = 10,
        fading: float = 0.9,
        spread: float = 0.4,
        seed: int = 0,
    ) -> None:
        if (
            min(population - 1, every) < 1
            or not 0 < fading <= 1
            or spread <= 0
            or min(first.values(), default=0) <= 0
        ):
            raise ValueError(
                "population must be 2 or more, every 1 or more, fading in (0, 1], spread and all genes"
                " (one or more) above 0;"
                f" got {population=}, {every=}, {fading=}, {spread=}, {first=}"
            )
        self._make, self._first, self._blocks = make, dict(first), blocks
        self.population, self.every, self.fading, self.spread, self.seed = (
            population,
            every,
            fading,
            spread,
            seed,
        )
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback: the same population is drawn again."""
        self._rng = np.random.default_rng(self.seed)
        self.genes = [self._first, *(self._mutated(self._first) for _ in range(self.population - 1))]
        self._tastes = [self._make(genes) for genes in self.genes]
        self._losses = np.zeros(self.population)
        self._log = History(self._blocks)
        self._best = 0
        self._served = self._make(self._first)
        self._round = 0  # judgements of this round that the population has not learned

    @property
    def dropped(self) -> int:
        return self._served.dropped

    @property
    def best(self) -> Genes:
        """The settings that are served."""
        return self.genes[self._best]

    def cost_ms(self, n: int) -> float:
        """Of the one that is served, and a share of a round: all are fitted, and two learn all n judgements
        anew.
        """
        fitted = self._served.cost_ms(n)
        return fitted + (self.population * fitted + 2 * (fitted + RELEARN_MS * n)) / self.every

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        start = 0
        while start < len(likings):
            part = slice(start, start + self.every - self._round)
            self._log.add(features[part], likings[part], weights[part])
            self._served.learn(features[part], likings[part], weights[part])
            self._round += len(likings[part])
            start += len(likings[part])
            if self._round == self.every:
                self._select()
                self._round = 0

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like."""
        return self._served.logits(features)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,)."""
        return self._served.value(features)

    def explain(self) -> tuple[float, Mapping[str, Weights]]:
        """(base, weights of each block) of the taste that is served."""
        return self._served.explain()

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:
        """By name, (n,) shares of the logit that no weights explain."""
        return self._served.nonlinear_shares(features)

    def _select(self) -> None:
        """One round: predict, learn, and replace the worst."""
        newest = np.arange(len(self._log) - self.every, len(self._log))
        features, likings, weights = (
            self._log.features[newest],
            self._log.likings[newest],
            self._log.weights[newest],
        )
        targets = (1 + likings) / 2
        for index, taste in enumerate(self._tastes):
            loss = weights @ log_loss(taste.logits(features), targets)
            self._losses[index] = self.fading * self._losses[index] + loss
            taste.learn(features, likings, weights)
        best, worst = int(self._losses.argmin()), int(self._losses.argmax())
        if best != self._best:
            self._best = best
            self._served = self._relearned(self.genes[best])
        if best != worst:
            self.genes[worst] = self._mutated(self.genes[best])
            self._tastes[worst] = self._relearned(self.genes[worst])
            self._losses[worst] = self._losses[best]

    def _relearned(self, genes: Genes) -> Taste:
        """A taste with these settings that has learned all there was."""
        taste = self._make(genes)
        taste.learn(self._log.features, self._log.likings, self._log.weights)
        return taste

    def _mutated(self, genes: Genes) -> Genes:
        steps = np.exp(self.spread * self._rng.normal(size=len(genes)))
        return {name: float(value * step) for (name, value), step in zip(genes.items(), steps, strict=True)}
