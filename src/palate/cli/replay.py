"""Replay: recorded feedback again, palate against its peers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import figures, show, waiting
from palate.cli.options import given
from palate.cli.upkeep import written
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.evaluation.judgements import RatedTexts
    from palate.evaluation.partial_results import PartialResults
    from palate.evaluation.result_row import ResultRow

ItemsOption = Annotated[
    Path,
    typer.Option(
        "--items",
        metavar="FILE",
        help="The texts: id, title or text; .csv or .jsonl, also .gz.",
        show_default=False,
    ),
]
JudgementsOption = Annotated[
    Path,
    typer.Option(
        "--judgements",
        metavar="FILE",
        help="Who judged what: reader, item, rating, timestamp.",
        show_default=False,
    ),
]
CrowdOption = Annotated[
    Path | None,
    typer.Option(
        "--crowd",
        metavar="FILE",
        help="What other readers said, in the same columns. Default: there are none.",
    ),
]
HideOption = Annotated[
    int | None,
    typer.Option(
        "--hide", min=2, metavar="N", help="Of every N-th text of the items file the crowd is told nothing."
    ),
]
ReadersOption = Annotated[
    int | None,
    typer.Option(
        "--readers", min=1, metavar="N", help="Only so many readers, drawn with the seed. Default: all."
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Of all that is drawn: same seed, same rows.")
]
ReviewsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", help="Reviews: title, abstract, included (1 or 0); .csv or .jsonl, also .gz."
    ),
]
AgainstOption = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="all|NAME,...",
        help="What palate is compared with: all, tastes, ablation, or names.",
    ),
]
EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder", metavar="NAME", help="Makes vectors: static, static:FOLDER, minilm, sbert:NAME_OR_PATH."
    ),
]
RowsOption = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write tidy rows: a JSON list; JSON Lines for a .jsonl, and for - (standard output).",
    ),
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw the curves. Needs the extra: plots.")
]


def ratings(
    ctx: typer.Context,
    items: ItemsOption,
    judgements: JudgementsOption,
    crowd: CrowdOption = None,
    hide: HideOption = None,
    readers: ReadersOption = None,
    seed: SeedOption = 0,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
    plot: PlotOption = None,
) -> None:
    """Replay many readers' ratings in time order: after k judgements, how well are the later texts told
    apart?

    The table shows AUC, nDCG@10, Brier score and calibration error after 0, 5, 10, 20 and 50 judgements.
    Stopped, the same command with --json FILE goes on where it was.

    Example: palate replay ratings --items items.jsonl --judgements ratings.csv --readers 50 --json rows.json
    """
    from palate.evaluation.ratings import replay_ratings

    settings = {"protocol": "ratings", "hide": hide, "readers": readers, "seed": seed}
    job = _job(ctx, [items, judgements, *([crowd] if crowd else [])], settings, encoder, json, plot)
    _replay_readers(replay_ratings, job, _rated(items, judgements, crowd, hide, readers, seed), against, seed)


def library(
    ctx: typer.Context,
    items: ItemsOption,
    judgements: JudgementsOption,
    crowd: CrowdOption = None,
    hide: HideOption = None,
    readers: ReadersOption = None,
    seed: SeedOption = 0,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
    plot: PlotOption = None,
) -> None:
    """Replay libraries of liked texts: given k of a reader's likes, are the others found among all texts?

    The table shows recall@100, nDCG@10 and mean reciprocal rank after 1, 5 and 10 likes. Stopped, the same
    command with --json FILE goes on where it was.

    Example: palate replay library --items articles.jsonl --judgements likes.csv --crowd others.csv --json
    rows.json"""
    from palate.evaluation.library import replay_library

    settings = {"protocol": "library", "hide": hide, "readers": readers, "seed": seed}
    job = _job(ctx, [items, judgements, *([crowd] if crowd else [])], settings, encoder, json, plot)
    _replay_readers(replay_library, job, _rated(items, judgements, crowd, hide, readers, seed), against, seed)


def screening(
    ctx: typer.Context,
    files: ReviewsArgument,
    seeds: Annotated[
        int,
        typer.Option("--seeds", min=1, metavar="N", help="Runs of each review, with other first records."),
    ] = 1,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
    plot: PlotOption = None,
) -> None:
    """Replay systematic reviews: always read the record that looks best, until all included ones are found.

    The table shows loss, WSS@95, average time to discovery, recall at 10 % and the place of the last included
    record. Stopped, the same command with --json FILE goes on where it was.

    Example: palate replay screening review.csv --against elas-u4,random --seeds 5
    """
    from palate.evaluation.judgements import read_review
    from palate.evaluation.screening import screen_reviews, screening_rows

    paths = list(dict.fromkeys(files))
    job = _job(ctx, paths, {"protocol": "screening"}, encoder, json, plot)
    systems = _systems(against, crowd=False)
    reviews = [read_review(path) for path in paths]
    if len({review.name for review in reviews}) < len(reviews):
        reviews = [replace(review, name=str(path)) for review, path in zip(reviews, paths, strict=True)]
    workers = min(os.cpu_count() or 1, len(reviews) * len(systems) * seeds)
    with _replaying(f"replaying {len(reviews)} reviews", job) as (update, kept):
        runs = screen_reviews(
            reviews,
            systems,
            seeds=range(seeds),
            encoder=encoder,
            workers=workers,
            on_done=update,
            partial=kept,
        )
    _deliver(screening_rows(reviews, runs), job, {"systems": systems, "seeds": seeds})
    if plot:
        from palate.evaluation.plot import plot_recall

        plot_recall(reviews, runs, plot)


@dataclass(frozen=True)
class _Job:
    """made_of: what the figures depend on but for the systems. target: where the rows go. started_at:
    seconds, monotonic.
    """

    made_of: Mapping[str, Any]
    encoder: str
    target: str | None
    plot: Path | None
    started_at: float


def _job(
    ctx: typer.Context,
    files: Sequence[Path],
    settings: Mapping[str, Any],
    encoder: str,
    json: str | None,
    plot: Path | None,
) -> _Job:
    """What is to be done. Raises before the work begins, not after it, where the answer cannot be written."""
    from palate.encoder.choose import make_encoder
    from palate.evaluation.plot import check_plot
    from palate.evaluation.provenance import provenance

    target = json or ("-" if given(ctx).json else None)
    for option, path in (("--json", None if target in (None, "-") else Path(str(target))), ("--plot", plot)):
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise BadValue(
                f"{path} cannot be written: it is a folder, or its folder is not there; name another with {option}"
            )
    if plot:
        check_plot()
    made_of = provenance(files, {**settings, "encoder": make_encoder(encoder).fingerprint})
    return _Job(made_of, encoder, target, plot, time.monotonic())


def _systems(against: str, *, crowd: bool) -> list[str]:
    from palate.evaluation.systems import choose_systems

    systems, missing = choose_systems(against, crowd=crowd)
    if missing:
        show.note(
            f"left out, as what they need is not installed: {', '.join(missing)}; name one to be told what it needs"
        )
    return systems


def _rated(
    items: Path, judgements: Path, crowd: Path | None, hide: int | None, readers: int | None, seed: int
) -> RatedTexts:
    """The texts, the readers that are replayed, and the crowd."""
    import numpy as np

    from palate.evaluation.crowd import crowd_feedback
    from palate.evaluation.judgements import read_rated_texts

    if hide and not crowd:
        raise BadValue(
            "--hide says what the crowd is not told; give the crowd with --crowd FILE, or leave --hide out"
        )
    rated = read_rated_texts(items, judgements)
    if crowd:
        others, names = read_rated_texts(items, crowd), {history.reader for history in rated.histories}
        if both := sum(history.reader in names for history in others.histories):
            show.note(
                f"{both} readers of {crowd} are in {judgements} too: they are replayed, and left out of the crowd"
            )
        rated = replace(rated, crowd=crowd_feedback(others, without=names, hide=hide))
    if readers and readers < len(rated.histories):
        drawn = np.random.default_rng(seed).permutation(len(rated.histories))[:readers]
        rated = replace(rated, histories=tuple(rated.histories[place] for place in sorted(drawn)))
    return rated


def _replay_readers(
    replay: Callable[..., list[ResultRow]], job: _Job, rated: RatedTexts, against: str, seed: int
) -> None:
    systems = _systems(against, crowd=rated.crowd is not None)
    workers = min(os.cpu_count() or 1, len(rated.histories) * len(systems))
    with _replaying(f"replaying {len(rated.histories)} readers", job) as (update, kept):
        rows = replay(
            rated, systems, seed=seed, encoder=job.encoder, workers=workers, on_done=update, partial=kept
        )
    _deliver(rows, job, {"systems": systems})
    if job.plot and rows:
        from palate.evaluation.plot import plot_curves

        plot_curves(rows, job.plot)


@contextmanager
def _replaying(what: str, job: _Job) -> Iterator[tuple[waiting.Update, PartialResults | None]]:
    from palate.evaluation.partial_results import PartialResults

    kept = (
        PartialResults(Path(f"{job.target}.partial.jsonl"), job.made_of)
        if job.target not in (None, "-")
        else None
    )
    try:
        with waiting.progress(what, "runs") as update:
            yield update, kept
    except KeyboardInterrupt:
        if kept is not None and len(kept):
            show.note(
                f"stopped with {len(kept)} runs done; the same command goes on from there, as {kept.path} holds them"
            )
        else:
            show.note("stopped: nothing was written")
        raise typer.Exit(130) from None


def _deliver(rows: Sequence[ResultRow], job: _Job, replayed: Mapping[str, Any]) -> None:
    from palate.evaluation.provenance import machine
    from palate.evaluation.result_row import rows_to_json

    if job.target == "-":
        for row in rows:
            show.out_json(asdict(row))
        return
    figures.show_rows(rows)
    if job.target:
        with written(Path(job.target)) as out:
            if job.target.endswith(".jsonl"):
                out.writelines(dumps(asdict(row), allow_nan=False) + "\n" for row in rows)
            else:
                out.write(rows_to_json(rows) + "\n")
        facts = {
            **job.made_of,
            **replayed,
            "machine": machine(),
            "seconds": round(time.monotonic() - job.started_at, 1),
        }
        with written(Path(f"{job.target}.meta.json")) as out:
            out.write(dumps(facts, indent=1) + "\n")
        Path(f"{job.target}.partial.jsonl").unlink(missing_ok=True)
        show.note(f"{len(rows)} rows are in {job.target}")
