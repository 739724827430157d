"""`palate train tokens`: a thin door to palate.training.tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, DevOption, EncoderOption, OutOption, with_settings
from palate.cli.train.outcome import Teller, show_outcome
from palate.cli.train.quiet import quiet
from palate.cli.train.watching import watching
from palate.training.run.settings import HEADS, Settings


@with_settings(HEADS)
def tokens(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: Settings,
    dev: DevOption = None,
    text_column: Annotated[
        str, typer.Option("--text-column", metavar="NAME", help="The column with a text's words.")
    ] = "tokens",
    label_column: Annotated[
        str, typer.Option("--label-column", metavar="NAME", help="The column with a tag a word.")
    ] = "tags",
    encoder: EncoderOption = "minilm",
    json: JsonOption = False,
) -> None:
    """Train an encoder with a head that finds and names the parts of a text, such as people and places.

    A row is a text: its words and as many BIO tags (B-KIND, I-KIND, O), both with blanks between or as JSON
    lists.

    Example: palate train tokens --data sentences.jsonl --out my-names
    """
    tell = Teller()
    with quiet(), watching() as watch:
        from palate.training.tokens import tokens as train

        done = train(
            data,
            out,
            dev=dev,
            text=text_column,
            label=label_column,
            start=encoder,
            settings=settings,
            watch=watch,
            tell=tell,
        )
    part, figures = list(done.figures.items())[-1]
    kinds = len(figures["per_class"])
    made = f"{out}: finds {kinds} kind{'s' * (kinds != 1)} of entities with F1 {figures['f1']:.3f} on {part} texts"
    use = f"from pathlib import Path; from palate.training.tokens import predict; predict(Path({str(out)!r}), [['a', 'text']])"
    show_outcome(done, tell, f"{made}; in Python: {use}", as_json=wants_json(ctx, json))
