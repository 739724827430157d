"""The protocol "screening": a systematic review again, always reading the record that looks best. n
records.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector
from palate.evaluation.judgements import Review
from palate.evaluation.kept import Kept
from palate.evaluation.metrics import average_time_to_discovery, bootstrap, last, loss, recall_at, wss
from palate.evaluation.parallel import OnDone, each
from palate.evaluation.row import Difference, Metric, Row
from palate.evaluation.seeding import generator
from palate.evaluation.systems import Stage, System, find_maker

Runs = Mapping[tuple[str, str, int], BoolVector]
"""By review, system and seed: (m,) whether the i-th record read was an included one, to the last of them."""

METRICS: Mapping[Metric, Callable[[BoolVector, int], float]] = {
    "loss": loss,
    "wss@95": wss,
    "atd": average_time_to_discovery,
    "recall@10%": recall_at,
    "last": lambda found, _: last(found),
}


def replay_screening(
    reviews: Sequence[Review],
    systems: Sequence[str],
    *,
    seeds: Sequence[int] = (0,),
    encoder: str = "static",
    workers: int = 1,
    on_done: OnDone | None = None,
    kept: Kept | None = None,
) -> list[Row]:
    """Rows for each review, system and metric, the mean over one run per seed; n is the number of runs.

    With more than one review, rows named "all" follow: the mean of the reviews' means, its interval over
    reviews, n of them. The arguments and the runs are those of screen_reviews."""
    runs = screen_reviews(
        reviews, systems, seeds=seeds, encoder=encoder, workers=workers, on_done=on_done, kept=kept
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
    kept: Kept | None = None,
) -> Runs:
    """A run for each review, system and seed, in this order.

    Each run starts from one included and one excluded record drawn with the seed, the same for all systems,
    and ends when all included ones are found. The two count in no metric. Reviews (by name), systems and
    seeds differ. encoder: what makes the vectors that systems go by. kept: where results wait, so that
    stopped work goes on; see kept.py. Costs one call of scores per record read. Same arguments, same runs,
    whatever the number of workers. Raises UnknownName for a system that is not in SYSTEMS."""
    for name in systems:
        find_maker(name)
    shared = {review.name: (review, Stage(review.contents, encoder=encoder)) for review in reviews}
    if workers > 1:
        for _, stage in shared.values():
            _ = stage.space  # made here, once for all workers
    tasks = [(review.name, name, seed) for review in reviews for name in systems for seed in seeds]
    ranks = each(_screen_review, shared, tasks, workers=workers, on_done=on_done, kept=kept)
    return {task: _found(places) for task, places in zip(tasks, ranks, strict=True)}


def screening_rows(reviews: Sequence[Review], runs: Runs) -> list[Row]:
    """Rows for each review, system and metric; then, of more than one review, for all."""
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
        _row(figures, place, name, metric, seeds[0])
        for place in data
        for name in systems
        for metric in METRICS
    ]


def draw_priors(included: BoolVector, rng: np.random.Generator) -> IntVector:
    """(2,): the rows of one included and one excluded record."""
    return np.array([rng.choice(np.flatnonzero(included)), rng.choice(np.flatnonzero(~included))])


def screen(system: System, included: BoolVector, priors: IntVector, rng: np.random.Generator) -> IntVector:
    """The rows in the order in which they are read, priors not among them, until all included ones are found.

    Of records that tie at the top the one is read that comes first in an order drawn once; the order of the
    file would give away much where it is sorted. Raises ValueError for a system that scores nan."""
    n = len(included)
    luck = rng.permutation(n)
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
        rows[read] = top[luck[top].argmin()]
        unread[rows[read]] = False
        read += 1
    return rows[len(priors) : read]


def _screen_review(shared: Mapping[str, tuple[Review, Stage]], task: tuple[str, str, int]) -> list[int]:
    """The ranks, from 0, at which the included records were read."""
    data, name, seed = task
    review, stage = shared[data]
    priors = draw_priors(review.included, generator(seed, "priors", review.name))
    system = find_maker(name)(stage, generator(seed, "system", name, review.name))
    order = screen(system, review.included, priors, generator(seed, "ties", review.name))
    return [int(rank) for rank in np.flatnonzero(review.included[order])]


def _found(ranks: Sequence[int]) -> BoolVector:
    found = np.zeros(ranks[-1] + 1, dtype=np.bool_)
    found[list(ranks)] = True
    return found


def _row(
    figures: Mapping[tuple[str, str, Metric], list[float]], data: str, system: str, metric: Metric, seed: int
) -> Row:
    values = np.array(figures[data, system, metric])
    interval = bootstrap(values, generator(seed, "bootstrap", data, system, metric))
    difference = None
    if system != "palate" and (served := figures.get((data, "palate", metric))):
        difference = Difference(
            *bootstrap(np.array(served) - values, generator(seed, "pairs")), n=len(values)
        )
    return Row("screening", data, system, None, metric, *interval, n=len(values), palate_minus=difference)
