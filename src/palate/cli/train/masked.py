"""`palate train masked`: a thin door to palate.training.masked."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, DevOption, EncoderOption, OutOption, with_settings
from palate.cli.train.outcome import Teller, show_outcome
from palate.cli.train.quiet import quiet
from palate.cli.train.watching import watching
from palate.training.run.settings import MASKED, Settings


@with_settings(MASKED)
def masked(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: Settings,
    dev: DevOption = None,
    text_column: Annotated[
        str,
        typer.Option("--text-column", metavar="NAME", help="The column with the text; title+text joins two."),
    ] = "text",
    encoder: EncoderOption = "minilm",
    share: Annotated[
        float, typer.Option("--share", metavar="X", help="Share of the word pieces that are masked.")
    ] = 0.15,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes", metavar="N", help="About how long it may take: the epochs are cut to what fits."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Adapt an encoder to texts of a field, by guessing masked words; no labels are needed.

    Texts are joined and cut into chunks of --window word pieces. The figure is perplexity: between how many
    word pieces the model in effect wavers at a masked place.

    Example: palate train masked --data papers.jsonl.gz --out my-mlm --minutes 15
    """
    tell = Teller()
    with quiet(), watching() as watch:
        from palate.training.masked import masked as train

        done = train(
            data,
            out,
            dev=dev,
            text=text_column,
            start=encoder,
            settings=settings,
            share=share,
            minutes=minutes,
            watch=watch,
            tell=tell,
        )
    before, after = (done.figures[when]["perplexity"] for when in ("before", "after"))
    made = f"{out}: perplexity {before:,.0f} -> {after:,.1f} on texts that were held out"
    use = f'try: palate fill "This is a great [MASK]." --model {out}, or go on from it: palate train similarity --encoder {out}'
    show_outcome(done, tell, f"{made}; {use}", as_json=wants_json(ctx, json))
