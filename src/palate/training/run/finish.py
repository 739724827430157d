"""The end of a training: its report, card and palate.json are written and its checkpoints removed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from palate.training.run.card import write_card
from palate.training.run.loop import TrainingRun
from palate.training.run.pictures import draw_history, draw_report
from palate.training.run.resume import remove_checkpoints, report_full_disk
from palate.training.run.trained_model import TrainedModel, read_trained_model, write_trained_model

Drawings = Mapping[str, Callable[[Path], object]]  # by file name, functions that draw to a path


def finish(
    model: TrainedModel, run: TrainingRun, best_figure: str, drawings: Drawings = MappingProxyType({})
) -> TrainedModel:
    """Writes report, card and palate.json beside saved weights, and removes the checkpoints.

    best_figure: the figure that chose the weights; the report draws its history. drawings: the other pictures
    of the report.
    """
    out = model.folder

    def history(path: Path) -> object:
        return draw_history(run.history, path, figure=best_figure, best_step=run.best_step)

    with report_full_disk(out):
        missing_pictures = draw_report(out / "report", {"history": history, **drawings})
        (out / "report" / "history.json").write_text(json.dumps(run.history, indent=1) + "\n", "utf-8")
        model = save_trained_model(replace(model, notes=(*model.notes, *missing_pictures)), run)
    remove_checkpoints(out)
    return model


def save_trained_model(model: TrainedModel, run: TrainingRun | None = None) -> TrainedModel:
    """Writes the card, then palate.json, and returns the model as it is read back.

    run: the training whose cost is recorded; without one the model keeps the cost that it has.
    """
    model = model if run is None else with_cost(model, run)
    write_card(model)
    write_trained_model(model)
    return read_trained_model(model.folder)


def with_cost(model: TrainedModel, run: TrainingRun) -> TrainedModel:
    """Returns the model with the time, memory and parameters of a run."""
    return replace(
        model,
        seconds=round(run.seconds, 1),
        peak_mb=round(run.peak_mb),
        parameters=run.parameters,
        trainable=run.trainable,
    )
