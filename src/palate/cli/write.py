"""`palate write`: text from a prompt, and for a reader the best of several drafts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.drafts_view import show_batch, show_prompt, show_valued, streaming, tell_usage
from palate.cli.model_options import (
    BudgetOption,
    ChatOption,
    ModelOption,
    PrecisionOption,
    SystemOption,
    load_local,
    load_model,
    model_name,
    prompt_of,
    read_prompts,
)
from palate.cli.options import (
    MAIN,
    JsonOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    speakable,
    wants_json,
)
from palate.cli.sampling_options import with_sampling
from palate.errors import BadValue
from palate.model.sampling import Sampling

if TYPE_CHECKING:
    from palate.model.draft import Prompt
    from palate.model.promise import Model

CountOption = Annotated[int, typer.Option("--n", min=1, metavar="N", help="Writes so many drafts.")]
ForOption = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="READER",
        help="Values the drafts for this reader, the best first, and keeps them.",
        callback=speakable,
    ),
]
CautionOption = Annotated[
    float,
    typer.Option("--caution", min=0.0, metavar="K", help="Orders by the mean less so many sds."),
]


@with_sampling
def write(
    ctx: typer.Context,
    prompt: Annotated[
        str | None,
        typer.Argument(
            metavar="PROMPT", help="What the text begins with, or what to write.", callback=speakable
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Prompts, one a line, or JSON Lines with a prompt each."),
    ] = None,
    model: ModelOption = None,
    n: CountOption = 1,
    for_reader: ForOption = None,
    caution: CautionOption = 0.5,
    examples: Annotated[
        int,
        typer.Option(
            "--examples", min=0, metavar="N", help="Shows the model so many texts that the reader liked."
        ),
    ] = 0,
    chat: ChatOption = False,
    system: SystemOption = None,
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    show_prompt_: Annotated[
        bool, typer.Option("--show-prompt", help="Shows what the model would read, and writes nothing.")
    ] = False,
    xray: Annotated[bool, typer.Option("--xray", help="Shows how each token was chosen.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Writes the x-ray as a page.")
    ] = None,
    branches: Annotated[
        int,
        typer.Option("--branches", min=0, metavar="N", help="Follows so many other tokens of each step."),
    ] = 0,
    precision: PrecisionOption = "bfloat16",
    budget: BudgetOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Writes a text, on this machine unless the model is named by an address.

    With --for the drafts are valued by what the reader likes: the best of --n is shown in full, with the
    scores of all, and all are kept for palate drafts judge.

    Example: palate write "The best way to find related papers is"

    Example: palate write "Write an abstract on dense retrieval." --chat --for me --n 8
    """
    if (prompt is None) == (file is None):
        raise BadValue("give a PROMPT or a --file of prompts, and not both")
    prompts = read_prompts(file) if file else [prompt or ""]
    name, as_json = model_name(ctx, model, store), wants_json(ctx, json)
    asked = [prompt_of(text, chat=chat, system=system) for text in prompts]
    if xray or html or branches:
        if len(asked) > 1 or n > 1 or for_reader is not None:
            raise BadValue("the x-ray is of one draft for nobody; leave out --n, --for and --file")
        _xray(name, asked[0], sampling, branches, html, precision=precision, as_json=as_json)
        return
    if show_prompt_:
        show_prompt(load_local(name, precision), asked, sampling, as_json=as_json)
        return
    loaded = load_model(name, precision, budget)
    if for_reader is None:
        if examples:
            raise BadValue("--examples are texts that a reader liked; say for whom with --for")
        _write(loaded, asked, sampling, n, as_json=as_json)
        return
    with open_library(ctx, store) as library:
        reader = open_reader(ctx, library, for_reader, taste)
        writer, drafts = library.writer(loaded), library.drafts(reader)
        for one in asked:
            valued = writer.write(
                one, n=n, reader=reader, sampling=sampling, caution=caution, examples=examples
            )
            numbers = drafts.keep([(one.asked, each.draft.text, each.draft.model) for each in valued])
            show_valued(valued, numbers, reader.name, as_json=as_json)


def _write(model: Model, prompts: list[Prompt], sampling: Sampling, n: int, *, as_json: bool) -> None:
    from palate.writing.writer import check_count

    check_count(n, sampling)
    if len(prompts) > 1 or n > 1:
        show_batch(model, [one for one in prompts for _ in range(n)], sampling, as_json=as_json)
        return
    with streaming(as_json=as_json) as on_text:
        draft = model.write(prompts, sampling, on_text=on_text)[0]
    tell_usage(draft, sampling, as_json=as_json)


def _xray(
    name: str,
    prompt: Prompt,
    sampling: Sampling,
    branches: int,
    html: Path | None,
    *,
    precision: PrecisionOption,
    as_json: bool,
) -> None:
    model = load_local(name, precision)
    from palate.cli.files import whole_file
    from palate.cli.sampling_view import show_sampling
    from palate.model.steps import sampling_xray
    from palate.report.sampling_page import sampling_page
    from palate.shapes.sampling import sampling_shape

    seen = sampling_xray(model, prompt, sampling, branches=branches)
    if html is not None:
        with whole_file(html) as out:
            out.write(sampling_page(seen))
        show.note(f"{html} shows how each token was chosen; open it in a browser")
    if as_json:
        show.out_json(sampling_shape(seen))
    elif html is None:
        show_sampling(seen)
