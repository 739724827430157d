"""`palate replay`: recorded judgements once more, palate against its peers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from palate.cli.replay_data import Recorded, read_reviews
from palate.cli.replay_job import chosen_systems, deliver, make_job, replay_readers, replaying

ItemsOption = Annotated[
    Path | None,
    typer.Option("--items", metavar="FILE", help="Names the texts: id, title or text; a table in any form."),
]
JudgementsOption = Annotated[
    Path | None,
    typer.Option(
        "--judgements", metavar="FILE", help="Names the judgements: reader, item, rating, timestamp."
    ),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="DIR",
        help="Names a folder of MIND, Amazon reviews, Goodreads or Scholar Inbox, in place of the files.",
    ),
]
CrowdOption = Annotated[
    Path | None,
    typer.Option(
        "--crowd",
        metavar="FILE",
        help="Names the judgements of other readers, in the same columns. Default: none.",
    ),
]
HideOption = Annotated[
    int | None,
    typer.Option(
        "--hide", min=2, metavar="N", help="Hides every N-th text of the items file from the crowd."
    ),
]
ReadersOption = Annotated[
    int | None,
    typer.Option(
        "--readers",
        min=1,
        metavar="N",
        help="Draws so many readers with the seed. Default: all; of a --folder 200, others are the crowd.",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Seeds all that is drawn: same seed, same rows.")
]
ReviewsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        help="Reviews: title, abstract, included (1 or 0); tables in any form, or folders of CLEF-TAR.",
    ),
]
AgainstOption = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="all|NAME,...",
        help="Names the systems to compare palate with: all, tastes, ablation, or names.",
    ),
]
EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help="Names the encoder: static, static:FOLDER, minilm, sbert:NAME_OR_PATH.",
    ),
]
RowsOption = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Writes tidy rows: a JSON list; JSON Lines for a .jsonl, and for - (standard output).",
    ),
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.png", help="Draws the curves. Needs the extra: plots.")
]


def ratings(
    ctx: typer.Context,
    items: ItemsOption = None,
    judgements: JudgementsOption = None,
    folder: FolderOption = None,
    crowd: CrowdOption = None,
    hide: HideOption = None,
    readers: ReadersOption = None,
    seed: SeedOption = 0,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
    plot: PlotOption = None,
) -> None:
    """Replays many readers' ratings in time order: after k judgements, how well are later texts told apart?

    The table shows AUC, nDCG@10, Brier score and calibration error after 0, 5, 10, 20 and 50 judgements.
    Stopped, the same command with --json FILE goes on where it stopped.

    Example: palate replay ratings --items items.jsonl --judgements ratings.csv --readers 50 --json rows.json
    """
    from palate.evaluation.ratings import replay_ratings

    recorded = Recorded(items, judgements, folder, crowd, hide, readers, seed)
    job = make_job(ctx, recorded.files, recorded.settings("ratings"), encoder, json, plot)
    replay_readers(replay_ratings, job, recorded.read(), against, seed)


def library(
    ctx: typer.Context,
    items: ItemsOption = None,
    judgements: JudgementsOption = None,
    folder: FolderOption = None,
    crowd: CrowdOption = None,
    hide: HideOption = None,
    readers: ReadersOption = None,
    seed: SeedOption = 0,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
    plot: PlotOption = None,
) -> None:
    """Replays lists of liked texts: given k of a reader's likes, are the others found among all texts?

    The table shows recall@100, nDCG@10 and mean reciprocal rank after 1, 5, 10 and 20 likes. Stopped, the
    same command with --json FILE goes on where it stopped.

    Example: palate replay library --items articles.jsonl --judgements likes.csv --crowd others.csv --json
    rows.json"""
    from palate.evaluation.library import replay_library

    recorded = Recorded(items, judgements, folder, crowd, hide, readers, seed)
    job = make_job(ctx, recorded.files, recorded.settings("library"), encoder, json, plot)
    replay_readers(replay_library, job, recorded.read(), against, seed)


def screening(
    ctx: typer.Context,
    files: ReviewsArgument,
    seeds: Annotated[
        int,
        typer.Option(
            "--seeds", min=1, metavar="N", help="Runs each review so often, with other first records."
        ),
    ] = 1,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
    plot: PlotOption = None,
) -> None:
    """Replays systematic reviews: reads the record that looks best, until all included ones are found.

    The table shows loss, WSS@95, average time to discovery, recall at 10 % and the rank of the last included
    record. Stopped, the same command with --json FILE goes on where it stopped.

    Example: palate replay screening review.csv --against elas-u4,random --seeds 5
    """
    from palate.evaluation.screening import screen_reviews, screening_rows

    paths = list(dict.fromkeys(files))
    within = [inner for path in paths for inner in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    inputs = [path for path in within if not path.is_dir()]
    job = make_job(ctx, inputs, {"protocol": "screening"}, encoder, json, plot)
    systems = chosen_systems(against, crowd=False)
    reviews = read_reviews(paths)
    workers = min(os.cpu_count() or 1, len(reviews) * len(systems) * seeds)
    with replaying(f"replaying {len(reviews)} reviews", job) as (update, partial):
        runs = screen_reviews(
            reviews,
            systems,
            seeds=range(seeds),
            encoder=encoder,
            workers=workers,
            on_done=update,
            partial=partial,
        )
    deliver(screening_rows(reviews, runs), job, {"systems": systems, "seeds": seeds})
    if plot:
        from palate.evaluation.plot import plot_recall

        plot_recall(reviews, runs, plot)


def descriptions(
    ctx: typer.Context,
    items: Annotated[
        Path,
        typer.Option(
            "--items", metavar="FILE", help="Names the texts: id, title or text.", show_default=False
        ),
    ],
    tags: Annotated[
        Path,
        typer.Option("--tags", metavar="FILE", help="Names the tags: item, tag.", show_default=False),
    ],
    descriptions: Annotated[
        Path,
        typer.Option(
            "--descriptions",
            metavar="FILE",
            help="Names a sentence for each tag to replay: tag, description.",
            show_default=False,
        ),
    ],
    seeds: Annotated[
        int,
        typer.Option("--seeds", min=1, metavar="N", help="Draws so many sets of judgements for each tag."),
    ] = 1,
    against: AgainstOption = "all",
    encoder: EncoderOption = "static",
    json: RowsOption = None,
) -> None:
    """Replays first pages: a reader writes one sentence; how many of the 20 best texts have the tag meant?

    The table shows precision@20, spread and calibration error with no judgement, and after five likes and
    five dislikes. Stopped, the same command with --json FILE goes on where it stopped.

    Example: palate replay descriptions --items articles.jsonl --tags tags.csv --descriptions sentences.csv
    """
    from palate.evaluation.descriptions import replay_descriptions
    from palate.evaluation.tagged import read_tagged_texts

    files = [items, tags, descriptions]
    job = make_job(ctx, files, {"protocol": "descriptions", "seeds": seeds}, encoder, json, None)
    systems = chosen_systems(against, crowd=False)
    texts = read_tagged_texts(items, tags, descriptions)
    workers = min(os.cpu_count() or 1, len(texts.tags) * len(systems))
    with replaying(f"replaying {len(texts.tags)} descriptions", job) as (update, partial):
        rows = replay_descriptions(
            texts,
            systems,
            seeds=range(seeds),
            encoder=encoder,
            workers=workers,
            on_done=update,
            partial=partial,
        )
    deliver(rows, job, {"systems": systems, "seeds": seeds})


app = typer.Typer(
    no_args_is_help=True, help="Replays recorded judgements, to measure palate against its peers."
)
app.command("ratings")(ratings)
app.command("library")(library)
app.command("screening")(screening)
app.command("descriptions")(descriptions)
