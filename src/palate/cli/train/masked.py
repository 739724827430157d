"""`palate train masked`: a thin door to palate.training.masked."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, DevOption, EncoderOption, OutOption, with_settings
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.training.run.settings import MASKED_DEFAULTS, TrainingSettings


@with_settings(MASKED_DEFAULTS)
def masked(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: TrainingSettings,
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
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Adapt an encoder to texts of a field, by predicting masked words; no labels are needed.

    Texts are joined and cut into chunks of --window word pieces. The figure is perplexity: the number of word
    pieces between which the model in effect hesitates at a masked position.

    Example: palate train masked --data papers.jsonl.gz --out my-mlm --minutes 15
    """
    messages = MessageLog()
    with (
        working(f"reading {data}, loading {encoder}", data, dev, model=encoder, device=device),
        training_progress() as on_step,
    ):
        from palate.training.masked import masked as train

        model = train(
            data,
            out,
            dev=dev,
            text=text_column,
            start=encoder,
            settings=settings,
            share=share,
            minutes=minutes,
            on_step=on_step,
            on_message=messages,
        )
    before, after = (model.figures[part]["perplexity"] for part in ("before", "after"))
    result = f"{out}: perplexity {before:,.0f} -> {after:,.1f} on texts that were held out"
    try_it = f'try: palate fill "This is a great [MASK]." --model {out}'
    go_on = f"or go on from it: palate train similarity --encoder {out}"
    show_summary(model, messages, f"{result}; {try_it}, {go_on}", as_json=wants_json(ctx, json))
