"""`palate train ...`: trains encoders and classifiers. One file a command, and what they share.

Nothing heavy is imported at module level, as in all of cli/.
"""

from __future__ import annotations

import typer

from palate.cli.train import (
    adapt,
    align,
    classify,
    distil,
    evaluate,
    export,
    masked,
    reduce,
    regress,
    reward,
    similarity,
    tokens,
    tune,
)

WRITER_PANEL = "A model that writes"
CLASSIFIER_PANEL, ENCODER_PANEL, MODEL_PANEL = "A classifier on an encoder", "An encoder", "A trained model"

app = typer.Typer(
    no_args_is_help=True, help="Train encoders and classifiers on texts of your own, and measure them."
)
app.command("classify", rich_help_panel=CLASSIFIER_PANEL)(classify.classify)
app.command("regress", rich_help_panel=CLASSIFIER_PANEL)(regress.regress)
app.command("tokens", rich_help_panel=CLASSIFIER_PANEL)(tokens.tokens)
app.command("similarity", rich_help_panel=ENCODER_PANEL)(similarity.similarity)
app.command("masked", rich_help_panel=ENCODER_PANEL)(masked.masked)
app.command("distil", rich_help_panel=ENCODER_PANEL)(distil.distil)
app.command("reduce", rich_help_panel=ENCODER_PANEL)(reduce.reduce)
app.command("adapt", rich_help_panel=ENCODER_PANEL)(adapt.adapt)
app.command("reward", rich_help_panel=WRITER_PANEL)(reward.reward)
app.command("align", rich_help_panel=WRITER_PANEL)(align.align)
app.command("evaluate", rich_help_panel=MODEL_PANEL)(evaluate.evaluate)
app.command("export", rich_help_panel=MODEL_PANEL)(export.export)
app.add_typer(tune.app, name="tune", rich_help_panel=MODEL_PANEL)
