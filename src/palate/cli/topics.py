"""`palate topics`, `palate clusters`, `palate keywords`: what texts are about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json
from palate.cli.piles import FileArgument, SeedOption, opened_pile
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.report.topics import Topics

KOption = Annotated[
    int | None, typer.Option("--k", min=1, metavar="N", help="How many; found by rule without it.")
]
IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The topic's id.", show_default=False)]
N_TEXTS = 10  # of a topic that are shown


def topics(
    ctx: typer.Context,
    file: FileArgument = None,
    method: Annotated[
        Literal["vectors", "lda"],
        typer.Option("--method", help="By meaning, or by words that occur together."),
    ] = "vectors",
    k: KOption = None,
    over_time: Annotated[
        Path | None,
        typer.Option("--over-time", metavar="PICTURE", help="Draws their shares over time, PNG or SVG."),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forgets the store's topics, with their names, and finds others.")
    ] = False,
    seed: SeedOption = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Find what texts are about: topics with their words and a text that stands for each.

    Topics of a store are kept: their ids stay when texts are added, and a new subject opens a new one.

    Example: palate topics

    Example: palate topics papers.csv --k 12 --over-time topics.svg
    """
    from palate.report.stored_topics import follow_topics
    from palate.report.topics import topics_of

    if file is None and method == "vectors" and k is None:
        with open_library(ctx, store) as library:
            found = follow_topics(library, anew=anew, seed=seed)
    elif anew:
        raise typer.BadParameter(
            "--anew is for the topics that a store keeps: no FILE, --k or --method lda", ctx
        )
    else:
        with opened_pile(ctx, file, store) as (pile, _):
            found = topics_of(pile, method=method, k=k, seed=seed)
    if over_time:
        _draw(found, over_time)
    _show(found, as_json=wants_json(ctx, json))


def topic_show(
    ctx: typer.Context, id: IdArgument, store: StoreOption = None, json: JsonOption = False
) -> None:
    """Show the texts of one topic of the store.

    Example: palate topic show 3
    """
    import numpy as np

    from palate.report.stored_topics import follow_topics
    from palate.shapes import title_shape

    with open_library(ctx, store) as library:
        found = follow_topics(library)
    topic = found.topic(id)
    texts = [found.pile.texts[index] for index in np.flatnonzero(found.of_text == id).tolist()]
    if wants_json(ctx, json):
        for text in texts:
            show.out_json(title_shape(text))
        return
    show.out(f"{topic.id}  {topic.label}   {show.plural(topic.size, 'text')}")
    show.out(f"words: {', '.join(topic.words)}")
    show.out_table(("id", "title"), [(show.clean(text.id), show.title_of(text)) for text in texts[:N_TEXTS]])
    if len(texts) > N_TEXTS:
        show.note(f"and {len(texts) - N_TEXTS} more; all of them with --json")


def topic_rename(
    ctx: typer.Context,
    id: IdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.", show_default=False)],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Give a topic of the store a name of your own; it stays.

    Example: palate topic rename 3 "search engines"
    """
    from palate.report.stored_topics import rename_topic

    with open_library(ctx, store) as library:
        rename_topic(library, id, name)
    if wants_json(ctx, json):
        show.out_json({"topic": id, "label": name.strip()})
    show.note(f"topic {id} is called {show.clean(name)}")


def topic_merge(
    ctx: typer.Context,
    id: IdArgument,
    into: Annotated[
        int, typer.Argument(metavar="INTO", help="The topic that it becomes part of.", show_default=False)
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Make a topic of the store part of another, also for texts to come.

    Example: palate topic merge 7 3
    """
    from palate.report.stored_topics import merge_topics

    with open_library(ctx, store) as library:
        merge_topics(library, id, into)
    if wants_json(ctx, json):
        show.out_json({"topic": id, "into": into})
    show.note(f"topic {id} is part of topic {into}")


def clusters(
    ctx: typer.Context,
    file: FileArgument = None,
    k: KOption = None,
    seed: SeedOption = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Cut texts into groups by k-means, with a report of each: size, silhouette, words, nearest texts.

    Example: palate clusters papers.csv --k 8
    """
    from palate.report.clusters import clusters_of

    with opened_pile(ctx, file, store) as (pile, _):
        found = clusters_of(pile, k=k, seed=seed)
    if wants_json(ctx, json):
        for shape in found.shape():
            show.out_json(shape)
        return
    lines = [
        (
            str(cluster.number),
            str(cluster.size),
            f"{cluster.silhouette:.2f}",
            ", ".join(cluster.words),
            show.title_of(pile.texts[cluster.nearest[0]]),
        )
        for cluster in found.clusters
    ]
    show.out_table(("cluster", "texts", "silhouette", "words", "nearest"), lines, left=("words", "nearest"))
    show.note(
        f"{show.plural(len(found.clusters), 'cluster')}; mean silhouette {found.silhouette:.2f}, of -1 to 1"
    )


def keywords(
    ctx: typer.Context,
    text_ids: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT_ID...", help="Ids of texts, as rank and find show them.", show_default=False
        ),
    ],
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Looks in a file in place of the store.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="Gives at most so many words.")
    ] = 8,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Find the words that say what a text is about, or some texts together, against all others.

    Example: palate keywords s017

    Example: palate keywords s017 s021 s033
    """
    from palate.report.keywords import KeywordFinder

    with opened_pile(ctx, file, store) as (pile, _):
        positions = {text.id: position for position, text in enumerate(pile.texts)}
        for text_id in text_ids:
            if text_id not in positions:
                raise BadValue(f"{pile.name} has no text {text_id!r}; ids are what find and rank show")
        found = KeywordFinder(pile).of_set([positions[text_id] for text_id in text_ids], n=limit)
    if wants_json(ctx, json):
        show.out_json({"ids": text_ids, "keywords": [keyword._asdict() for keyword in found]})
        return
    lines = [(f"{keyword.score:.2f}", show.clean(keyword.word)) for keyword in found]
    show.out_table(("weight", "word"), lines, left=("word",))
    if not lines:
        show.note("no word is shared with another text, so none can be weighed")


def _draw(found: Topics, path: Path) -> None:
    import numpy as np

    from palate.insight.over_time import counts_over_time
    from palate.insight.time_picture import draw_over_time

    ids = [topic.id for topic in found.topics]
    positions = {id: position for position, id in enumerate(ids)}
    groups = np.array([positions.get(int(id), -1) for id in found.of_text])
    counted = counts_over_time(found.pile.moments, groups, len(ids))
    if not counted.periods:
        raise BadValue(f"no text of {found.pile.name} has a date, so nothing can be drawn over time")
    draw_over_time(counted, [topic.label for topic in found.topics], path)
    show.note(f"drawn: {path}")


def _show(found: Topics, *, as_json: bool) -> None:
    if as_json:
        for shape in found.shape():
            show.out_json(shape)
        return
    lines = [
        (
            str(topic.id),
            str(topic.size),
            show.clean(topic.label),
            show.clean(", ".join(topic.words)),
            show.title_of(found.pile.texts[topic.representative]),
        )
        for topic in found.topics
    ]
    show.out_table(
        ("topic", "texts", "label", "words", "a text of it"), lines, left=("label", "words", "a text of it")
    )
    if found.n_without:
        show.note(f"{show.plural(found.n_without, 'text')} of no topic")


app = typer.Typer(no_args_is_help=True, help="Shows, renames and merges the topics of the store.")
app.command("show")(topic_show)
app.command("rename")(topic_rename)
app.command("merge")(topic_merge)
