"""A replay over readers: every system for every reader, and what was measured of each."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from palate.evaluation.judgements import History, RatedTexts
from palate.evaluation.parallel import OnDone, run_tasks
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.summary import Measurements
from palate.evaluation.systems import find_maker, prepare


class ReplaySetup(NamedTuple):
    """What all tasks of a replay over readers share."""

    histories: tuple[History, ...]
    corpus: ReplayCorpus
    seed: int
    steps: tuple[int, ...]


def measure_by_system(
    measure: Callable[[ReplaySetup, tuple[int, str]], Measurements],
    rated: RatedTexts,
    systems: Sequence[str],
    *,
    seed: int,
    steps: Sequence[int],
    encoder: str,
    workers: int,
    on_done: OnDone | None,
    partial: PartialResults | None,
) -> dict[str, list[Measurements]]:
    """Returns the measurements of each system, one for each reader in their order. measure: is given (index
    of the reader, name of the system).

    Raises UnknownName for a system that is not in SYSTEMS.
    """
    for name in systems:
        find_maker(name)
    tasks = [(index, name) for index in range(len(rated.histories)) for name in systems]
    corpus = ReplayCorpus(rated.contents, rated.crowd, encoder)
    if workers > 1:
        prepare(corpus, systems)
    setup = ReplaySetup(rated.histories, corpus, seed, tuple(steps))
    results = run_tasks(measure, setup, tasks, workers=workers, on_done=on_done, partial=partial)
    measured: dict[str, list[Measurements]] = {name: [] for name in systems}
    for (_, name), measurements in zip(tasks, results, strict=True):
        measured[name].append(measurements)
    return measured
