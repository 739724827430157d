"""`palate train ...`: the bench where encoders and heads are made. One file a command, and what they share.

Nothing heavy is imported at module level, as in all of cli/.
"""

from __future__ import annotations

import typer

from palate.cli.train import (
    adapt,
    classify,
    distil,
    evaluate,
    export,
    masked,
    reduce,
    regress,
    similarity,
    tokens,
    tune,
)

HEADS, SENTENCES, AFTER = "A head on an encoder", "An encoder", "What was made"

app = typer.Typer(
    no_args_is_help=True, help="Train encoders and heads on texts of your own, and measure them."
)
app.command("classify", rich_help_panel=HEADS)(classify.classify)
app.command("regress", rich_help_panel=HEADS)(regress.regress)
app.command("tokens", rich_help_panel=HEADS)(tokens.tokens)
app.command("similarity", rich_help_panel=SENTENCES)(similarity.similarity)
app.command("masked", rich_help_panel=SENTENCES)(masked.masked)
app.command("distil", rich_help_panel=SENTENCES)(distil.distil)
app.command("reduce", rich_help_panel=SENTENCES)(reduce.reduce)
app.command("adapt", rich_help_panel=SENTENCES)(adapt.adapt)
app.command("evaluate", rich_help_panel=AFTER)(evaluate.evaluate)
app.command("export", rich_help_panel=AFTER)(export.export)
app.add_typer(tune.app, name="tune", rich_help_panel=AFTER)
