"""Replay: recorded feedback again, palate against its peers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import figures, show, waiting
from palate.cli.options import given
from palate.cli.upkeep import written
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.evaluation.row import Row

ItemsOption = Annotated[
    Path,
    typer.Option("--items", metavar="FILE", help="The texts: id, title or text; .csv or .jsonl, also .gz.", show_default=False),
]
JudgementsOption = Annotated[
    Path,
    typer.Option("--judgements", metavar="FILE", help="Who judged what: reader, item, rating, timestamp.", show_default=False),
]
ReviewsArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Reviews: title, abstract, included (1 or 0); .csv or .jsonl, also .gz.")
]
AgainstOption = Annotated[
    str, typer.Option("--against", metavar="all|NAME,...", help="The systems that palate is compared with: all, or some by name.")
]
RowsOption = Annotated[
    str | None,
    typer.Option(
        "--json", metavar="FILE", help="Write tidy rows: a JSON list; JSON Lines for a .jsonl, and for - (standard output)."
    ),
]


def ratings(
    ctx: typer.Context,
    items: ItemsOption,
    judgements: JudgementsOption,
    readers: Annotated[
        int | None, typer.Option("--readers", min=1, metavar="N", help="Only so many readers, drawn with the seed. Default: all.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of all that is drawn: same seed, same rows.")] = 0,
    against: AgainstOption = "all",
    json: RowsOption = None,
) -> None:
    """Replay many readers' ratings in time order: after k judgements, how well are the later texts told apart?

    The table shows AUC, nDCG@10, Brier score and calibration error after 0, 5, 10, 20 and 50 judgements.

    Example: palate replay ratings --items items.jsonl --judgements ratings.csv --readers 50 --json rows.json
    """
    from palate.evaluation.judgements import read_rated
    from palate.evaluation.replay import replay_ratings

    target = _target(ctx, json)
    systems = _systems(against)
    rated = read_rated(items, judgements)
    if readers and readers < len(rated.histories):
        import numpy as np

        drawn = np.random.default_rng(seed).permutation(len(rated.histories))[:readers]
        rated = replace(rated, histories=tuple(rated.histories[place] for place in sorted(drawn)))
    workers = min(os.cpu_count() or 1, len(rated.histories) * len(systems))
    with _replaying(f"replaying {len(rated.histories)} readers") as update:
        rows = replay_ratings(rated, systems, seed=seed, workers=workers, on_done=update)
    _deliver(rows, target)


def screening(
    ctx: typer.Context,
    files: ReviewsArgument,
    seeds: Annotated[int, typer.Option("--seeds", min=1, metavar="N", help="Runs of each review, with other first records.")] = 1,
    against: AgainstOption = "all",
    json: RowsOption = None,
) -> None:
    """Replay systematic reviews: always read the record that looks best, until all included ones are found.

    The table shows loss, WSS@95, average time to discovery, recall at 10 % and the place of the last included record.

    Example: palate replay screening review.csv --against elas-u4,random --seeds 5
    """
    from palate.evaluation.judgements import read_review
    from palate.evaluation.screening import replay_screening

    target = _target(ctx, json)
    systems = _systems(against)
    paths = list(dict.fromkeys(files))
    reviews = [read_review(path) for path in paths]
    if len({review.name for review in reviews}) < len(reviews):
        reviews = [replace(review, name=str(path)) for review, path in zip(reviews, paths, strict=True)]
    workers = min(os.cpu_count() or 1, len(reviews) * len(systems) * seeds)
    with _replaying(f"replaying {len(reviews)} reviews") as update:
        rows = replay_screening(reviews, systems, seeds=range(seeds), workers=workers, on_done=update)
    _deliver(rows, target)


def _systems(against: str) -> list[str]:
    """palate, and what it is compared with. Raises UnknownName."""
    from palate.evaluation.systems import SYSTEMS, find_maker

    names = list(SYSTEMS) if against == "all" else [name.strip() for name in against.split(",") if name.strip()]
    for name in names:
        find_maker(name)
    return list(dict.fromkeys(["palate", *names]))


def _target(ctx: typer.Context, json: str | None) -> str | None:
    """Where the rows go. Raises BadValue before the work begins, not after it, where they cannot be written."""
    target = json or ("-" if given(ctx).json else None)
    if target and target != "-" and (Path(target).is_dir() or not Path(target).absolute().parent.is_dir()):
        raise BadValue(f"{target} cannot be written: it is a folder, or its folder is not there; name another file with --json")
    return target


@contextmanager
def _replaying(what: str) -> Iterator[waiting.Update]:
    try:
        with waiting.progress(what, "runs") as update:
            yield update
    except KeyboardInterrupt:
        show.note("stopped: nothing was written")
        raise typer.Exit(130) from None


def _deliver(rows: Sequence[Row], target: str | None) -> None:
    from palate.evaluation.row import rows_to_json

    if target == "-":
        for row in rows:
            show.out_json(asdict(row))
        return
    figures.show_rows(rows)
    if target:
        with written(Path(target)) as out:
            if target.endswith(".jsonl"):
                out.writelines(dumps(asdict(row), allow_nan=False) + "\n" for row in rows)
            else:
                out.write(rows_to_json(rows) + "\n")
        show.note(f"{len(rows)} rows are in {target}")
