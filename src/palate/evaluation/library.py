"""The protocol "library": readers' collections of likes; a few of them are given, the others are
to be found among all n texts.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import IntVector
from palate.evaluation.generator import generator
from palate.evaluation.judgements import RatedTexts
from palate.evaluation.metrics import ndcg, recall_at_rank, reciprocal_rank
from palate.evaluation.parallel import OnDone
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.per_reader import ReplaySetup, measure_by_system
from palate.evaluation.ratings import in_time_order
from palate.evaluation.result_row import Metric, ResultRow
from palate.evaluation.summary import Measurements, Statistic, plain_mean, rows_over_readers
from palate.evaluation.systems import System, find_maker

STEPS = (1, 5, 10, 20)

STATISTICS: Mapping[Metric, Statistic] = {"recall@100": plain_mean, "ndcg@10": plain_mean, "mrr": plain_mean}


def replay_library(
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
    """Returns rows for each system, step and metric: how high the rest of a reader's likes rank among all
    texts after k of them.

    A like is a rating at or above the reader's own mean, as in replay_ratings; where the file has no ratings
    all are likes. What a reader disliked is not given, and ranks among the others. The k given likes, 1 or
    more, are drawn with the seed, the same for all systems, those of a smaller k among those of a larger;
    they are left out of the ranking. A reader with k likes or fewer is left out at that k, and n says how
    many readers are in a row; a row without any is not there. Texts that tie are ordered by a draw, one for
    each reader. systems names each system once. encoder: what makes the vectors that systems go by. partial:
    where results wait, so that stopped work goes on; see partial_results.py. Costs one call of scores per
    reader, step and system. Same arguments, same rows, whatever the number of workers. Raises UnknownName for
    a system that is not in SYSTEMS, ValueError for a step below 1 or a system that scores nan."""
    if min(steps, default=1) < 1:
        raise ValueError(f"a library is found from 1 like or more, got steps {list(steps)}")
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
    return rows_over_readers("library", rated.name, measured, steps, STATISTICS, seed)


def measure(system: System, likes: IntVector, k: int, tie_order: IntVector) -> dict[Metric, list[float]]:
    """Returns how high the later of a reader's likes, rows in order, rank after the first k; tie_order, (n,),
    orders texts that tie.
    """
    scores = system.scores(likes[:k], np.ones(k))
    if np.isnan(scores).any():
        raise ValueError(f"the system {system.name!r} gave nan as a score")
    order = np.lexsort((tie_order, -scores))
    ranked = order[np.isin(order, likes[:k], invert=True)]
    relevant = np.isin(ranked, likes[k:])
    return {
        "recall@100": [recall_at_rank(relevant)],
        "ndcg@10": [ndcg(relevant, -np.arange(len(relevant), dtype=np.float64))],
        "mrr": [reciprocal_rank(relevant)],
    }


def _measure_reader(setup: ReplaySetup, task: tuple[int, str]) -> Measurements:
    reader_index, name = task
    history = setup.histories[reader_index]
    liked = in_time_order(history, generator(setup.seed, "likings", history.reader))
    rows = np.sort(liked[0][liked[1]])
    likes = generator(setup.seed, "order", history.reader).permutation(rows)
    tie_order = generator(setup.seed, "ties", history.reader).permutation(len(setup.corpus.contents))
    system = find_maker(name)(setup.corpus, generator(setup.seed, "system", name, history.reader))
    steps = [k for k in setup.steps if k < len(likes)]
    return [
        (k, metric, numbers)
        for k in steps
        for metric, numbers in measure(system, likes, k, tie_order).items()
    ]
