"""TopK: the best of a corpus under a linear taste, without reading all of it at each judgement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from palate.parts import Rows, Vector
from palate.weights import Weights
from palate.workspace.change import change_of, length_of
from palate.workspace.corpus import Corpus, Mask
from palate.workspace.shortlist import Shortlist

# texts that are scored at each judgement: of a corpus of no more the best are always proven; of a larger one
# these are the best of the last pass, and the next may be made in the background
SCANNED_TEXTS = 20_000
# texts beside those that may be scored one by one: beyond it the answer is no longer proven
POSSIBLE_TEXTS = 1_000
LISTED_SHARE = 0.05  # of the scanned texts, the most that may be asked for without a pass
RESCORED_SHARE = 0.2  # of the scanned texts, the most that are scored one by one rather than all of them
SAME_WEIGHTS = 1e-6  # change of the weights, as a share of their length, that is due to rounding
SIMILAR_WEIGHTS = 0.02  # and up to which old scores do for asking
# change of the weights, as a share of their length, above which the best may be far down the last pass
DRIFT = 0.25
ROUNDING = 1e-5  # what sums in single precision may be off by, as a share of the length of the weights


class Best(NamedTuple):
    """Indices of at least the n best, in no order. exact: proven to hold all of the n best."""

    indices: Rows
    exact: bool


@dataclass(frozen=True, eq=False)
class Pass:
    """The scores (n,) of all texts under some weights, each off by `slack` at most.

    shortlist: the best candidates of a large corpus, to be scored again.
    """

    corpus: Corpus
    weights: Mapping[str, Weights]
    scores: Vector
    slack: float
    shortlist: Shortlist | None = None

    def listed(self, candidates: Mask) -> "Pass":
        """Returns the pass with a shortlist of its best candidates."""
        best = _largest(np.where(candidates, self.scores, -np.inf), SCANNED_TEXTS)
        return replace(self, shortlist=Shortlist(self.corpus, np.sort(best)))


class TopK:
    """The texts with the highest scores, the sum over blocks of row @ weights, brought up to date at little
    cost.

    A pass over all texts gives every score. After a judgement weights have changed a little, and of a large
    corpus only the best 20,000 of the last pass are scored again. What the weights share with those of the
    pass scales the scores of all others, and the rest moves a text by no more than the length of the change
    times that of the text's row, block by block (Cauchy-Schwarz). Each text whose bound reaches the n-th best
    is scored too. Where that leaves none out the answer is proven; where too many could still be best, the
    answer says that it is not exact, and the next pass is made in the background (`pass_is_due`).

    A pass costs 0.4 to 0.6 microseconds a text on one core, an answer without one 10 ms and 10 ns a text;
    memory is 4 bytes a text, and 18 MB for a large corpus. The shortlist itself is bounded in the same way by
    the scores that it last had: most judgements move few of its texts far enough to be scored again.
    Source: the threshold algorithm of Fagin, Lotem and Naor (2003) in spirit: stop when no bound beats what
    is known."""

    def __init__(self) -> None:
        self._pass: Pass | None = None
        self.pass_is_due = False

    @property
    def nbytes(self) -> int:
        """Bytes of memory held."""
        made = self._pass
        return 0 if made is None else made.scores.nbytes + (made.shortlist.nbytes if made.shortlist else 0)

    def best(
        self,
        corpus: Corpus,
        weights: Mapping[str, Weights],
        shift: Vector | None,
        candidates: Mask,
        n: int,
        *,
        exact: bool = False,
    ) -> Best:
        """Returns at least n of the candidates (all, if there are no more): those with the largest scores.

        shift: (n texts,) goes onto the scores; None is 0. candidates: (n texts,). exact: whether to pass over
        all texts rather than give an answer that is not proven."""
        if np.count_nonzero(candidates) <= n:
            return Best(np.flatnonzero(candidates), True)
        length = length_of(weights)
        if not length:  # only the shift says anything: of equal texts the last are as good as any
            values = np.zeros(len(corpus)) if shift is None else shift
            return Best(_largest(np.where(candidates, values, -np.inf), n), True)
        wanted = _Wanted(corpus, weights, shift, candidates, n, ROUNDING * length)
        made = self._extended(corpus)
        if made is not None:
            factor, changes = change_of(weights, made.weights)
            drift = float(np.linalg.norm(list(changes.values()))) / length
            if drift <= SAME_WEIGHTS:
                slack = abs(factor) * made.slack + wanted.rounding
                return wanted.of_pass(np.float32(factor) * made.scores, slack)
            if len(corpus) > SCANNED_TEXTS and (exact or drift <= DRIFT):
                near = self._near(wanted, made, factor, changes, exact)
                if near is not None:
                    return near
        made = self.scan(corpus, weights)
        return wanted.of_pass(made.scores, made.slack)

    def estimates(self, corpus: Corpus, weights: Mapping[str, Weights]) -> Vector:
        """Returns (n,) scores of all texts, of the last pass where weights have hardly changed since."""
        made = self._extended(corpus)
        if made is not None:
            factor, changes = change_of(weights, made.weights)
            if float(np.linalg.norm(list(changes.values()))) <= SIMILAR_WEIGHTS * length_of(weights):
                return np.float32(factor) * made.scores
        return self.scan(corpus, weights).scores

    def scan(self, corpus: Corpus, weights: Mapping[str, Weights]) -> Pass:
        """Passes over all texts and keeps their scores. The shortlist is left to the next use, if there is
        one."""
        made = Pass(corpus, dict(weights), *corpus.scores(weights))
        self.take(made)
        return made

    @staticmethod
    def made(corpus: Corpus, weights: Mapping[str, Weights], candidates: Mask) -> Pass:
        """Passes over all texts, by one thread, and keeps nothing: it may be called beside other uses."""
        made = Pass(corpus, dict(weights), *corpus.scores(weights, threads=1))
        return made.listed(candidates) if len(corpus) > SCANNED_TEXTS else made

    def take(self, made: Pass) -> None:
        """Keeps a pass that was made elsewhere."""
        self._pass, self.pass_is_due = made, False

    def _near(
        self, wanted: "_Wanted", made: Pass, factor: float, changes: Mapping[str, float], exact: bool
    ) -> Best | None:
        """Returns the best by the shortlist of the last pass; None where a new pass is to be made first."""
        if made.shortlist is None:
            self._pass = made = made.listed(wanted.candidates)
        shortlist = made.shortlist
        assert shortlist is not None
        listed = shortlist.indices[wanted.candidates[shortlist.indices]]
        if wanted.n > LISTED_SHARE * len(listed):
            return None
        first = self._of_shortlist(wanted, shortlist)
        level = _nth_largest(first.scores, wanted.n)
        bounds = np.float32(factor) * made.scores
        bounds += np.float32(abs(factor) * made.slack + 2 * wanted.rounding)
        for name, change in changes.items():
            if change and name in wanted.corpus.lengths:
                bounds += np.float32(change) * wanted.corpus.lengths[name]
        if wanted.shift is not None:
            bounds += wanted.shift
        possible = (bounds >= level) & wanted.candidates
        possible[shortlist.indices] = False
        others = np.flatnonzero(possible)
        proven = len(others) <= POSSIBLE_TEXTS
        if not proven and exact:
            return None
        if not proven:
            self.pass_is_due = True
            others = others[_largest(bounds[others], POSSIBLE_TEXTS)]
        indices = np.concatenate([first.indices, others])
        scores = np.concatenate([first.scores, wanted.scores_at(others)])
        return Best(indices[scores >= _nth_largest(scores, wanted.n) - wanted.rounding], proven)

    def _of_shortlist(self, wanted: "_Wanted", shortlist: Shortlist) -> "_Scored":
        """Returns the best of the shortlist: those whose bounds, by the scores that it last had, reach the
        n-th best; where these are many, by new scores of all of it."""
        bounds = shortlist.bounds(wanted.corpus, wanted.weights)
        first = wanted.of_bounds(shortlist.indices, *bounds) if bounds is not None else None
        if first is not None:
            return first
        return wanted.of(shortlist.indices, *shortlist.scores(wanted.corpus, wanted.weights))

    def _extended(self, corpus: Corpus) -> Pass | None:
        """Returns the last pass with the scores of texts that came since; None where it is of other
        indices.
        """
        made = self._pass
        if made is None or made.corpus.layout is not corpus.layout:
            return None
        if made.corpus.crowd_source != corpus.crowd_source:
            return None
        if len(made.scores) < len(corpus):
            scores, slack = corpus.scores(made.weights, first=len(made.scores))
            scores, slack = np.concatenate([made.scores, scores]), max(made.slack, slack)
            self._pass = made = replace(made, corpus=corpus, scores=scores, slack=slack)
        return made


class _Scored(NamedTuple):
    """Texts with their scores, to single precision; those not among them are not among the n best."""

    indices: Rows
    scores: Vector


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What is asked for: see `TopK.best`. rounding: what a score may be off by."""

    corpus: Corpus
    weights: Mapping[str, Weights]
    shift: Vector | None
    candidates: Mask
    n: int
    rounding: float

    def of_pass(self, scores: Vector, slack: float) -> Best:
        """Returns the best of all texts by their scores (n texts,), each off by `slack` at most."""
        found = self.of(np.arange(len(scores)), scores, slack)
        return Best(found.indices, True)

    def of(self, indices: Rows, scores: Vector, slack: float) -> _Scored:
        """Returns the best of some texts, about n, by their scores, each off by `slack` at most."""
        scores = self._shown(indices, scores)
        likely = indices[scores >= _nth_largest(scores, self.n) - 2 * (slack + self.rounding)]
        return self._best_of(likely)

    def of_bounds(self, indices: Rows, scores: Vector, slack: Vector) -> _Scored | None:
        """Returns the same where each score has a slack (m,) of its own; None where that leaves too many."""
        scores = self._shown(indices, scores)
        likely = _largest(scores, 2 * self.n)
        level = _nth_largest(self.scores_at(indices[likely]), self.n)
        likely = np.flatnonzero(scores + slack >= level - 2 * self.rounding)
        return self._best_of(indices[likely]) if len(likely) <= RESCORED_SHARE * len(indices) else None

    def _shown(self, indices: Rows, scores: Vector) -> Vector:
        """Returns the scores of texts as they are ranked: shifted, and none of those that are not shown."""
        if self.shift is not None:
            scores = scores + self.shift[indices]
        return np.where(self.candidates[indices], scores, -np.inf)

    def _best_of(self, likely: Rows) -> _Scored:
        exact = self.scores_at(likely)
        kept = _largest(exact, self.n + POSSIBLE_TEXTS)
        kept = kept[exact[kept] >= _nth_largest(exact, self.n) - self.rounding]
        return _Scored(likely[kept], exact[kept])

    def scores_at(self, indices: Rows) -> Vector:
        """Returns the scores of some texts, from their whole vectors."""
        scores = self.corpus.scores_at(self.weights, indices)
        return scores if self.shift is None else scores + self.shift[indices]


def _largest(values: Vector, n: int) -> Rows:
    """Returns the indices of the n largest values, of equal ones the last, all if there are no more; none of
    -inf.
    """
    if len(values) <= n:
        return np.flatnonzero(values > -np.inf)
    level = np.partition(values, len(values) - n)[len(values) - n]
    above = np.flatnonzero(values > level)
    equal = np.flatnonzero(values == level)
    chosen = np.concatenate([above, equal[len(equal) - (n - len(above)) :]])
    return np.asarray(chosen[values[chosen] > -np.inf])


def _nth_largest(values: Vector, n: int) -> float:
    return float(np.partition(values, len(values) - n)[len(values) - n])
