"""The protocol "descriptions": what a reader wrote, then five likes and five dislikes; how good is the first
page?
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector, Vector
from palate.evaluation.generator import generator
from palate.evaluation.metrics import calibration_gaps, pooled_calibration_error
from palate.evaluation.parallel import OnDone, run_tasks
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.result_row import Metric, ResultRow
from palate.evaluation.summary import Measurements, Statistic, plain_mean, rows_over_readers
from palate.evaluation.systems import DescribedSystem, System, find_maker, prepare
from palate.evaluation.tagged import DescribedTag, TaggedTexts

JUDGED_EACH = 5
STEPS = (0, 2 * JUDGED_EACH)
PAGE = 20
NOTHING = np.zeros(0, dtype=np.int64)

STATISTICS: Mapping[Metric, Statistic] = {
    "precision@20": plain_mean,
    "spread": plain_mean,
    "ece": pooled_calibration_error,
}


class DescriptionSetup(NamedTuple):
    """What all tasks of the replay share."""

    tags: tuple[DescribedTag, ...]
    corpus: ReplayCorpus
    seeds: tuple[int, ...]


def replay_descriptions(
    texts: TaggedTexts,
    systems: Sequence[str],
    *,
    seeds: Sequence[int] = (0,),
    encoder: str = "static",
    workers: int = 1,
    on_done: OnDone | None = None,
    partial: PartialResults | None = None,
) -> list[ResultRow]:
    """Returns rows for each system, k and metric: k is 0, the description alone, and 10, five likes and five
    dislikes more.

    Relevant is what has the tag. Systems that know no description get the judgements alone, and tie before
    them. Likes are drawn among the texts that have the tag, dislikes among the others, with each seed, the
    same for all systems, and are left out of the ranking; what is measured of a tag is the mean over seeds.
    precision@20 is the share of relevant among the 20 best; spread, of calibrated systems, how far their mean
    probability is above that of the median text; the calibration error, of these too, is pooled over all
    texts and tags. Intervals are over tags, n of them. Texts that tie are ordered by a draw. Costs two calls
    of scores per tag, system and seed. Same arguments, same rows, whatever the number of workers. Raises
    UnknownName for a system that is not in SYSTEMS, ValueError for one that scores nan."""
    for name in systems:
        find_maker(name)
    corpus = ReplayCorpus(texts.contents, encoder=encoder)
    if workers > 1:
        prepare(corpus, systems)
    tasks = [(index, name) for index in range(len(texts.tags)) for name in systems]
    setup = DescriptionSetup(texts.tags, corpus, tuple(seeds))
    results = run_tasks(_measure_tag, setup, tasks, workers=workers, on_done=on_done, partial=partial)
    measured: dict[str, list[Measurements]] = {name: [] for name in systems}
    for (_, name), measurements in zip(tasks, results, strict=True):
        measured[name].append(measurements)
    return rows_over_readers("descriptions", texts.name, measured, STEPS, STATISTICS, seeds[0])


def draw_judgements(tagged: BoolVector, rng: np.random.Generator) -> tuple[IntVector, Vector]:
    """Draws rows and likings of five likes and five dislikes, each (10,), in turns."""
    liked = rng.choice(np.flatnonzero(tagged), JUDGED_EACH, replace=False)
    disliked = rng.choice(np.flatnonzero(~tagged), JUDGED_EACH, replace=False)
    return np.stack([liked, disliked], axis=1).ravel(), np.tile([1.0, -1.0], JUDGED_EACH)


def measure_page(
    system: System, tagged: BoolVector, rows: IntVector, likings: Vector, tie_order: IntVector
) -> dict[Metric, Vector]:
    """Measures the first page after some judgements: for each metric the numbers whose mean is taken."""
    scores = system.scores(rows, likings)
    if np.isnan(scores).any():
        raise ValueError(f"the system {system.name!r} gave nan as a score")
    order = np.lexsort((tie_order, -scores))
    ranked = order[np.isin(order, rows, invert=True)]
    page = ranked[:PAGE]
    measured: dict[Metric, Vector] = {"precision@20": np.array([tagged[page].mean()])}
    if system.calibrated:
        measured["spread"] = np.array([scores[page].mean() - np.median(scores[ranked])])
        measured["ece"] = calibration_gaps(tagged[ranked], scores[ranked])
    return measured


def _measure_tag(setup: DescriptionSetup, task: tuple[int, str]) -> Measurements:
    index, name = task
    described = setup.tags[index]
    tag, tagged = described.tag, described.tagged
    sums: dict[tuple[int, Metric], Vector] = {}
    for seed in setup.seeds:
        system = find_maker(name)(setup.corpus, generator(seed, "system", name, tag))
        if isinstance(system, DescribedSystem):
            system.describe(described.description)
        tie_order = generator(seed, "ties", tag).permutation(len(tagged))
        drawn = draw_judgements(tagged, generator(seed, "judgements", tag))
        for k, (rows, likings) in zip(STEPS, [(NOTHING, np.zeros(0)), drawn], strict=True):
            for metric, numbers in measure_page(system, tagged, rows, likings, tie_order).items():
                sums[k, metric] = sums.get((k, metric), np.zeros(1)) + numbers / len(setup.seeds)
    return [(k, metric, total.tolist()) for (k, metric), total in sums.items()]
