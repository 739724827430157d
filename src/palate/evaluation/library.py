"""The protocol "library": readers' collections of likes; from a few of them, find the others among all texts.
n texts.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import IntVector
from palate.evaluation.judgements import Rated
from palate.evaluation.kept import Kept
from palate.evaluation.metrics import ndcg, recall_at_rank, reciprocal_rank
from palate.evaluation.parallel import OnDone
from palate.evaluation.readers import Run, measured_by_system
from palate.evaluation.replay import in_order
from palate.evaluation.row import Metric, Row
from palate.evaluation.seeding import generator
from palate.evaluation.summary import Figures, Statistic, first, rows_over_readers
from palate.evaluation.systems import System, find_maker

STEPS = (1, 5, 10)

STATISTICS: Mapping[Metric, Statistic] = {"recall@100": first, "ndcg@10": first, "mrr": first}


def replay_library(
    rated: Rated,
    systems: Sequence[str],
    *,
    seed: int,
    steps: Sequence[int] = STEPS,
    encoder: str = "static",
    workers: int = 1,
    on_done: OnDone | None = None,
    kept: Kept | None = None,
) -> list[Row]:
    """Rows for each system, step and metric: how high the rest of a reader's likes rank among all texts after
    k of them.

    A like is a rating at or above the reader's own mean, as in replay_ratings; where the file has no ratings
    all are likes. What a reader disliked is not given, and ranks among the others. The k given likes, 1 or
    more, are drawn with the seed, the same for all systems, those of a smaller k among those of a larger;
    they are left out of the ranking. A reader with k likes or fewer is left out at that k, and n says how
    many readers are in a row; a row without any is not there. Texts that tie are ordered by a draw, one for
    each reader. systems names each system once.
    encoder: what makes the vectors that systems go by. kept: where results wait, so that stopped work goes
    on; see kept.py. Costs one call of scores per reader, step and system. Same arguments, same rows, whatever
    the number of workers. Raises UnknownName for a system that is not in SYSTEMS, ValueError for a step below
    1 or a system that scores nan."""
    if min(steps, default=1) < 1:
        raise ValueError(f"a library is found from 1 like or more, got steps {list(steps)}")
    measured = measured_by_system(
        _measure_reader,
        rated,
        systems,
        seed=seed,
        steps=steps,
        encoder=encoder,
        workers=workers,
        on_done=on_done,
        kept=kept,
    )
    return rows_over_readers("library", rated.name, measured, steps, STATISTICS, seed)


def measure(system: System, likes: IntVector, k: int, luck: IntVector) -> dict[Metric, list[float]]:
    """How high the later of a reader's likes, rows in order, rank after the first k; luck, (n,), orders texts
    that tie.
    """
    scores = system.scores(likes[:k], np.ones(k))
    if np.isnan(scores).any():
        raise ValueError(f"the system {system.name!r} gave nan as a score")
    order = np.lexsort((luck, -scores))
    ranked = order[np.isin(order, likes[:k], invert=True)]
    found = np.isin(ranked, likes[k:])
    return {
        "recall@100": [recall_at_rank(found)],
        "ndcg@10": [ndcg(found, -np.arange(len(found), dtype=np.float64))],
        "mrr": [reciprocal_rank(found)],
    }


def _measure_reader(run: Run, task: tuple[int, str]) -> Figures:
    place, name = task
    history = run.histories[place]
    liked = in_order(history, generator(run.seed, "likings", history.reader))
    rows = np.sort(liked[0][liked[1]])
    likes = generator(run.seed, "order", history.reader).permutation(rows)
    luck = generator(run.seed, "ties", history.reader).permutation(len(run.stage.contents))
    system = find_maker(name)(run.stage, generator(run.seed, "system", name, history.reader))
    steps = [k for k in run.steps if k < len(likes)]
    return [
        (k, metric, numbers) for k in steps for metric, numbers in measure(system, likes, k, luck).items()
    ]
