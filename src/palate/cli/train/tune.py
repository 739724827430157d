"""`palate train tune ...`: thin doors to palate.training.search, one for each searchable training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, DevOption, EncoderOption, OutOption, with_settings
from palate.cli.train.progress import training_progress
from palate.cli.train.similarity import NliOption, PairsOption, StsOption, TripletsOption
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_table
from palate.errors import BadValue
from palate.training.run.settings import (
    CLASSIFIER_DEFAULTS,
    MASKED_DEFAULTS,
    SIMILARITY_DEFAULTS,
    TrainingSettings,
)

if TYPE_CHECKING:
    from palate.training.search import SearchResult
    from palate.training.searchable import Searchable

MinutesOption = Annotated[
    float, typer.Option("--minutes", metavar="N", help="About how long; the first trial always ends.")
]
TrialsOption = Annotated[
    int | None, typer.Option("--trials", min=1, metavar="N", help="At most so many trials.")
]
ColumnOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The column. Default: as without tune.")
]
DEFAULTS = {
    "classify": CLASSIFIER_DEFAULTS,
    "regress": CLASSIFIER_DEFAULTS,
    "tokens": CLASSIFIER_DEFAULTS,
    "masked": MASKED_DEFAULTS,
}

app = typer.Typer(
    no_args_is_help=True,
    help="Try settings of a training for some minutes and keep the model that did best on validation "
    "examples. The first trial has the settings as given, so that the outcome is never worse there. "
    "Repeat a stopped command to go on.",
)


def _example_command(name: Any) -> Callable[..., None]:
    """Returns the command for a training on one file."""

    @with_settings(DEFAULTS[name])
    def tune(
        ctx: typer.Context,
        data: DataOption,
        out: OutOption,
        settings: TrainingSettings,
        minutes: MinutesOption = 20.0,
        trials: TrialsOption = None,
        dev: DevOption = None,
        text_column: ColumnOption = None,
        label_column: ColumnOption = None,
        encoder: EncoderOption = "minilm",
        device: DeviceOption = "auto",
        json: JsonOption = False,
    ) -> None:
        columns = {
            role: column for role, column in (("text", text_column), ("label", label_column)) if column
        }
        if name == "masked" and label_column:
            raise BadValue("masked training has no labels; leave --label-column out")

        def searchable() -> Searchable:
            from palate.training.searchable import search_examples

            return search_examples(name, data, dev=dev, start=encoder, settings=settings, columns=columns)

        with working(f"reading {data}, loading {encoder}", data, dev, model=encoder, device=device):
            _search(searchable, out, settings, minutes, trials, as_json=wants_json(ctx, json))

    tune.__doc__ = f"""Search the settings of `palate train {name}`, which see.

    Example: palate train tune {name} --data FILE --minutes 20 --out DIR
    """
    return tune


@app.command("similarity")
@with_settings(SIMILARITY_DEFAULTS)
def similarity(
    ctx: typer.Context,
    out: OutOption,
    settings: TrainingSettings,
    nli: NliOption = None,
    sts: StsOption = None,
    triplets: TripletsOption = None,
    pairs: PairsOption = None,
    minutes: MinutesOption = 20.0,
    trials: TrialsOption = None,
    encoder: EncoderOption = "minilm",
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Search the settings of `palate train similarity`, which see.

    Example: palate train tune similarity --sts sts.csv.gz --minutes 20 --out DIR
    """
    options: dict[str, Any] = {"nli": nli, "sts": sts, "triplets": triplets, "pairs": pairs}
    paths: Mapping[Any, list[Path]] = {kind: files for kind, files in options.items() if files}
    if not paths:
        raise BadValue("there is nothing to train on; give examples with --nli, --sts, --triplets or --pairs")

    def searchable() -> Searchable:
        from palate.training.searchable import search_sentences

        return search_sentences(paths, {}, start=encoder, settings=settings)

    given = [file for files in paths.values() for file in files]
    doing = f"reading {', '.join(map(str, given))}, loading {encoder}"
    with working(doing, *given, model=encoder, device=device):
        _search(searchable, out, settings, minutes, trials, as_json=wants_json(ctx, json))


for _name in DEFAULTS:
    app.command(_name)(_example_command(_name))


def _search(
    make_searchable: Callable[[], Searchable],
    out: Path,
    settings: TrainingSettings,
    minutes: float,
    trials: int | None,
    *,
    as_json: bool,
) -> None:
    with training_progress() as on_step:
        from palate.training.search import search_settings

        searchable = make_searchable()
        result = search_settings(
            searchable.train,
            out,
            searchable.goal,
            searchable.recipe,
            settings=settings,
            minutes=minutes,
            trials=trials,
            on_step=on_step,
            on_message=MessageLog(),
        )
    _show_result(result, searchable, out, as_json=as_json)


def _show_result(result: SearchResult, searchable: Searchable, out: Path, *, as_json: bool) -> None:
    goal, best, trials = searchable.goal, result.best, result.trials
    names = ("trial", goal.figure, "ended", "seconds")
    rows = [(trial.number + 1, trial.value(goal), trial.ended, round(trial.seconds)) for trial in trials]
    if as_json:
        trial_rows = [
            {**dict(zip(names, row, strict=True)), **trial.choice}
            for row, trial in zip(rows, trials, strict=True)
        ]
        show.out_json(
            {
                "folder": str(out),
                "best": best.number + 1,
                goal.figure: best.value(goal),
                "settings": dict(best.choice),
                "figures": result.model.figures,
                "trials": trial_rows,
            }
        )
        return
    choices = [
        ["-" if value is None else f"{value:.3g}" for value in trial.choice.values()] for trial in trials
    ]
    show_table((*names, *best.choice), [(*row, *choice) for row, choice in zip(rows, choices, strict=True)])
    gain = (
        f"{goal.figure} {best.value(goal):.4f} on validation examples, {trials[0].value(goal):.4f} as given"
    )
    usage = f"measure it: palate train evaluate --model {out} --data FILE"
    show.out(f"{out}: the best of {len(rows)} trials, number {best.number + 1}, {gain}; {usage}")
