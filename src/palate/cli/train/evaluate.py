"""`palate train evaluate`: a thin door to palate.training.evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import FORMATS
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import show_classes, show_table

ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="DIR",
        help="A model that palate trained, or minilm, a folder, a hub name.",
        show_default=False,
    ),
]
ColumnOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The column. Default: that of the training.")
]


def evaluate(
    ctx: typer.Context,
    model: ModelOption,
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE", help=f"Examples: {FORMATS}.", show_default=False)
    ],
    text_column: ColumnOption = None,
    label_column: ColumnOption = None,
    fit: Annotated[
        Path | None,
        typer.Option(
            "--fit",
            metavar="FILE",
            help="Entailment on an encoder without a classifier of it: examples to fit one on.",
        ),
    ] = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Measure a trained model on any file of examples.

    Classes: accuracy, precision, recall, f1, ece. Quantities: mse, mae, pearson, spearman. Tags: precision,
    recall, f1, accuracy. Gaps: perplexity. An encoder is measured by what the columns are: sentence1,
    sentence2, score: spearman, pearson; premise, hypothesis, label: accuracy; anchor, positive, negative:
    accuracy; question1, question2, duplicate: mrr.

    Example: palate train evaluate --model my-kinds --data test.csv.gz --json
    """
    with working(f"reading {data}, loading {model}", data, fit, model=model, device=device):
        from palate.training.evaluate import evaluate as measure
        from palate.training.run.metrics import scalars
        from palate.training.run.table import read_table

        table = read_table(data)
        kind, figures = measure(
            model, table, text=text_column, label=label_column, fit=read_table(fit) if fit else None
        )
    if wants_json(ctx, json):
        show.out_json({"model": model, "kind": kind, "data": str(data), "rows": len(table), **figures})
        return
    undefined = {name: None for name, value in figures.items() if value is None}
    show_table(("figure", "value"), list({**scalars(figures), **undefined}.items()))
    if classes := figures.get("per_class"):
        show_classes("class", classes)
    show.note(f"{model} on {len(table):,} rows of {data} ({kind})")
