"""Trial: how well readers are served with these vectors or those, on what they said later. n texts, d
dims.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from palate.adapt.held_out import Heard, learned
from palate.evaluation.metrics import Interval, auc, bootstrap
from palate.feature.crowd import Crowd, make_crowd
from palate.feature.terms import hash_terms
from palate.features import Terms
from palate.learner import DESCRIPTION_WEIGHT
from palate.parts import Matrix, Vector
from palate.taste.choose import make_contest
from palate.taste.scoreboard import log_loss
from palate.threads import one_thread
from palate.workspace.corpus import Space
from palate.workspace.crowd import JUDGEMENTS, READERS

MANY = 10  # tastes from which on they are what is drawn anew for an interval; of fewer their judgements are


@dataclass(frozen=True, eq=False)
class Served:
    """What came of one set of vectors. losses: for each taste that was judged (h,) log losses, in nats a
    held-out judgement.

    aucs: of the tastes whose held-out judgements are of both kinds.
    """

    losses: tuple[Vector, ...]
    aucs: tuple[float, ...]

    @property
    def loss(self) -> float:
        return float(np.concatenate(self.losses).mean())

    @property
    def auc(self) -> float:
        """Mean over tastes; nan where none has both kinds."""
        return float(np.mean(self.aucs)) if self.aucs else float("nan")


@dataclass(frozen=True, eq=False)
class Trial:
    """What is the same whatever the vectors: contents of n texts, what tastes said, and which of those are
    judged.
    """

    contents: Sequence[str]
    heard: Sequence[Heard]
    judged: Sequence[int]
    terms: Terms = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", hash_terms(self.contents))

    @property
    def held(self) -> int:
        """How many judgements are predicted."""
        return sum(self.heard[place].held for place in self.judged)

    def serve(
        self,
        vectors: Matrix,
        encode: Callable[[Sequence[str]], Matrix],
        progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Served:
        """Replay every judged taste on (n, d) vectors as a reader is served: its contest, and the crowd where
        there is one.

        encode: makes such vectors of what readers wrote. The crowd is learned from what is learned of all
        tastes, nothing that is predicted. Costs about 20 ms a held-out judgement."""
        losses, aucs = [], []
        with one_thread():
            space = Space(vectors, self.terms, crowd=self._crowd())
            for done, place in enumerate(self.judged, 1):
                one = self.heard[place]
                logits = self._predicted(one, space, encode)
                liked = one.likings[one.cut :] > 0
                losses.append(log_loss(logits, (1 + one.likings[one.cut :]) / 2))
                if liked.any() and not liked.all():
                    aucs.append(auc(liked, logits.astype(np.float64)))
                progress(done, len(self.judged))
        return Served(tuple(losses), tuple(aucs))

    def _predicted(self, one: Heard, space: Space, encode: Callable[[Sequence[str]], Matrix]) -> Vector:
        """(h,) log odds of the blend, before each held-out judgement."""
        taste = make_contest(one.kind, space.background)
        if one.described:
            words, likings = (
                [word for word, _ in one.described],
                np.array([liking for _, liking in one.described]),
            )
            said = space.features(encode(words), hash_terms(words))
            taste.relearn(
                said,
                likings,
                np.full(len(words), DESCRIPTION_WEIGHT),
                np.full((len(words), len(taste.names)), np.nan),
            )
        features = space.corpus[one.places]
        taste.relearn(
            features[: one.cut],
            one.likings[: one.cut],
            np.ones(one.cut),
            np.full((one.cut, len(taste.names)), np.nan),
        )
        taste.learn(features[one.cut :], one.likings[one.cut :], np.ones(one.held))
        return taste.board.blended

    def _crowd(self) -> Callable[[Matrix], Crowd] | None:
        """What makes the crowd, where as many readers as it takes have said enough in what is learned."""
        public = [one for one in self.heard if not one.private and one.cut]
        each = Counter[str]()
        for one in public:
            each[one.reader] += one.cut
        if sum(count >= JUDGEMENTS for count in each.values()) < READERS:
            return None
        said = learned(public, len(self.contents))
        return lambda rows: make_crowd(said, rows)


def gain(before: Served, after: Served, rng: np.random.Generator) -> Interval:
    """How much lower the loss is after, in nats a judgement, with the 95 % interval of the paired bootstrap.

    With MANY tastes or more these are drawn, as judgements of one taste are alike; else the judgements.
    """
    falls = [old - new for old, new in zip(before.losses, after.losses, strict=True)]
    if len(falls) < MANY:
        return bootstrap(np.concatenate(falls), rng)
    sums = np.array([(fall.sum(), len(fall)) for fall in falls])
    return bootstrap(sums, rng, statistic=lambda means: np.asarray(means[..., 0] / means[..., 1]))
