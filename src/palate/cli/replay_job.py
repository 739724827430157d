"""One replay: what it is made of, how it runs, and where its rows go."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from palate.cli import progress_bar, replay_tables, show
from palate.cli.files import whole_file
from palate.cli.options import given
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.evaluation.judgements import RatedTexts
    from palate.evaluation.partial_results import PartialResults
    from palate.evaluation.result_row import ResultRow


@dataclass(frozen=True)
class ReplayJob:
    """A replay that is to be done.

    inputs: all that the figures depend on but for the systems. target: the file of the rows, - for standard
    output, None for neither. started_at: seconds, monotonic."""

    inputs: Mapping[str, Any]
    encoder: str
    target: str | None
    plot: Path | None
    started_at: float


def make_job(
    ctx: typer.Context,
    files: Sequence[Path],
    settings: Mapping[str, Any],
    encoder: str,
    json: str | None,
    plot: Path | None,
) -> ReplayJob:
    """Makes a job. Raises before the work begins, not after it, where the answer cannot be written."""
    from palate.encoder.choose import make_encoder
    from palate.evaluation.plot import check_plot
    from palate.evaluation.provenance import provenance

    target = json or ("-" if given(ctx).json else None)
    for option, path in (("--json", None if target in (None, "-") else Path(str(target))), ("--plot", plot)):
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise BadValue(
                f"{path} cannot be written: it is a folder, or its folder is not there;"
                f" name another with {option}"
            )
    if plot:
        check_plot()
    inputs = provenance(files, {**settings, "encoder": make_encoder(encoder).fingerprint})
    return ReplayJob(inputs, encoder, target, plot, time.monotonic())


def chosen_systems(against: str, *, crowd: bool) -> list[str]:
    """Returns the systems that palate is compared with; notes those whose packages are not installed."""
    from palate.evaluation.systems import choose_systems

    systems, missing = choose_systems(against, crowd=crowd)
    if missing:
        show.note(
            f"left out, as their packages are not installed: {', '.join(missing)};"
            " name one to be told what it needs"
        )
    return systems


def replay_readers(
    replay: Callable[..., list[ResultRow]], job: ReplayJob, rated: RatedTexts, against: str, seed: int
) -> None:
    """Replays the judgements of many readers, delivers the rows and draws the curves."""
    systems = chosen_systems(against, crowd=rated.crowd is not None)
    workers = min(os.cpu_count() or 1, len(rated.histories) * len(systems))
    with replaying(f"replaying {len(rated.histories)} readers", job) as (update, partial):
        rows = replay(
            rated, systems, seed=seed, encoder=job.encoder, workers=workers, on_done=update, partial=partial
        )
    deliver(rows, job, {"systems": systems})
    if job.plot and rows:
        from palate.evaluation.plot import plot_curves

        plot_curves(rows, job.plot)


@contextmanager
def replaying(work: str, job: ReplayJob) -> Iterator[tuple[progress_bar.Update, PartialResults | None]]:
    """Shows progress, and keeps the runs that are done, so that a stopped replay can go on."""
    from palate.evaluation.partial_results import PartialResults

    partial = (
        PartialResults(Path(f"{job.target}.partial.jsonl"), job.inputs)
        if job.target not in (None, "-")
        else None
    )
    try:
        with progress_bar.progress_bar(work, "runs") as update:
            yield update, partial
    except KeyboardInterrupt:
        if partial is not None and len(partial):
            show.note(
                f"stopped with {len(partial)} runs done; the same command goes on from there,"
                f" as {partial.path} holds them"
            )
        else:
            show.note("stopped: nothing was written")
        raise typer.Exit(130) from None


def deliver(rows: Sequence[ResultRow], job: ReplayJob, replayed: Mapping[str, Any]) -> None:
    """Prints the rows, and writes them where they are to go, with a record of what they were made of."""
    from palate.evaluation.provenance import machine
    from palate.evaluation.result_row import rows_to_json

    if job.target == "-":
        for row in rows:
            show.out_json(asdict(row))
        return
    replay_tables.show_rows(rows)
    if job.target:
        with whole_file(Path(job.target)) as out:
            if job.target.endswith(".jsonl"):
                out.writelines(dumps(asdict(row), allow_nan=False) + "\n" for row in rows)
            else:
                out.write(rows_to_json(rows) + "\n")
        facts = {
            **job.inputs,
            **replayed,
            "machine": machine(),
            "seconds": round(time.monotonic() - job.started_at, 1),
        }
        with whole_file(Path(f"{job.target}.meta.json")) as out:
            out.write(dumps(facts, indent=1) + "\n")
        Path(f"{job.target}.partial.jsonl").unlink(missing_ok=True)
        show.note(f"{len(rows)} rows are in {job.target}")
