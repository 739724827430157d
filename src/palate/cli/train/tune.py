"""`palate train tune ...`: thin doors to palate.training.tune, one for each training that can be searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, DevOption, EncoderOption, OutOption, with_settings
from palate.cli.train.outcome import Teller, show_table
from palate.cli.train.quiet import quiet
from palate.cli.train.similarity import NliOption, PairsOption, StsOption, TripletsOption
from palate.cli.train.watching import watching
from palate.errors import BadValue
from palate.training.run.settings import HEADS, MASKED, SIMILARITY, Settings

if TYPE_CHECKING:
    from palate.training.tunable import Tunable

MinutesOption = Annotated[
    float, typer.Option("--minutes", metavar="N", help="About how long; the first trial always ends.")
]
TrialsOption = Annotated[
    int | None, typer.Option("--trials", min=1, metavar="N", help="At most so many trials.")
]
ColumnOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The column. Default: as without tune.")
]
DEFAULTS = {"classify": HEADS, "regress": HEADS, "tokens": HEADS, "masked": MASKED}

app = typer.Typer(
    no_args_is_help=True,
    help="Try settings of a training for some minutes and keep the model that did best on validation examples. The first trial "
    "has the settings as given, so that the outcome is never worse there. Repeat a stopped command to go on.",
)


def _of_examples(name: Any) -> Callable[..., None]:
    """The command for a training on one file."""

    @with_settings(DEFAULTS[name])
    def tune(
        ctx: typer.Context,
        data: DataOption,
        out: OutOption,
        settings: Settings,
        minutes: MinutesOption = 20.0,
        trials: TrialsOption = None,
        dev: DevOption = None,
        text_column: ColumnOption = None,
        label_column: ColumnOption = None,
        encoder: EncoderOption = "minilm",
        json: JsonOption = False,
    ) -> None:
        columns = {
            role: column for role, column in (("text", text_column), ("label", label_column)) if column
        }
        if name == "masked" and label_column:
            raise BadValue("masked training has no labels; leave --label-column out")

        def tunable() -> Tunable:
            from palate.training.tunable import of_examples

            return of_examples(name, data, dev=dev, start=encoder, settings=settings, columns=columns)

        _tune(tunable, out, settings, minutes, trials, as_json=wants_json(ctx, json))

    tune.__doc__ = f"""Search the settings of `palate train {name}`, which see.

    Example: palate train tune {name} --data FILE --minutes 20 --out DIR
    """
    return tune


@app.command("similarity")
@with_settings(SIMILARITY)
def similarity(
    ctx: typer.Context,
    out: OutOption,
    settings: Settings,
    nli: NliOption = None,
    sts: StsOption = None,
    triplets: TripletsOption = None,
    pairs: PairsOption = None,
    minutes: MinutesOption = 20.0,
    trials: TrialsOption = None,
    encoder: EncoderOption = "minilm",
    json: JsonOption = False,
) -> None:
    """Search the settings of `palate train similarity`, which see.

    Example: palate train tune similarity --sts sts.csv.gz --minutes 20 --out DIR
    """
    given: dict[str, Any] = {"nli": nli, "sts": sts, "triplets": triplets, "pairs": pairs}
    sources: Mapping[Any, list[Path]] = {kind: paths for kind, paths in given.items() if paths}
    if not sources:
        raise BadValue("there is nothing to train on; give examples with --nli, --sts, --triplets or --pairs")

    def tunable() -> Tunable:
        from palate.training.tunable import of_sentences

        return of_sentences(sources, {}, start=encoder, settings=settings)

    _tune(tunable, out, settings, minutes, trials, as_json=wants_json(ctx, json))


for _name in DEFAULTS:
    app.command(_name)(_of_examples(_name))


def _tune(
    tunable: Callable[[], Tunable],
    out: Path,
    settings: Settings,
    minutes: float,
    trials: int | None,
    *,
    as_json: bool,
) -> None:
    tell = Teller()
    with quiet(), watching() as watch:
        from palate.training.tune import tune

        its = tunable()
        found = tune(
            its.train,
            out,
            its.goal,
            its.facts,
            settings=settings,
            minutes=minutes,
            trials=trials,
            watch=watch,
            tell=tell,
        )
    figure, value, first = its.goal.figure, found.best.value(its.goal), found.trials[0].value(its.goal)
    rows = [(one.number + 1, one.value(its.goal), one.ended, round(one.seconds)) for one in found.trials]
    names = ("trial", figure, "ended", "seconds")
    if as_json:
        told = [
            {**dict(zip(names, row, strict=True)), **one.choice}
            for row, one in zip(rows, found.trials, strict=True)
        ]
        best = {"best": found.best.number + 1, figure: value, "settings": dict(found.best.choice)}
        show.out_json({"folder": str(out), **best, "figures": found.finished.figures, "trials": told})
        return
    chosen = [
        ["-" if value is None else f"{value:.3g}" for value in one.choice.values()] for one in found.trials
    ]
    show_table(
        (*names, *found.best.choice), [(*row, *choice) for row, choice in zip(rows, chosen, strict=True)]
    )
    gain = f"{figure} {value:.4f} on validation examples, {first:.4f} as given"
    use = f"measure it: palate train evaluate --model {out} --data FILE"
    show.out(f"{out}: the best of {len(rows)} trials, number {found.best.number + 1}, {gain}; {use}")
