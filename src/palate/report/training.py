"""Outcome of a training as a report: figures, classes, curves, limits, data, settings and cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from palate.insight.chart import Chart, line_chart
from palate.report.section import Cell, Report, Section, Shade, Table
from palate.training.run.card import limits_of, settings_of
from palate.training.run.hub import HUB_ENTRIES
from palate.training.run.metrics import scalars
from palate.training.run.trained_model import TrainedModel

MAX_SHOWN_CLASSES = 20  # in the table of what was taken for what
OWN_CHARTS = ("history", "confusion")  # pictures that the page draws itself
UNMEASURED = ("_loss", "_runtime", "_per_second")  # ends of what is logged beside figures


def training_report(model: TrainedModel) -> Report:
    """Reports on a model that palate trained, by what its folder holds; see `read_trained_model`.

    Its page is for who trained; the model card beside it is for the hub.
    """
    facts = {
        "kind": model.kind,
        "start": model.start,
        "parameters": f"{model.parameters:,}",
        "trained": f"{model.trainable / max(model.parameters, 1):.1%}",
        "seconds": f"{model.seconds:,.0f}",
        "memory, MB": f"{model.peak_mb:,.0f}",
    }
    sections = [_figures(model), *_classes(model), *_curves(model), _limits(model), *_settings(model)]
    return Report(f"{model.folder.resolve().name}: a trained model", facts, tuple(sections))


def _figures(model: TrainedModel) -> Section:
    parts = {part: scalars(figures) for part, figures in model.figures.items()}
    names = list(dict.fromkeys(name for values in parts.values() for name in values))
    rows = tuple((name, *(_shown(values.get(name)) for values in parts.values())) for name in names)
    told = f"A model that {HUB_ENTRIES[model.kind].purpose}, made from {model.start}."
    table = Table("Figures", ("figure", *parts), rows, ("figure",))
    return Section("figures", "Figures", "How good it is", (told,), tables=(table,) if rows else ())


def _classes(model: TrainedModel) -> list[Section]:
    measured = [(part, figures) for part, figures in model.figures.items() if "per_class" in figures]
    if not measured:
        return []
    part, figures = measured[-1]
    classes: Mapping[str, Mapping[str, Any]] = figures["per_class"]
    columns = list(next(iter(classes.values())))
    rows = tuple((label, *(_shown(values[name]) for name in columns)) for label, values in classes.items())
    tables = [Table("Figures of each class", ("class", *columns), rows, ("class",))]
    if "confusion" in figures and len(classes) <= MAX_SHOWN_CLASSES:
        tables.append(_confusion(list(classes), figures["confusion"]))
    told = f"Measured on {part} examples."
    return [Section("classes", "Classes", "Class by class", (told,), tables=tuple(tables))]


def _confusion(labels: list[str], confusion: list[list[int]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for label, counts in zip(labels, confusion, strict=True):
        total = max(sum(counts), 1)
        rows.append((label, *(Shade(count, count / total) for count in counts)))
    columns = ("true class", *(f"as {label}" for label in labels))
    return Table("What was taken for what", columns, tuple(rows), ("true class",))


def _curves(model: TrainedModel) -> list[Section]:
    folder = model.folder / "report"
    path = folder / "history.json"
    history = json.loads(path.read_text("utf-8")) if path.is_file() else []
    names = {name for logs in history for name in logs if name.startswith("eval_")}
    kept = sorted(name for name in names if not name.endswith(UNMEASURED))
    drawn = [_curve(history, "loss", "eval_loss"), *(_curve(history, name) for name in kept)]
    charts = tuple(chart for chart in drawn if chart)
    files = [file for file in sorted(folder.glob("*.png")) if file.stem not in OWN_CHARTS]
    pictures = tuple((file.stem, file.read_bytes()) for file in files)
    if not charts and not pictures:
        return []
    return [Section("curves", "Curves", "How it was trained", charts=charts, pictures=pictures)]


def _curve(history: list[Mapping[str, float]], *keys: str) -> Chart | None:
    """Draws what was logged under some keys by epoch, or by step where epochs were not counted; None where
    there are fewer than two of each.
    """
    axis = "epoch" if any("epoch" in logs for logs in history) else "step"
    lines = {}
    for key in keys:
        points = [(logs[axis], logs[key]) for logs in history if key in logs and axis in logs]
        if len(points) > 1:
            x, y = np.array(points, dtype=np.float64).T
            lines["validation" if key.startswith("eval_") else "training"] = (x, y)
    name = keys[0].removeprefix("eval_").replace("_", " ")
    return line_chart(f"{name.capitalize()} by {axis}", (axis, name), lines) if lines else None


def _limits(model: TrainedModel) -> Section:
    return Section("limits", "Limits", "What to know before use", tuple(limits_of(model)))


def _settings(model: TrainedModel) -> list[Section]:
    data = tuple((one["file"], one["rows"], one["sha256"]) for one in model.data)
    settings = tuple(settings_of(model.settings))
    tables = (
        Table("Data", ("file", "rows", "SHA-256"), data, ("file", "SHA-256")),
        Table("Settings", ("setting", "value"), settings, ("setting", "value")),
        Table("Versions", ("package", "version"), tuple(model.versions.items()), ("package", "version")),
    )
    filled = tuple(table for table in tables if table.rows)
    return [Section("settings", "Settings", "How it was made", tables=filled)] if filled else []


def _shown(value: Any) -> Cell:
    if value is None:
        return "not defined"
    return f"{value:.4f}" if isinstance(value, float) else int(value)
