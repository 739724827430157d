"""Contest: several tastes learn side by side; the one that predicts best is believed most."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy.special import expit

from palate.features import Features
from palate.parts import Taste
from palate.taste.chance import linear
from palate.taste.duels import Duels
from palate.taste.scoreboard import SURE, Scoreboard
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Serving = Literal["blend", "champion"]
LEAST = 0.02  # share of the budget that a taste with no weight still gets, so that it can come back
WORTH = 0.05  # a smaller share of the value is not worth what it costs to serve
SPAN = float(np.logaddexp(0, SURE) - np.logaddexp(0, -SURE))  # largest difference of two losses


class ContestTaste:
    """Every judgement is first predicted by every taste, then learned; what is served is their blend or their
    champion.

    Use it by default: no taste is best for every reader, and which one is shows only in predictions. The
    blend is the mean of logits weighted by the scoreboard, so that shares of a value still add up; the
    champion is one taste, replaced only when a confidence sequence, Bonferroni-corrected over its
    challengers, says that another has the lower loss.

    Cost is bounded: each judgement brings `budget` milliseconds of effort, shared by weight, and a taste
    learns what is pending when its share has grown to what that costs. Effort is modelled, so the same log
    gives the same tastes.

    members: tastes by name. prior: weight of each before any feedback, above 0. serving: blend or champion.
    pinned: the member that is served whatever happens. rate, halving: see Scoreboard. alpha: chance of ever
    replacing a champion by one that is no better, in (0, 1). budget: ms a judgement, above 0; infinity learns
    everything at once. Raises ValueError for no members, a prior for others, an unknown pin or settings
    outside these ranges. Source: the parts' own; Cesa-Bianchi and Lugosi (2006), section 2.1, for the blend.
    """

    def __init__(
        self,
        members: Mapping[str, Taste],
        prior: Mapping[str, float],
        *,
        serving: Serving = "blend",
        pinned: str | None = None,
        rate: float = 1.0,
        halving: float = np.inf,
        alpha: float = 0.05,
        budget: float = 20.0,
    ) -> None:
        if (
            not members
            or set(prior) != set(members)
            or budget <= 0
            or (pinned is not None and pinned not in members)
        ):
            raise ValueError(
                "needs members, a prior for each of them, a pin among them and budget above 0;"
                f" got {list(members)}, {prior=}, {pinned=}, {budget=}"
            )
        self.members, self.names = dict(members), tuple(members)
        self.prior, self.serving, self.pinned = np.array([prior[name] for name in members]), serving, pinned
        self.rate, self.halving, self.alpha, self.budget = rate, halving, alpha, budget
        self.forget()

    def forget(self) -> None:
        """Back to before any feedback."""
        for member in self.members.values():
            member.forget()
        self.board = Scoreboard(self.prior, rate=self.rate, halving=self.halving)
        self.champions: list[tuple[int, str]] = [(0, self.names[int(self.prior.argmax())])]
        self._duels = self._new_duels()
        self._log: list[tuple[Features, float, float]] = []
        self._explained: tuple[float, dict[str, Weights]] | None = None
        self._learned = dict.fromkeys(self.names, 0)  # how much of the log each member has learned
        self._due = dict.fromkeys(self.names, 0)  # and how much it is to have learned before it is used again
        self._saved = np.zeros(len(self.names))  # effort that each may spend

    @property
    def dropped(self) -> int:
        """Judgements that the most forgetful of the tastes that are served no longer weighs in."""
        return max(member.dropped for _, member in self._served())

    def cost_ms(self, n: int) -> float:
        return min(self.budget, sum(member.cost_ms(n) for member in self.members.values()))

    @property
    def champion(self) -> str:
        """Name of the member that beat the one before it, at first the one with the largest prior."""
        return self.champions[-1][1]

    @property
    def shares(self) -> dict[str, float]:
        """What each member counts in the value that is served; they sum to 1. In a blend, 0 for weights of
        less than 0.05.
        """
        chosen = self.pinned or (self.champion if self.serving == "champion" else None)
        if chosen is not None:
            return {name: float(name == chosen) for name in self.names}
        weights = self.board.weights
        served = np.where(weights >= min(WORTH, weights.max()), weights, 0.0)
        return dict(zip(self.names, (served / served.sum()).tolist(), strict=True))

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learn from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        for row, (liking, weight) in enumerate(zip(likings, weights, strict=True)):
            text = features if len(features) == 1 else features[row : row + 1]
            self._take(text, self.predict(text), float(liking), float(weight))

    def relearn(self, features: Features, likings: Array, weights: Array, predicted: Array) -> None:
        """Learn again what was learned before: predicted (n, m) is what `predict` said each time, nan where
        it is not known.

        Ends as `learn` did, without predicting again, which is what takes long. What nobody predicted is
        learned, not scored."""
        for row, (liking, weight) in enumerate(zip(likings, weights, strict=True)):
            self._take(features[row : row + 1], predicted[row], float(liking), float(weight))

    def predict(self, features: Features) -> Array:
        """(m,) float32 logits of one text, as they go onto the scoreboard."""
        return np.array([self._member(name).logits(features)[0] for name in self.names], dtype=np.float32)

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like by the blend or champion."""
        return self._logits(features, np.float32)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,): the sd of the mixture, so that disagreement counts as
        doubt.
        """
        mean = expit(self._logits(features, np.float64))
        variance = np.zeros(len(features))
        for share, member in self._served():
            member_mean, member_sd = member.value(features)
            variance += share * (member_sd**2 + (member_mean - mean) ** 2)
        # a probability varies no more than that
        return mean, np.sqrt(np.minimum(variance, mean * (1 - mean)))

    def explain(self) -> tuple[float, dict[str, Weights]]:
        """(base, weights of each block): those of the members, each times its share."""
        if self._explained is None:
            self._explained = self._mixed()
        return self._explained

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:
        """By name, (n,) shares of the logit that no weights explain."""
        found: dict[str, Array] = {}
        for share, member in self._served():
            for part, amounts in member.nonlinear_shares(features).items():
                found[part] = found.get(part, np.zeros(len(features))) + share * amounts
        return found

    def duels(self) -> dict[str, tuple[float, float, float]]:
        """(mean, low, high) of the champion's loss minus each other member's, in nats a judgement; above 0 it
        is behind.
        """
        others = [name for name in self.names if name != self.champion]
        found = zip(
            self._duels.mean.tolist(), self._duels.low.tolist(), self._duels.high.tolist(), strict=True
        )
        return dict(zip(others, found, strict=True))

    def _mixed(self) -> tuple[float, dict[str, Weights]]:
        base, weights = 0.0, dict[str, Weights]()
        for share, member in self._served():
            member_base, member_weights = member.explain()
            base += share * member_base
            for block, amounts in member_weights.items():
                weights[block] = weights[block] + share * amounts if block in weights else share * amounts
        return base, weights

    def _take(self, text: Features, predicted: Array, liking: float, weight: float) -> None:
        self._explained = None
        self._log.append((text, liking, weight))
        if not np.isnan(predicted).all():
            self.board.add(predicted.astype(np.float64), liking, weight)
            self._duel()
        share = np.maximum(self.board.weights, LEAST)
        self._saved += self.budget * share / share.sum()
        for place, name in enumerate(self.names):
            if self._saved[place] >= self.members[name].cost_ms(len(self._log)):
                self._due[name] = len(self._log)
                self._saved[place] = 0.0

    def _member(self, name: str) -> Taste:
        """A member that has learned what it is to have learned."""
        member, pending = self.members[name], self._log[self._learned[name] : self._due[name]]
        if pending:
            features = Features.joined([text for text, _, _ in pending])
            member.learn(
                features,
                np.array([liking for _, liking, _ in pending]),
                np.array([weight for _, _, weight in pending]),
            )
            self._learned[name] = self._due[name]
        return member

    def _served(self) -> list[tuple[float, Taste]]:
        return [(share, self._member(name)) for name, share in self.shares.items() if share]

    def _logits(self, features: Features, precision: type[np.floating[Any]]) -> Array:
        return linear(features, *self.explain(), precision) + sum(
            self.nonlinear_shares(features).values(), np.zeros(len(features))
        )

    def _duel(self) -> None:
        """Let the champion meet the others once more, and step down where one of them is better beyond
        doubt.
        """
        self._duels.add(self._differences(self.board.latest[None, :])[0])
        ahead = self._duels.low
        if len(ahead) and ahead.max() > 0:
            others = [name for name in self.names if name != self.champion]
            self.champions.append((len(self.board), others[int(ahead.argmax())]))
            self._duels = self._new_duels()
            for difference in self._differences(self.board.losses):
                self._duels.add(difference)

    def _new_duels(self) -> Duels:
        challengers = len(self.names) - 1
        return Duels(challengers, span=SPAN, alpha=self.alpha / max(challengers, 1))

    def _differences(self, losses: Array) -> Array:
        """(t, m - 1) of the champion's losses (t, m) and the others'."""
        place = self.names.index(self.champion)
        return losses[:, place, None] - np.delete(losses, place, axis=1)
