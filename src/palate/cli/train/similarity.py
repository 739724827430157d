"""`palate train similarity`: a thin door to palate.training.similarity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import EncoderOption, OutOption, with_settings
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.errors import BadValue
from palate.training.run.settings import SIMILARITY_DEFAULTS, TrainingSettings

PANEL = "Examples, each option as often as there are files"
SCORE_COLUMNS = "sentence1, sentence2 and score or relatedness"

NliOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--nli",
        metavar="FILE",
        help="premise, hypothesis and label: which premise entails which hypothesis.",
        rich_help_panel=PANEL,
    ),
]
StsOption = Annotated[
    list[Path] | None,
    typer.Option("--sts", metavar="FILE", help=f"{SCORE_COLUMNS}: how similar.", rich_help_panel=PANEL),
]
TripletsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--triplets",
        metavar="FILE",
        help="anchor, positive and negative: which is nearer.",
        rich_help_panel=PANEL,
    ),
]
PairsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--pairs",
        metavar="FILE",
        rich_help_panel=PANEL,
        help="question1, question2 and duplicate, or anchor and positive, or NLI: "
        "which partner is to be found among all others.",
    ),
]


def _dev(kind: str) -> object:
    return typer.Option(
        f"--dev-{kind}", metavar="FILE", help=f"As --{kind}, to choose the weights by.", rich_help_panel=PANEL
    )


@with_settings(SIMILARITY_DEFAULTS)
def similarity(
    ctx: typer.Context,
    out: OutOption,
    settings: TrainingSettings,
    nli: NliOption = None,
    sts: StsOption = None,
    triplets: TripletsOption = None,
    pairs: PairsOption = None,
    dev_nli: Annotated[list[Path] | None, _dev("nli")] = None,
    dev_sts: Annotated[list[Path] | None, _dev("sts")] = None,
    dev_triplets: Annotated[list[Path] | None, _dev("triplets")] = None,
    dev_pairs: Annotated[list[Path] | None, _dev("pairs")] = None,
    encoder: EncoderOption = "minilm",
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            metavar="KIND=X,...",
            help="Passes an epoch makes through a kind, as in nli=0.5. Default: 1.",
        ),
    ] = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Train an encoder whose vectors are near where texts mean the same, on any mix of four kinds of
    examples.

    Without --dev-... a tenth of each kind is held out to choose the weights. NLI first and STS then, the
    classic way, is two commands: give the --out of the first as --encoder of the second.

    Example: palate train similarity --nli nli.csv.gz --sts sts.csv.gz --out my-encoder
    """
    messages = MessageLog()
    weight_of = _weights(weights)
    dev = {"nli": dev_nli, "sts": dev_sts, "triplets": dev_triplets, "pairs": dev_pairs}
    files = [*(nli or ()), *(sts or ()), *(triplets or ()), *(pairs or ())]
    files += [file for group in dev.values() for file in group or ()]
    if not files:
        raise BadValue("there is nothing to train on; give examples with --nli, --sts, --triplets or --pairs")
    doing = f"reading {', '.join(map(str, files))}, loading {encoder}"
    with working(doing, *files, model=encoder, device=device), training_progress() as on_step:
        from palate.training.similarity import similarity as train

        model = train(
            out,
            nli=nli or (),
            sts=sts or (),
            triplets=triplets or (),
            pairs=pairs or (),
            weights=weight_of,  # type: ignore[arg-type]
            dev={kind: files for kind, files in dev.items() if files},  # type: ignore[misc]
            start=encoder,
            settings=settings,
            on_step=on_step,
        )
    before, after = model.figures["before"], model.figures["after"]
    gains = ", ".join(
        f"{name} {before[name]:.3f} -> {value:.3f}" for name, value in after.items() if name in before
    )
    last_line = f"{out}: sentence vectors, {gains}; use them: palate encoder use sbert:{out}"
    show_summary(model, messages, last_line, as_json=wants_json(ctx, json))


def _weights(option: str | None) -> dict[str, float]:
    """Reads the value of --weights. Raises BadValue.

    >>> _weights("nli=0.5,sts=1")
    {'nli': 0.5, 'sts': 1.0}
    """
    weights = {}
    for part in option.split(",") if option else ():
        kind, _, weight = part.partition("=")
        try:
            weights[kind.strip()] = float(weight)
        except ValueError:
            raise BadValue(f"--weights has {part!r}, expected a kind and a weight such as nli=0.5") from None
    return weights
