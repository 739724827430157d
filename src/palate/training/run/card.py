"""Card: README.md of a finished model, with the head that Hugging Face's hub reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from palate.training.metrics import scalars
from palate.training.run.settings import LORA_RATE, RATE

if TYPE_CHECKING:
    from palate.training.run.finish import Finished

HUB_NAMES = {"minilm": "sentence-transformers/all-MiniLM-L6-v2"}
# as the hub calls them, where its word is another one
HUB_METRICS = {"pearson": "pearsonr", "spearman": "spearmanr"}
EXAMPLE = "A text of yours."


class Look(NamedTuple):
    """What a kind of model is on the hub, what it does in words, and the code that uses it."""

    task: str
    library: str
    does: str
    code: str


CLASSES = f"""from transformers import pipeline

classify = pipeline("text-classification", model=".")
print(classify("{EXAMPLE}", truncation=True, top_k=None))"""
NUMBER = f"""from transformers import pipeline

value = pipeline("text-classification", model=".", function_to_apply="none")
print(value("{EXAMPLE}", truncation=True)[0]["score"])"""
WORDS = f"""from transformers import pipeline

tag = pipeline("token-classification", model=".", aggregation_strategy="simple")
print(tag("{EXAMPLE}"))"""
BLANK = """from transformers import pipeline

fill = pipeline("fill-mask", model=".")
print(fill(f"This is a great {fill.tokenizer.mask_token}."))"""
VECTORS = f"""from sentence_transformers import SentenceTransformer

model = SentenceTransformer(".")
vectors = model.encode(["{EXAMPLE}", "Another one."])
print(model.similarity(vectors, vectors))"""
STATIC = f"""from pathlib import Path

from palate.encoder.static import StaticEncoder

encoder = StaticEncoder(Path("."))
print(encoder.encode(["{EXAMPLE}"]).shape)"""

SENTENCES = "sentence-similarity", "sentence-transformers"
LOOKS = {
    "classify": Look("text-classification", "transformers", "tells the class of a text", CLASSES),
    "regress": Look("text-classification", "transformers", "gives a text a number", NUMBER),
    "tokens": Look("token-classification", "transformers", "finds and names the parts of a text", WORDS),
    "masked": Look("fill-mask", "transformers", "fills a gap in a text", BLANK),
    "similarity": Look(
        *SENTENCES, "turns a text into a vector that lies near those of texts that mean the same", VECTORS
    ),
    "shallow": Look(
        *SENTENCES, "turns a text into a vector, with fewer layers than the model it learned from", VECTORS
    ),
    "reduce": Look(*SENTENCES, "turns a text into a shorter vector than the model it was made from", VECTORS),
    "adapt": Look(
        *SENTENCES, "turns a text into a vector, tuned on what readers liked and disliked", VECTORS
    ),
    "static": Look(
        "feature-extraction",
        "palate",
        "turns a text into the weighted sum of its word pieces' vectors",
        STATIC,
    ),
}


def write_card(finished: Finished) -> None:
    """Write README.md into the model's folder. The code in it runs in that folder."""
    from huggingface_hub import EvalResult, ModelCardData

    look, name = LOOKS[finished.kind], finished.folder.resolve().name
    results = [
        EvalResult(
            task_type=look.task,
            dataset_type="file",
            dataset_name=_data_name(finished),
            dataset_split=part,
            metric_type=HUB_METRICS.get(metric.split(".")[-1], metric.split(".")[-1]),
            metric_name=metric,
            metric_value=value,
        )
        for part, figures in finished.figures.items()
        for metric, value in scalars(figures).items()
    ]
    head = ModelCardData(
        model_name=name,
        eval_results=results or None,
        base_model=_hub_name(finished.start),
        library_name=look.library,
        pipeline_tag=look.task,
        tags=["palate", finished.kind, *(["lora"] if finished.settings.get("lora") else [])],
    )
    start = HUB_NAMES.get(finished.start, finished.start)
    parts = [
        f"---\n{head.to_yaml()}\n---\n\n# {name}",
        f"A model that {look.does}. It was made from {start} by palate, recipe `{finished.kind}`."
        + (f" Classes: {', '.join(finished.labels)}." if finished.labels else ""),
        f"## How to use it\n\nIn this folder, with {look.library} alone:\n\n```python\n{look.code}\n```",
        f"`palate train evaluate --model {name} --data FILE` measures it on other examples.",
        "## Figures\n\n" + _figures(finished.figures),
        _classes(finished.figures),
        "\n".join(
            f"![{path.stem}](report/{path.name})"
            for path in sorted((finished.folder / "report").glob("*.png"))
        ),
        "## Limits\n\n" + "\n".join(f"- {_line(limit)}" for limit in _limits(finished)),
        "## Data" if finished.data else "",
        _table(
            ("file", "rows", "SHA-256"),
            [(data["file"], data["rows"], f"`{data['sha256']}`") for data in finished.data],
        ),
        _columns(finished.columns),
        "## Settings" if finished.settings else "",
        _table(("setting", "value"), _settings(finished.settings)),
        "## Cost and versions",
        _cost(finished),
        _table(("package", "version"), list(finished.versions.items())),
    ]
    (finished.folder / "README.md").write_text("\n\n".join(part for part in parts if part) + "\n", "utf-8")


