"""Contest: several tastes learn side by side; the one that predicts best is believed most."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from palate.features import Features
from palate.parts import Taste
from palate.taste.chance import expit, linear
from palate.taste.confidence import ConfidenceSequences
from palate.taste.rate import LeavesOut, LeftOut, Stream, in_common, moved, rated
from palate.taste.scoreboard import MAX_LOGIT, Scoreboard
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Serving = Literal["blend", "champion"]
MIN_BUDGET_SHARE = 0.02  # that a taste with no weight still gets, so that it can come back
FIRST_JUDGEMENTS = 2.0  # as many as which the first member counts beside the others
MIN_SERVED_SHARE = 0.05  # of the value; less is not worth what it costs
MAX_LOSS_DIFFERENCE = float(np.logaddexp(0, MAX_LOGIT) - np.logaddexp(0, -MAX_LOGIT))


class ContestTaste:
    """Every judgement is first predicted by every taste, then learned; what is served is their blend or their
    champion.

    Use it by default: no taste is best for every reader, and which one is shows only in predictions. The
    blend is the mean of logits weighted by the scoreboard, so that shares of a value still add up; the
    champion is one taste, replaced only when a confidence sequence, Bonferroni-corrected over its
    challengers, says that another has the lower loss.

    Cost is bounded: each judgement brings `budget` milliseconds, shared by weight, and a taste learns what
    is pending when its share has grown to what that costs. The cost is modelled, not measured (`cost_ms`),
    so the same log gives the same tastes. Of the judged texts those alone are kept that a taste has yet to
    learn.

    members: tastes by name. prior: weight of each before any feedback, above 0. serving: blend or champion.
    pinned: the member that is served whatever happens. rate, half_life: see Scoreboard. alpha: chance of ever
    replacing a champion by one that is no better, in (0, 1). budget: ms a judgement, above 0; infinity learns
    everything at once. stream: with it what is served is calibrated to how rare likes are (see rate.py), in
    the order that the members give. first: the member that is served alone before any judgement, and then
    counts as `FIRST_JUDGEMENTS` judgements do. Raises ValueError for no members, a prior for others, an
    unknown pin or settings outside these ranges. Source: the parts' own; Cesa-Bianchi and Lugosi (2006),
    section 2.1, for the blend.
    """

    def __init__(
        self,
        members: Mapping[str, Taste],
        prior: Mapping[str, float],
        *,
        serving: Serving = "blend",
        pinned: str | None = None,
        rate: float = 1.0,
        half_life: float = np.inf,
        alpha: float = 0.05,
        budget: float = 20.0,
        stream: Stream | None = None,
        first: str | None = None,
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
        self.rate, self.half_life, self.alpha, self.budget = rate, half_life, alpha, budget
        self._stream, self.first = stream, first
        self._introduction: tuple[Features, Array, Array] | None = None
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        for name, member in self.members.items():
            member.forget()
            if self._introduction and name != self.first:
                member.learn(*self._introduction)
        self.scoreboard = Scoreboard(self.prior, rate=self.rate, half_life=self.half_life)
        self.champions: list[tuple[int, str]] = [(0, self.names[int(self.prior.argmax())])]
        self._sequences = self._new_sequences()
        self._n = 0  # judgements
        # phrases that were learned before them
        self._introduced = len(self._introduction[1]) if self._introduction else 0
        self._pending: list[
            tuple[Features, float, float]
        ] = []  # the newest, which not all members have learned
        self._explained: tuple[float, dict[str, Weights]] | None = None
        self._rated: tuple[float, float] | None = None
        self._learned = dict.fromkeys(self.names, 0)  # how many judgements each member has learned
        self._due = dict.fromkeys(self.names, 0)  # and how many it is to learn before it is used again
        self._saved_ms = np.zeros(len(self.names))  # that each may spend

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
        alone = self.pinned or (self.champion if self.serving == "champion" else None)
        if alone is not None:
            return {name: float(name == alone) for name in self.names}
        weights = self.scoreboard.weights * self._fading()
        served = np.where(weights >= min(MIN_SERVED_SHARE, weights.max()), weights, 0.0)
        return dict(zip(self.names, (served / served.sum()).tolist(), strict=True))

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        for row, (liking, weight) in enumerate(zip(likings, weights, strict=True)):
            text = features if len(features) == 1 else features[row : row + 1]
            self._record(text, self.predict(text), float(liking), float(weight))

    def relearn(self, features: Features, likings: Array, weights: Array, predicted: Array) -> None:
        """Learn again what was learned before: predicted (n, m) is what `predict` said each time, nan where
        it is not known.

        Ends as `learn` did, without predicting again, which is what takes long. What nobody predicted is
        learned, not scored."""
        for row, (liking, weight) in enumerate(zip(likings, weights, strict=True)):
            self._record(features[row : row + 1], predicted[row], float(liking), float(weight))

    def introduce(self, features: Features, likings: Array, weights: Array) -> None:
        """Lets all members but the first learn what a reader wrote, before any judgement: nothing is scored,
        and it is there again after `forget`.
        """
        self._introduction = features, likings, weights
        self.forget()

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
            member_mean, member_sd = moved(*member.value(features), *self._slope_and_offset())
            variance += share * (member_sd**2 + (member_mean - mean) ** 2)
        # a probability varies no more than that
        return mean, np.sqrt(np.minimum(variance, mean * (1 - mean)))

    def explain(self) -> tuple[float, dict[str, Weights]]:
        """(base, weights of each block): those of the members, each times its share, as rare as likes are."""
        if self._explained is None:
            self._explained = self._mixed()
        return self._explained

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:
        """By name, (n,) shares of the logit that no weights explain."""
        total: dict[str, Array] = {}
        slope = self._slope_and_offset()[0]
        for share, member in self._served():
            for part, amounts in member.nonlinear_shares(features).items():
                total[part] = total.get(part, np.zeros(len(features))) + slope * share * amounts
        return total

    def comparisons(self) -> dict[str, tuple[float, float, float]]:
        """(mean, low, high) of the champion's loss minus each other member's, in nats a judgement; above 0 it
        is behind.
        """
        challengers = [name for name in self.names if name != self.champion]
        sequences = self._sequences
        intervals = zip(sequences.mean.tolist(), sequences.low.tolist(), sequences.high.tolist(), strict=True)
        return dict(zip(challengers, intervals, strict=True))

    def _mixed(self) -> tuple[float, dict[str, Weights]]:
        slope, base = self._slope_and_offset()
        weights = dict[str, Weights]()
        for share, member in self._served():
            member_base, member_weights = member.explain()
            base += slope * share * member_base
            for block, amounts in member_weights.items():
                part = slope * share * amounts
                weights[block] = weights[block] + part if block in weights else part
        return base, weights

    def _slope_and_offset(self) -> tuple[float, float]:
        """What makes odds of likes of the blend, see rate.py; (1, 0) where nothing is known of the stream, or
        what is served cannot leave a text out.
        """
        if self._stream is None:
            return 1.0, 0.0
        if self._rated is None:
            judged, usual = self._judged(), self._stream.usual
            logits = sum(share * member.logits(usual) for share, member in self._served())
            self._rated = (1.0, 0.0) if judged is None else rated(judged, self._stream, np.asarray(logits))
        return self._rated

    def _judged(self) -> LeftOut | None:
        """The judged texts by the blend, each left out of what is learned; None where a member that is served
        cannot leave one out.
        """
        parts = []
        for name, share, member in self._named():
            if not isinstance(member, LeavesOut):
                return None
            before = 0 if name == self.first else self._introduced
            part = member.left_out()
            parts.append((share, LeftOut(part.ordinals - before, *part[1:]).since(0)))
        return in_common(parts)

    def _fading(self) -> Array:
        """(m,) factors on the weights: the first counts less and less, the others from nothing up."""
        if self.first is None:
            return np.ones(len(self.names))
        return np.array([FIRST_JUDGEMENTS if name == self.first else self._n for name in self.names], float)

    def _record(self, text: Features, predicted: Array, liking: float, weight: float) -> None:
        self._explained = self._rated = None
        if not np.isnan(predicted).all():
            self.scoreboard.add(predicted.astype(np.float64), liking, weight, self._fading())
            self._compare()
        self._n += 1
        self._pending.append((text, liking, weight))
        share = np.maximum(self.scoreboard.weights, MIN_BUDGET_SHARE)
        self._saved_ms += self.budget * share / share.sum()
        for index, name in enumerate(self.names):
            if self._saved_ms[index] >= self.members[name].cost_ms(self._n):
                self._due[name] = self._n
                self._saved_ms[index] = 0.0

    def _member(self, name: str) -> Taste:
        """A member that has learned what it is to have learned."""
        member, first = self.members[name], self._n - len(self._pending)
        pending = self._pending[self._learned[name] - first : self._due[name] - first]
        if pending:
            features = Features.joined([text for text, _, _ in pending])
            member.learn(
                features,
                np.array([liking for _, liking, _ in pending]),
                np.array([weight for _, _, weight in pending]),
            )
            self._learned[name] = self._due[name]
            del self._pending[: min(self._learned.values()) - first]
        return member

    def _served(self) -> list[tuple[float, Taste]]:
        return [(share, member) for _, share, member in self._named()]

    def _named(self) -> list[tuple[str, float, Taste]]:
        return [(name, share, self._member(name)) for name, share in self.shares.items() if share]

    def _logits(self, features: Features, precision: type[np.floating[Any]]) -> Array:
        return linear(features, *self.explain(), precision) + sum(
            self.nonlinear_shares(features).values(), np.zeros(len(features))
        )

    def _compare(self) -> None:
        """Compares the champion with the others once more, and replaces it where one of them is better beyond
        doubt.
        """
        self._sequences.add(self._differences(self.scoreboard.latest[None, :])[0])
        ahead = self._sequences.low
        if len(ahead) and ahead.max() > 0:
            challengers = [name for name in self.names if name != self.champion]
            self.champions.append((len(self.scoreboard), challengers[int(ahead.argmax())]))
            self._sequences = self._new_sequences()
            for difference in self._differences(self.scoreboard.losses):
                self._sequences.add(difference)

    def _new_sequences(self) -> ConfidenceSequences:
        challengers = len(self.names) - 1
        return ConfidenceSequences(
            challengers, span=MAX_LOSS_DIFFERENCE, alpha=self.alpha / max(challengers, 1)
        )

    def _differences(self, losses: Array) -> Array:
        """(t, m - 1) of the champion's losses (t, m) and the others'."""
        champion = self.names.index(self.champion)
        return losses[:, champion, None] - np.delete(losses, champion, axis=1)
