"""The protocol "ratings": each reader's judgements in time order, each predicted before it is learned."""

from collections.abc import Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector
from palate.evaluation.generator import generator
from palate.evaluation.judgements import History, RatedTexts
from palate.evaluation.metrics import auc, brier, calibration_gaps, ndcg, pooled_calibration_error
from palate.evaluation.parallel import OnDone
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.per_reader import ReplaySetup, measure_by_system
from palate.evaluation.result_row import Metric, ResultRow
from palate.evaluation.summary import Measurements, Statistic, plain_mean, rows_over_readers
from palate.evaluation.systems import System, find_maker

STEPS = (0, 5, 10, 20, 50)

STATISTICS: Mapping[Metric, Statistic] = {
    "auc": plain_mean,
    "ndcg@10": plain_mean,
    "brier": plain_mean,
    "ece": pooled_calibration_error,
}
"""By metric, the figure from the mean over readers of what was measured; see metrics.bootstrap."""


def replay_ratings(
    rated: RatedTexts,
    systems: Sequence[str],
    *,
    seed: int,
    steps: Sequence[int] = STEPS,
    encoder: str = "static",
    workers: int = 1,
    on_done: OnDone | None = None,
    partial: PartialResults | None = None,
) -> list[ResultRow]:
    """Returns rows for each system, step and metric: how well the reader's later texts are told apart after k
    judgements.

    A like is a rating at or above the reader's own mean, over all the reader's ratings; every system is given
    1 or -1. Order is that of time, and at equal times (or without any) random with the seed, the same for all
    systems. A reader with no judgement after the k-th is left out at that k. AUC and nDCG@10 leave out also
    those whose later texts are all liked or all disliked. Brier score and calibration error are only there
    for calibrated systems; the latter is pooled over readers. n says how many readers are in a row; a row
    without any is not there. systems names each system once. encoder: what makes the vectors that systems go
    by. partial: where results wait, so that stopped work goes on; see partial_results.py. Costs one call of
    scores per reader, step and system. Same arguments, same rows, whatever the number of workers. Raises
    UnknownName for a system that is not in SYSTEMS."""
    measured = measure_by_system(
        _measure_reader,
        rated,
        systems,
        seed=seed,
        steps=steps,
        encoder=encoder,
        workers=workers,
        on_done=on_done,
        partial=partial,
    )
    return rows_over_readers("ratings", rated.name, measured, steps, STATISTICS, seed)


def in_time_order(history: History, rng: np.random.Generator) -> tuple[IntVector, BoolVector]:
    """Returns rows in time order, and which of them were liked: each (m,)."""
    order = np.lexsort((rng.random(len(history.rows)), history.times))
    # the mean of equal numbers can come out above them
    liked = history.ratings >= history.ratings.mean() - 1e-9
    return history.rows[order], liked[order]


def measure(system: System, rows: IntVector, liked: BoolVector, k: int) -> dict[Metric, list[float]]:
    """Measures what the first k of (m,) judgements teach about the others, k below m: one number for each
    metric, the gaps for ece.
    """
    scores = system.scores(rows[:k], np.where(liked[:k], 1.0, -1.0))[rows[k:]]
    later = liked[k:]
    measured: dict[Metric, list[float]] = {}
    if later.any() and not later.all():
        measured["auc"] = [auc(later, scores)]
        measured["ndcg@10"] = [ndcg(later, scores)]
    if system.calibrated:
        measured["brier"] = [brier(later, scores)]
        measured["ece"] = calibration_gaps(later, scores).tolist()
    return measured


def _measure_reader(setup: ReplaySetup, task: tuple[int, str]) -> Measurements:
    reader_index, name = task
    history = setup.histories[reader_index]
    rows, liked = in_time_order(history, generator(setup.seed, "order", history.reader))
    system = find_maker(name)(setup.corpus, generator(setup.seed, "system", name, history.reader))
    steps = [k for k in setup.steps if k < len(rows)]
    return [
        (k, metric, numbers) for k in steps for metric, numbers in measure(system, rows, liked, k).items()
    ]
