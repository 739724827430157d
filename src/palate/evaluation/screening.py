"""The protocol "screening": a systematic review of n records, in which the record that looks best is read
next.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector
from palate.evaluation.generator import generator
from palate.evaluation.judgements import Review
from palate.evaluation.metrics import (
    average_time_to_discovery,
    bootstrap,
    last_rank,
    loss,
    recall_at_share,
    wss,
)
from palate.evaluation.parallel import OnDone, run_tasks
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.result_row import Difference, Metric, ResultRow
from palate.evaluation.systems import ReplayCorpus, System, find_maker, prepare

ScreeningRuns = Mapping[tuple[str, str, int], BoolVector]
"""By review, system and seed: (m,) whether the i-th record read was an included one, to the last of them."""

METRICS: Mapping[Metric, Callable[[BoolVector, int], float]] = {
    "loss": loss,
    "wss@95": wss,
    "atd": average_time_to_discovery,
    "recall@10%": recall_at_share,
    "last": lambda found, _: last_rank(found),
}


def replay_screening(
    reviews: Sequence[Review],
    systems: Sequence[str],
    *,
    seeds: Sequence[int] = (0,),
    encoder: str = "static",
    workers: int = 1,
    on_done: OnDone | None = None,
    partial: PartialResults | None = None,
) -> list[ResultRow]:
    """Returns rows for each review, system and metric, the mean over one run per seed; n is the number of
    runs.

    With more than one review, rows named "all" follow: the mean of the reviews' means, its interval over
    reviews, n of them. The arguments and the runs are those of screen_reviews."""
    runs = screen_reviews(
        reviews, systems, seeds=seeds, encoder=encoder, workers=workers, on_done=on_done, partial=partial
    )
    return screening_rows(reviews, runs)


def screen_reviews(
    reviews: Sequence[Review],
    systems: Sequence[str],
    *,
    seeds: Sequence[int] = (0,),
    encoder: str = "static",
    workers: int = 1,
    on_done: OnDone | None = None,
    partial: PartialResults | None = None,
) -> ScreeningRuns:
    """Returns a run for each review, system and seed, in this order.

    Each run starts from one included and one excluded record drawn with the seed, the same for all systems,
    and ends when all included ones are found. The two count in no metric. Reviews (by name), systems and
    seeds differ. encoder: what makes the vectors that systems go by. partial: where results wait, so that
    stopped work goes on; see partial_results.py. Costs one call of scores per record read. Same arguments,
    same runs, whatever the number of workers. Raises UnknownName for a system that is not in SYSTEMS."""
    for name in systems:
        find_maker(name)
    shared = {review.name: (review, ReplayCorpus(review.contents, encoder=encoder)) for review in reviews}
    if workers > 1:
        for _, corpus in shared.values():
            prepare(corpus, systems)
    tasks = [(review.name, name, seed) for review in reviews for name in systems for seed in seeds]
    ranks = run_tasks(_screen_review, shared, tasks, workers=workers, on_done=on_done, partial=partial)
    return {task: _relevant(of_included) for task, of_included in zip(tasks, ranks, strict=True)}


def screening_rows(reviews: Sequence[Review], runs: ScreeningRuns) -> list[ResultRow]:
    """Returns rows for each review, system and metric; then, of more than one review, for all."""
    systems = list(dict.fromkeys(name for _, name, _ in runs))
    seeds = list(dict.fromkeys(seed for _, _, seed in runs))
    figures = {
        (review.name, name, metric): [
            measure(runs[review.name, name, seed], len(review.contents) - 2) for seed in seeds
        ]
        for review in reviews
        for name in systems
        for metric, measure in METRICS.items()
    }
    data = [review.name for review in reviews]
    if len(reviews) > 1:
        data.append("all")
        for name in systems:
            for metric in METRICS:
                figures["all", name, metric] = [
                    float(np.mean(figures[review.name, name, metric])) for review in reviews
                ]
    return [
        _row(figures, review_name, name, metric, seeds[0])
        for review_name in data
        for name in systems
        for metric in METRICS
    ]


def draw_priors(included: BoolVector, rng: np.random.Generator) -> IntVector:
    """Draws (2,) rows, of one included and one excluded record."""
    return np.array([rng.choice(np.flatnonzero(included)), rng.choice(np.flatnonzero(~included))])


def screen(system: System, included: BoolVector, priors: IntVector, rng: np.random.Generator) -> IntVector:
    """Returns the rows in the order in which they are read, priors not among them, until all included ones
    are found.

    Of records that tie at the top the first in an order drawn once is read; the order of the file would give
    away much where it is sorted. Raises ValueError for a system that scores nan."""
    n = len(included)
    tie_order = rng.permutation(n)
    rows = np.empty(n, dtype=np.int64)
    rows[: len(priors)] = priors
    likings = np.where(included, 1.0, -1.0)
    unread = np.ones(n, dtype=np.bool_)
    unread[priors] = False
    read = len(priors)
    while (included & unread).any():
        judged = rows[:read]
        scores = np.where(unread, system.scores(judged, likings[judged]), -np.inf)
        best = scores.max()
        if np.isnan(best):
            raise ValueError(f"the system {system.name!r} gave nan as a score")
        top = np.flatnonzero(unread & (scores == best))
        rows[read] = top[tie_order[top].argmin()]
        unread[rows[read]] = False
        read += 1
    return rows[len(priors) : read]


def _screen_review(
    shared: Mapping[str, tuple[Review, ReplayCorpus]], task: tuple[str, str, int]
) -> list[int]:
    """Returns the ranks, from 0, at which the included records were read."""
    data, name, seed = task
    review, corpus = shared[data]
    priors = draw_priors(review.included, generator(seed, "priors", review.name))
    system = find_maker(name)(corpus, generator(seed, "system", name, review.name))
    order = screen(system, review.included, priors, generator(seed, "ties", review.name))
    return [int(rank) for rank in np.flatnonzero(review.included[order])]


def _relevant(ranks: Sequence[int]) -> BoolVector:
    relevant = np.zeros(ranks[-1] + 1, dtype=np.bool_)
    relevant[list(ranks)] = True
    return relevant


def _row(
    figures: Mapping[tuple[str, str, Metric], list[float]], data: str, system: str, metric: Metric, seed: int
) -> ResultRow:
    values = np.array(figures[data, system, metric])
    interval = bootstrap(values, generator(seed, "bootstrap", data, system, metric))
    difference = None
    if system != "palate" and (palate_values := figures.get((data, "palate", metric))):
        difference = Difference(
            *bootstrap(np.array(palate_values) - values, generator(seed, "pairs")), n=len(values)
        )
    return ResultRow(
        "screening", data, system, None, metric, *interval, n=len(values), palate_minus=difference
    )
