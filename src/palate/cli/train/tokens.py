"""`palate train tokens`: a thin door to palate.training.tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, DevOption, EncoderOption, OutOption, with_settings
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings


@with_settings(CLASSIFIER_DEFAULTS)
def tokens(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: TrainingSettings,
    dev: DevOption = None,
    text_column: Annotated[
        str, typer.Option("--text-column", metavar="NAME", help="The column with a text's words.")
    ] = "tokens",
    label_column: Annotated[
        str, typer.Option("--label-column", metavar="NAME", help="The column with one tag per word.")
    ] = "tags",
    encoder: EncoderOption = "minilm",
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Train an encoder with a classifier that finds and names the entities in a text, such as people and
    places.

    A row is a text: its words and as many BIO tags (B-KIND, I-KIND, O), both separated by blanks or as JSON
    lists.

    Example: palate train tokens --data sentences.jsonl --out my-names
    """
    messages = MessageLog()
    with (
        working(f"reading {data}, loading {encoder}", data, dev, model=encoder, device=device),
        training_progress() as on_step,
    ):
        from palate.training.tokens import tokens as train

        model = train(
            data,
            out,
            dev=dev,
            text=text_column,
            label=label_column,
            start=encoder,
            settings=settings,
            on_step=on_step,
            on_message=messages,
        )
    part, figures = list(model.figures.items())[-1]
    n_kinds = len(figures["per_class"])
    kinds = f"{n_kinds} kind{'s' * (n_kinds != 1)} of entities"
    imports = "from pathlib import Path; from palate.training.tokens import predict"
    usage = f"in Python: {imports}; predict(Path({str(out)!r}), [['a', 'text']])"
    last_line = f"{out}: finds {kinds} with F1 {figures['f1']:.3f} on {part} texts; {usage}"
    show_summary(model, messages, last_line, as_json=wants_json(ctx, json))
