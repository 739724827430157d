"""The run of a replay over readers: every system for every reader, and what was measured of each."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from palate.evaluation.judgements import History, Rated
from palate.evaluation.kept import Kept
from palate.evaluation.parallel import OnDone, each
from palate.evaluation.stage import Stage
from palate.evaluation.summary import Figures
from palate.evaluation.systems import find_maker


class Run(NamedTuple):
    """What all readers of a replay share."""

    histories: tuple[History, ...]
    stage: Stage
    seed: int
    steps: tuple[int, ...]


def measured_by_system(
    measure: Callable[[Run, tuple[int, str]], Figures],
    rated: Rated,
    systems: Sequence[str],
    *,
    seed: int,
    steps: Sequence[int],
    encoder: str,
    workers: int,
    on_done: OnDone | None,
    kept: Kept | None,
) -> dict[str, list[Figures]]:
    """The figures of each system, one for each reader in their order. measure: of (place of the reader, name
    of the system).

    Raises UnknownName for a system that is not in SYSTEMS.
    """
    for name in systems:
        find_maker(name)
    tasks = [(place, name) for place in range(len(rated.histories)) for name in systems]
    stage = Stage(rated.contents, rated.crowd, encoder)
    if workers > 1:
        _ = stage.space  # made here, once for all workers
    run = Run(rated.histories, stage, seed, tuple(steps))
    found = each(measure, run, tasks, workers=workers, on_done=on_done, kept=kept)
    measured: dict[str, list[Figures]] = {name: [] for name in systems}
    for (_, name), figures in zip(tasks, found, strict=True):
        measured[name].append(figures)
    return measured