def _data_name(finished: Finished) -> str:
    return ", ".join(data["file"] for data in finished.data) or "texts of the maker"


def _hub_name(start: str) -> str | None:
    """The start as the hub knows it; None for a folder."""
    name = start.removeprefix("sbert:")
    on_hub = re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII) and not Path(name).exists()
    return HUB_NAMES.get(start, name if on_hub else None)


def _limits(finished: Finished) -> list[str]:
    """What holds for every model of this kind, then what was noted of this one."""
    window = finished.settings.get("window")
    cut = (
        [f"Texts are read to their {window}th word piece; what comes after counts for nothing."]
        if window
        else []
    )
    if finished.kind == "masked":
        cut = [
            f"It was trained on chunks of {window} word pieces, end to end; it reads no text longer than that."
        ]
    alike = "It is as good as its figures on texts like those it was trained on; on others nobody has measured it."
    return [*cut, alike, *finished.notes]


def _figures(figures: Mapping[str, Mapping[str, Any]]) -> str:
    parts = {part: scalars(found) for part, found in figures.items()}
    metrics = list(dict.fromkeys(metric for found in parts.values() for metric in found))
    rows = [(metric, *(_shown(found.get(metric)) for found in parts.values())) for metric in metrics]
    return _table(("figure", *parts), rows) if rows else "None were measured."


def _classes(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Class by class, of the last part that knows it."""
    known = [(part, found["per_class"]) for part, found in figures.items() if "per_class" in found]
    if not known:
        return ""
    part, classes = known[-1]
    columns = list(next(iter(classes.values())))
    rows = [(label, *(_shown(found[column]) for column in columns)) for label, found in classes.items()]
    return f"By class, on {part} examples:\n\n" + _table(("class", *columns), rows)


def _columns(columns: Mapping[str, str]) -> str:
    return (
        "Columns: " + ", ".join(f"{role} from `{column}`" for role, column in columns.items()) + "."
        if columns
        else ""
    )


def _settings(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Those that were set, with the rate that was taken where none was."""
    rate = settings.get("rate") or (LORA_RATE if settings.get("lora") else RATE)
    taken = {**settings, "rate": rate} if "rate" in settings else settings
    return [(name, _shown(value)) for name, value in taken.items() if value is not None]


def _cost(finished: Finished) -> str:
    if not finished.parameters:
        return ""
    return (
        f"{finished.parameters:,} parameters, {finished.trainable:,} of them trained "
        f"({finished.trainable / finished.parameters:.1%}). "
        f"Training took {finished.seconds:,.0f} s and {finished.peak_mb:,.0f} MB of memory at most."
    )


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_line(cell) for cell in line) + " |" for line in lines) if rows else ""


def _line(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
