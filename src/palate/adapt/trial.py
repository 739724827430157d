"""EncoderTrial: how well readers are served with the vectors of an encoder, on their held-out judgements. n
texts, d dims.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from palate.adapt.held_out import TasteHistory, training_feedback
from palate.description.description import describe
from palate.description.feedback import best_in
from palate.description.interests import read_interests
from palate.evaluation.metrics import Interval, auc, bootstrap
from palate.feature.crowd import Crowd, make_crowd
from palate.feature.terms import hash_terms
from palate.features import Terms
from palate.parts import Matrix, Vector
from palate.taste.choose import make_contest
from palate.taste.scoreboard import log_loss
from palate.threads import use_one_blas_thread
from palate.workspace.crowd import MIN_READERS, MIN_TEXTS
from palate.workspace.fitting import FittedTexts, fit_texts

# from so many tastes on an interval draws tastes anew; of fewer it draws their judgements
MIN_DRAWN_TASTES = 10

Encode = Callable[[Sequence[str]], Matrix]


@dataclass(frozen=True, eq=False)
class TrialResult:
    """The outcome of a replay with one set of vectors.

    losses: for each taste that was judged (h,) log losses, in nats a held-out judgement. aucs: of the tastes
    whose held-out judgements are of both kinds.
    """

    losses: tuple[Vector, ...]
    aucs: tuple[float, ...]

    @property
    def loss(self) -> float:
        """The mean log loss over all held-out judgements."""
        return float(np.concatenate(self.losses).mean())

    @property
    def auc(self) -> float:
        """The mean over tastes; nan where none has both kinds."""
        return float(np.mean(self.aucs)) if self.aucs else float("nan")


@dataclass(frozen=True, eq=False)
class EncoderTrial:
    """The part of a trial that is the same for all vectors: contents of n texts, the histories of tastes, and
    the indices of the tastes that are judged.
    """

    contents: Sequence[str]
    histories: Sequence[TasteHistory]
    judged: Sequence[int]
    terms: Terms = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", hash_terms(self.contents))

    @property
    def n_held_out(self) -> int:
        """How many judgements are predicted."""
        return sum(self.histories[taste].n_held_out for taste in self.judged)

    @property
    def tells_apart(self) -> bool:
        """Whether a taste that is judged has both likes and dislikes to predict: else no figure tells what
        is better.
        """
        held_out = [self.histories[taste] for taste in self.judged]
        likings = [history.likings[history.n_learned :] for history in held_out]
        return any((kinds > 0).any() and (kinds < 0).any() for kinds in likings)

    def replay(
        self, vectors: Matrix, encode: Encode, progress: Callable[[int, int], None] = lambda *_: None
    ) -> TrialResult:
        """Replays every judged taste on (n, d) vectors as a reader is served: its contest, and the crowd
        where there is one.

        encode: makes such vectors of the descriptions that readers wrote. The crowd is learned from the
        training feedback of all tastes, nothing that is predicted. Costs about 20 ms a held-out judgement.
        """
        losses, aucs = [], []
        use_one_blas_thread()
        texts = fit_texts(vectors, self.terms, crowd=self._crowd())
        for done, taste in enumerate(self.judged, 1):
            history = self.histories[taste]
            logits = self._predicted(history, texts, encode)
            likings = history.likings[history.n_learned :]
            losses.append(log_loss(logits, (1 + likings) / 2))
            liked = likings > 0
            if liked.any() and not liked.all():
                aucs.append(auc(liked, logits.astype(np.float64)))
            progress(done, len(self.judged))
        return TrialResult(tuple(losses), tuple(aucs))

    def _predicted(self, history: TasteHistory, texts: FittedTexts, encode: Encode) -> Vector:
        """Returns (h,) log odds of the blend, before each held-out judgement."""
        wrote = [
            "\n".join(words for words, liking in history.descriptions if liking == side) for side in (1, -1)
        ]
        interests, description = read_interests(*wrote), None
        if any(interests):
            description = describe(interests, texts.space, encode, best_in(texts.corpus))
        contest = make_contest(history.kind, texts.background, description=description)
        n = history.n_learned
        features = texts.corpus[history.indices]
        contest.relearn(
            features[:n], history.likings[:n], np.ones(n), np.full((n, len(contest.names)), np.nan)
        )
        contest.learn(features[n:], history.likings[n:], np.ones(history.n_held_out))
        return contest.scoreboard.blended

    def _crowd(self) -> Callable[[Matrix], Crowd] | None:
        """Returns what makes the crowd, where enough readers have judged enough in the training feedback."""
        public = [history for history in self.histories if not history.private and history.n_learned]
        counts = Counter[str]()
        for history in public:
            counts[history.reader] += history.n_learned
        if sum(count >= MIN_TEXTS for count in counts.values()) < MIN_READERS:
            return None
        feedback = training_feedback(public, len(self.contents))
        return lambda rows: make_crowd(feedback, rows)


def gain(before: TrialResult, after: TrialResult, rng: np.random.Generator) -> Interval:
    """Returns how much lower the loss is after, in nats a judgement, with the 95 % interval of the paired
    bootstrap.

    With MIN_DRAWN_TASTES tastes or more these are drawn, as judgements of one taste are alike; else the
    judgements.
    """
    reductions = [old - new for old, new in zip(before.losses, after.losses, strict=True)]
    if len(reductions) < MIN_DRAWN_TASTES:
        return bootstrap(np.concatenate(reductions), rng)
    sums = np.array([(reduction.sum(), len(reduction)) for reduction in reductions])
    return bootstrap(sums, rng, statistic=lambda means: np.asarray(means[..., 0] / means[..., 1]))
