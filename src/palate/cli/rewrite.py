"""`palate rewrite`: a text in other words, as a reader likes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show
from palate.cli.drafts_view import show_valued
from palate.cli.model_options import BudgetOption, ModelOption, PrecisionOption, load_model, model_name
from palate.cli.options import (
    MAIN,
    ME,
    JsonOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    speakable,
    wants_json,
)
from palate.cli.sampling_options import with_sampling
from palate.errors import BadSource, PalateError
from palate.model.sampling import Sampling

if TYPE_CHECKING:
    from palate.library import Library


@with_sampling
def rewrite(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="TEXT_ID|FILE|-",
            help="A text of the store by its id, a file, or - for standard input.",
            callback=speakable,
            show_default=False,
        ),
    ],
    for_reader: Annotated[
        str, typer.Option("--for", metavar="READER", help="For whom.", callback=speakable)
    ] = ME,
    way: Annotated[
        Literal["rewrite", "summary", "plainer", "shorter"], typer.Option("--as", help="What to make of it.")
    ] = "rewrite",
    faithful: Annotated[
        float,
        typer.Option(
            "--faithful", min=-1, max=1, metavar="X", help="The least nearness to the source, at most 1."
        ),
    ] = 0.6,
    model: ModelOption = None,
    n: Annotated[int, typer.Option("--n", min=1, metavar="N", help="Writes so many drafts.")] = 8,
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    precision: PrecisionOption = "bfloat16",
    budget: BudgetOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Rewrites a text: of several drafts that are near enough to it, the one the reader likes best.

    Near enough says the cosine of the vectors, less for names and numbers that the source does not have.

    Example: palate rewrite s017 --for me --as summary
    """
    name, as_json = model_name(ctx, model, store), wants_json(ctx, json)
    with open_library(ctx, store) as library:
        content = _content(library, source)
        loaded = load_model(name, precision, budget)
        reader = open_reader(ctx, library, for_reader, taste)
        found = library.rewriter(loaded).rewrite(
            content, reader, way=way, n=n, faithful=faithful, sampling=sampling
        )
        if found.cut:
            show.note(f"the last {found.cut:,} characters of the source were not read")
        if not found.kept:
            best = max(one.similarity or -1.0 for one in found.unfaithful)
            raise PalateError(
                f"none of {n} drafts is near enough to the source, the nearest {best:.2f} of {faithful:g}; "
                "write more with --n, or lower --faithful"
            )
        asked = f"{way}: {content[:200]}"
        kept = library.drafts(reader).keep([(asked, one.draft.text, one.draft.model) for one in found.kept])
    show_valued(found.kept, kept, reader.name, as_json=as_json)
    if found.unfaithful:
        show.note(f"{show.plural(len(found.unfaithful), 'draft')} left out as not near enough to the source")


def _content(library: Library, source: str) -> str:
    """Returns the words of a text of the store, of a file of any format, or of standard input. Raises
    BadSource for a file of several texts.
    """
    if source != "-" and not Path(source).is_file():
        return library.text(source).content
    from palate.source import open_source
    from palate.text import Text

    texts = [item for item in open_source(source) if isinstance(item, Text)]
    if len(texts) != 1:
        raise BadSource(
            f"{source} holds {show.plural(len(texts), 'text')}, and one is rewritten at a time; "
            "add it with palate add, and give the id of one"
        )
    return texts[0].content
