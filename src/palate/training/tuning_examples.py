"""The examples that an encoder is tuned on: triplets from feedback, and what is replayed beside them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from palate.feedback import CrowdFeedback
from palate.parts import Matrix
from palate.training.example_sets import ExampleSet
from palate.training.mining import Triplet, halves, triplets
from palate.training.run.split import stratified

# triplets of an epoch: so many for each like, within these bounds
TRIPLETS_PER_LIKE, MIN_TRIPLETS, MAX_TRIPLETS = 4, 32, 2000
# share of the latest judgements whose triplets choose the weights, and the most of these
CHOOSING_SHARE, MAX_CHOOSING = 0.15, 200
REPLAY_SHARE = 0.25  # examples of each kind that is replayed, for one triplet
MEASURED_STS_SHARE = 0.2  # of given pairs that measure forgetting; the others are replayed
COMPARED_TEXTS = 100  # texts whose similarity to each other is compared before and after


@dataclass(frozen=True)
class TuningExamples:
    """The examples of one tuning.

    trained: triplets, and the sets that are replayed. kept: texts whose vectors should stay. choosing: the
    triplets that choose the weights. sts: pairs that measure forgetting, where some are given. compared:
    texts whose agreement with the start is measured, none of those that are kept.
    """

    trained: list[ExampleSet]
    kept: list[str]
    choosing: ExampleSet
    sts: list[ExampleSet]
    compared: list[str]


def tuning_examples(
    contents: Sequence[str], feedback: CrowdFeedback, vectors: Matrix, sts: ExampleSet | None, seed: int
) -> TuningExamples:
    """Draws the examples of a tuning.

    contents: of n texts. feedback: in the order of time. vectors: (n, d), those that triplets are mined by.
    sts: given pairs. Raises BadValue where there is too little feedback.
    """
    rng = np.random.default_rng(seed)
    learned, latest = _split_latest(feedback)
    n_likes = int((learned.likings > 0).sum())
    n = min(MAX_TRIPLETS, max(MIN_TRIPLETS, TRIPLETS_PER_LIKE * n_likes))
    n_replayed = round(REPLAY_SHARE * n)
    trained = [_triplet_set(contents, islice(triplets(learned, vectors, rng), n))]
    choosing = _triplet_set(contents, islice(triplets(latest, vectors, rng), min(n, MAX_CHOOSING)))
    measured = []
    if pairs := list(islice(halves(contents, rng), n_replayed)):
        trained.append(ExampleSet("pairs", tuple(zip(*pairs, strict=True)), (1.0,) * len(pairs)))
    if sts is not None:
        shares = [1 - MEASURED_STS_SHARE, MEASURED_STS_SHARE]
        replayed, rest = stratified(sts.strata(), shares, seed)
        trained.append(sts.take(rng.permutation(replayed)[: max(1, n_replayed)]))
        measured.append(sts.take(rest))
    drawn = [contents[index] for index in rng.permutation(len(contents))]
    return TuningExamples(
        trained,
        drawn[COMPARED_TEXTS : COMPARED_TEXTS + n_replayed],
        choosing,
        measured,
        drawn[:COMPARED_TEXTS],
    )


def examples_digest(contents: Sequence[str], feedback: CrowdFeedback, sts: ExampleSet | None) -> str:
    """Returns the SHA-256 of all that a tuning learns from."""
    digest = hashlib.sha256()
    for text in (*contents, *(text for column in (sts.texts if sts else ()) for text in column)):
        digest.update(f"{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
    targets = np.array(sts.targets if sts else ())
    for values in (feedback.readers, feedback.indices, feedback.likings, targets):
        digest.update(np.asarray(values, np.float64).tobytes())
    return digest.hexdigest()


def _split_latest(feedback: CrowdFeedback) -> tuple[CrowdFeedback, CrowdFeedback]:
    """Returns what is learned, and the latest share CHOOSING_SHARE of each taste; all of it both times where
    that leaves no two likes.
    """
    latest = np.zeros(len(feedback.readers), np.bool)
    for taste in np.unique(feedback.readers):
        judgements = np.flatnonzero(feedback.readers == taste)
        latest[judgements[len(judgements) - round(CHOOSING_SHARE * len(judgements)) :]] = True
    like_counts = np.unique(feedback.readers[latest & (feedback.likings > 0)], return_counts=True)[1]
    if not any(n > 1 for n in like_counts):
        return feedback, feedback
    return _selected(feedback, ~latest), _selected(feedback, latest)


def _selected(feedback: CrowdFeedback, mask: np.ndarray[Any, np.dtype[np.bool]]) -> CrowdFeedback:
    return CrowdFeedback(
        feedback.readers[mask], feedback.indices[mask], feedback.likings[mask], feedback.n_texts
    )


def _triplet_set(contents: Sequence[str], index_triplets: Iterable[Triplet]) -> ExampleSet:
    columns = zip(*index_triplets, strict=True)
    return ExampleSet("triplets", tuple(tuple(contents[index] for index in column) for column in columns))
