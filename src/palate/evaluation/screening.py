"""The protocol "screening": a systematic review again, always reading the record that looks best. n records."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector
from palate.evaluation.judgements import Review
from palate.evaluation.metrics import average_time_to_discovery, bootstrap, last, loss, recall_at, wss
from palate.evaluation.parallel import OnDone, each
from palate.evaluation.row import Metric, Row
from palate.evaluation.seeding import generator
from palate.evaluation.systems import System, find_maker

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
    workers: int = 1,
    on_done: OnDone | None = None,
) -> list[Row]:
    """Rows for each review, system and metric, the mean over one run per seed; n is the number of runs.

    With more than one review, rows named "all" follow: the mean of the reviews' means, its interval over reviews, n of them.
    Each run starts from one included and one excluded record drawn with the seed, the same for all systems, and ends when all
    included ones are found. The two count in no metric. Reviews, systems and seeds differ.
    Costs one call of scores per record read. Same arguments, same rows, whatever the number of workers.
    Raises UnknownName for a system that is not in SYSTEMS.
    """
    for name in systems:
        find_maker(name)
    tasks = [(place, name, seed) for place in range(len(reviews)) for name in systems for seed in seeds]
    founds = dict(zip(tasks, each(_screen_review, tuple(reviews), tasks, workers=workers, on_done=on_done), strict=True))
    rows = []
    means: dict[tuple[str, Metric], list[float]] = {}
    for place, review in enumerate(reviews):
        n_records = len(review.contents) - 2
        for name in systems:
            for metric, measure in METRICS.items():
                runs = [measure(founds[place, name, seed], n_records) for seed in seeds]
                rows.append(_row(review.name, name, metric, runs, seeds[0]))
                means.setdefault((name, metric), []).append(rows[-1].mean)
    if len(reviews) > 1:
        rows += [_row("all", name, metric, values, seeds[0]) for (name, metric), values in means.items()]
    return rows


def draw_priors(included: BoolVector, rng: np.random.Generator) -> IntVector:
    """(2,): the rows of one included and one excluded record."""
    return np.array([rng.choice(np.flatnonzero(included)), rng.choice(np.flatnonzero(~included))])


def screen(system: System, included: BoolVector, priors: IntVector, rng: np.random.Generator) -> IntVector:
    """The rows in the order in which they are read, priors not among them, until all included ones are found.

    Of records that tie at the top the one is read that comes first in an order drawn once; the order of the file would give
    away much where it is sorted. Raises ValueError for a system that scores nan.
    """
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


def _screen_review(reviews: tuple[Review, ...], task: tuple[int, str, int]) -> BoolVector:
    place, name, seed = task
    review = reviews[place]
    priors = draw_priors(review.included, generator(seed, "priors", review.name))
    system = find_maker(name)(review.contents, generator(seed, "system", name, review.name))
    order = screen(system, review.included, priors, generator(seed, "ties", review.name))
    return review.included[order]


def _row(data: str, system: str, metric: Metric, values: Sequence[float], seed: int) -> Row:
    interval = bootstrap(np.array(values), generator(seed, "bootstrap", data, system, metric))
    return Row("screening", data, system, None, metric, *interval, n=len(values))
