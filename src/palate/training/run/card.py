"""Model card: README.md of a trained model, with the metadata that Hugging Face's hub reads."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from palate.training.run.hub import HUB_ENTRIES, HUB_METRICS, HUB_NAMES
from palate.training.run.metrics import scalars
from palate.training.run.settings import DEFAULT_LORA_RATE, DEFAULT_RATE
from palate.training.run.trained_model import TrainedModel


def write_card(model: TrainedModel) -> None:
    """Writes README.md into the model's folder. The code in it runs in that folder."""
    entry, name = HUB_ENTRIES[model.kind], model.folder.resolve().name
    start = HUB_NAMES.get(model.start, model.start)
    classes = f" Classes: {', '.join(model.labels)}." if model.labels else ""
    report = sorted((model.folder / "report").glob("*.png"))
    sections = [
        f"---\n{_metadata(model)}\n---\n\n# {name}",
        f"A model that {entry.purpose}. It was made from {start} by palate, recipe `{model.kind}`.{classes}",
        f"## How to use it\n\nIn this folder, with {entry.library} alone:\n\n```python\n{entry.code}\n```",
        "" if model.kind == "align" else f"`palate train evaluate --model {name} --data FILE` measures it.",
        "## Figures\n\n" + _figures_table(model.figures),
        _class_table(model.figures),
        "\n".join(f"![{path.stem}](report/{path.name})" for path in report),
        "## Limits\n\n" + "\n".join(f"- {_one_line(limit)}" for limit in limits_of(model)),
        "## Data" if model.data else "",
        _table(
            ("file", "rows", "SHA-256"),
            [(data["file"], data["rows"], f"`{data['sha256']}`") for data in model.data],
        ),
        _columns(model.columns),
        "## Settings" if model.settings else "",
        _table(("setting", "value"), settings_of(model.settings)),
        "## Cost and versions",
        _cost(model),
        _table(("package", "version"), list(model.versions.items())),
    ]
    text = "\n\n".join(section for section in sections if section) + "\n"
    (model.folder / "README.md").write_text(text, "utf-8")


def _metadata(model: TrainedModel) -> str:
    """Returns the YAML header that the hub reads."""
    from huggingface_hub import EvalResult, ModelCardData

    entry = HUB_ENTRIES[model.kind]
    results = [
        EvalResult(
            task_type=entry.task,
            dataset_type="file",
            dataset_name=", ".join(data["file"] for data in model.data) or "texts of the maker",
            dataset_split=part,
            metric_type=HUB_METRICS.get(metric.split(".")[-1], metric.split(".")[-1]),
            metric_name=metric,
            metric_value=value,
        )
        for part, figures in model.figures.items()
        for metric, value in scalars(figures).items()
    ]
    metadata = ModelCardData(
        model_name=model.folder.resolve().name,
        eval_results=results or None,
        base_model=_hub_name(model.start),
        library_name=entry.library,
        pipeline_tag=entry.task,
        tags=["palate", model.kind, *(["lora"] if model.settings.get("lora") else [])],
    )
    return str(metadata.to_yaml())


def _hub_name(start: str) -> str | None:
    """Returns the start as the hub knows it; None for a folder."""
    name = start.removeprefix("sbert:")
    on_hub = re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII) and not Path(name).exists()
    return HUB_NAMES.get(start, name if on_hub else None)


def limits_of(model: TrainedModel) -> list[str]:
    """Returns the limits of every model of this kind, then the notes of this one."""
    window = model.settings.get("window")
    limits = []
    if model.kind == "masked":
        limits.append(
            f"It was trained on chunks of {window} word pieces, end to end; "
            "it reads no text longer than that."
        )
    elif window:
        limits.append(f"Texts are read to their {window}th word piece; what comes after counts for nothing.")
    limits.append(
        "It is as good as its figures on texts like those it was trained on; "
        "on others nobody has measured it."
    )
    return [*limits, *model.notes]


def _figures_table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    parts = {part: scalars(values) for part, values in figures.items()}
    metrics = list(dict.fromkeys(metric for values in parts.values() for metric in values))
    rows = [(metric, *(_format(values.get(metric)) for values in parts.values())) for metric in metrics]
    return _table(("figure", *parts), rows) if rows else "None were measured."


def _class_table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the figures of each class, on the last part of the data that has them."""
    by_part = [(part, values["per_class"]) for part, values in figures.items() if "per_class" in values]
    if not by_part:
        return ""
    part, classes = by_part[-1]
    columns = list(next(iter(classes.values())))
    rows = [(label, *(_format(values[column]) for column in columns)) for label, values in classes.items()]
    return f"By class, on {part} examples:\n\n" + _table(("class", *columns), rows)


def _columns(columns: Mapping[str, str]) -> str:
    if not columns:
        return ""
    return "Columns: " + ", ".join(f"{role} from `{column}`" for role, column in columns.items()) + "."


def settings_of(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns the settings that have a value, with the learning rate that was used where none was given."""
    rate = settings.get("rate") or (DEFAULT_LORA_RATE if settings.get("lora") else DEFAULT_RATE)
    used = {**settings, "rate": rate} if "rate" in settings else settings
    return [(name, _format(value)) for name, value in used.items() if value is not None]


def _cost(model: TrainedModel) -> str:
    if not model.parameters:
        return ""
    return (
        f"{model.parameters:,} parameters, {model.trainable:,} of them trained "
        f"({model.trainable / model.parameters:.1%}). "
        f"Training took {model.seconds:,.0f} s and {model.peak_mb:,.0f} MB of memory at most."
    )


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_one_line(cell) for cell in line) + " |" for line in lines)


def _one_line(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|")


def _format(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_format(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
