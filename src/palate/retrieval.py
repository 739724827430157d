"""Retrieval: which texts one call of a reader may show, the best of them, and those among which to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from palate.features import Features
from palate.learner import Learner
from palate.parts import Rows, Vector
from palate.rule import Rule
from palate.rules.matcher import Effect, shifted
from palate.text_filter import NO_FILTER, TextFilter
from palate.workspace.corpus import Corpus, Mask
from palate.workspace.top import TopK
from palate.workspace.workspace import Workspace

NONLINEAR_TEXTS = 300  # best by what is linear in a taste, among which all of it decides


@dataclass(frozen=True, eq=False)
class View:
    """What one call goes by. rules: the accepted ones. effect: theirs on the corpus. candidates: (n texts,)
    which may be shown. filtered: whether a filter leaves some out.
    """

    corpus: Corpus
    rules: Sequence[Rule]
    effect: Effect
    candidates: Mask
    filtered: bool = False


class Retrieval:
    """The candidates of one taste. Hold the lock of the learner from `view` to the last use of the view."""

    def __init__(self, workspace: Workspace, learner: Learner) -> None:
        self._workspace, self._learner = workspace, learner

    def view(self, *, all: bool, only: TextFilter = NO_FILTER) -> View:
        """Returns the corpus, what rules do to it and which texts may be shown: unless `all`, of groups
        without a judgement; those that a filter keeps.
        """
        corpus, rules = self._learner.corpus(), self._learner.rules
        effect = self._workspace.rules.effect(rules, corpus.rows)
        candidates = corpus.shown.copy()
        candidates[effect.blocked_indices] = False
        if not all:
            candidates[corpus.indices_of(list(self._learner.verdicts))] = False
        allowed = only.allowed(self._workspace, corpus)
        if allowed is not None:
            candidates &= allowed
        return View(corpus, rules, effect, candidates, allowed is not None)

    def best(self, view: View, n: int, *, exact: bool) -> tuple[Rows, bool]:
        """Returns the indices of at least the n best candidates, in no order, and whether that is proven."""
        corpus, taste = view.corpus, self._learner.taste
        nonlinear = bool(taste.nonlinear_shares(corpus.no_features))
        n = max(n, NONLINEAR_TEXTS) if nonlinear else n
        weights, shift = taste.explain()[1], _shift(view)
        # what is listed for the next time is listed among all texts
        top = TopK() if view.filtered else self._learner.top
        best = top.best(corpus, weights, shift, view.candidates, n, exact=exact)
        if top.pass_is_due:
            self._pass_aside(view)
        kept = view.effect.kept_indices[view.candidates[view.effect.kept_indices]]
        if len(kept) > n:
            kept = kept[np.argsort(-corpus.scores_at(weights, kept), kind="stable")[:n]]
        found = np.zeros(len(corpus), np.bool_)
        found[best.indices] = found[kept] = True
        return np.flatnonzero(found), best.exact

    def askable(self, view: View, pool: str, n: int, rng: np.random.Generator) -> Rows:
        """Returns the indices of about n candidates among which to ask, ascending. pool: of a question."""
        if pool == "best":
            return np.sort(self.best(view, n, exact=False)[0])
        candidates = np.flatnonzero(view.candidates)
        if pool == "all":
            return np.sort(rng.permutation(candidates)[:n])
        base, weights = self._learner.taste.explain()
        scores = self._learner.top.estimates(view.corpus, weights)[candidates]
        scores = base + scores + view.effect.added(candidates)
        return np.sort(candidates[_nearest_to_even(scores, n)])

    def turns(self, view: View, features: Features) -> tuple[Rows, Rows]:
        """Returns (m,) which of the reader's k interests each of m texts fits best, and (k,) how many of each
        were judged; empty for a reader who wrote of one or none.
        """
        description, corpus = self._learner.description, view.corpus
        if description is None or len(description.liked) < 2:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        judged = corpus.features(corpus.indices_of(list(self._learner.verdicts)))
        asked = np.bincount(description.interests(judged), minlength=len(description.liked))
        return description.interests(features), asked

    def value(self, view: View, indices: Rows) -> tuple[Vector, Vector]:
        """Returns means and sds, each (m,), of stored texts, boosts included."""
        mean, sd = self._learner.taste.value(view.corpus.features(indices))
        return shifted(mean, sd, view.effect.added(indices))

    def _pass_aside(self, view: View) -> None:
        learner, weights = self._learner, self._learner.taste.explain()[1]

        def passed() -> None:
            made = learner.top.made(view.corpus, weights, view.candidates)
            with learner.lock:
                learner.top.take(made)

        self._workspace.passes.begin(passed)


def _shift(view: View) -> Vector | None:
    """Returns what boosts add to the score of each text; None where there are none."""
    if not len(view.effect.boosts):
        return None
    shift = np.zeros(len(view.corpus), np.float32)
    shift[view.effect.boosted_indices] = view.effect.boosts
    return shift


def _nearest_to_even(logits: Vector, n: int) -> Rows:
    """Returns the indices of the n logits nearest to 0; of equal ones the last."""
    return np.lexsort((-np.arange(len(logits)), np.abs(logits)))[:n]
