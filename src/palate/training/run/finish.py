"""Finished: what a training made, told by palate.json beside the model."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from palate.errors import BadSource
from palate.training.run.card import write_card
from palate.training.run.loop import Run
from palate.training.run.resume import FINISHED
from palate.training.run.settings import Settings
from palate.training.table import Table

SCHEMA = 1
PACKAGES = ("torch", "transformers", "sentence-transformers", "peft")


@dataclass(frozen=True)
class Finished:
    """A finished model. kind: the recipe's name. labels: of classes, in the order of their numbers. columns:
    what the recipe read, such as {"text": "text", "label": "label"}. figures: by part of the data, such as
    {"validation": {"accuracy": 0.9}}. data: file, sha256 and rows of each file. notes: what a reader of the
    figures must know, such as texts that were cut."""

    folder: Path
    kind: str
    start: str
    labels: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    data: tuple[Mapping[str, Any], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    peak_mb: float = 0.0
    parameters: int = 0
    trainable: int = 0

    @property
    def window(self) -> int:
        return int(self.settings["window"])


def recipe(
    kind: str, start: str, tables: Sequence[Table], settings: Settings, **others: Any
) -> dict[str, Any]:
    """All that decides what a training ends in, as JSON."""
    files = [{"file": table.path.name, "sha256": table.sha256, "rows": len(table)} for table in tables]
    return {
        "kind": kind,
        "start": start,
        "data": files,
        "settings": asdict(settings),
        "versions": versions(),
        **others,
    }


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("palate", *PACKAGES)}


def costed(finished: Finished, run: Run) -> Finished:
    """With what the run came to."""
    finished = replace(finished, seconds=round(run.seconds, 1), peak_mb=round(run.peak_mb))
    return replace(finished, parameters=run.parameters, trainable=run.trainable)


def save_finished(finished: Finished, run: Run | None = None) -> Finished:
    """Write the card, then palate.json, the last file of a model: what has it is whole. run: where its cost
    comes from.
    """
    finished = finished if run is None else costed(finished, run)
    write_card(finished)
    facts = {"schema": SCHEMA, **asdict(finished)}
    del facts["folder"]
    fresh = finished.folder / f"{FINISHED}.new"
    fresh.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    fresh.replace(finished.folder / FINISHED)
    return read_finished(finished.folder)


def read_finished(folder: Path) -> Finished:
    """The finished model in a folder. Raises BadSource where there is none, or one of a newer palate."""
    path = folder / FINISHED
    if not path.is_file():
        begun = (
            " (a training was begun there and not finished; repeat its command)"
            if (folder / "checkpoints").is_dir()
            else ""
        )
        raise BadSource(
            f"{folder} holds no model that palate trained{begun}; give the folder that palate train wrote"
        )
    facts = json.loads(path.read_text("utf-8"))
    if facts.pop("schema") != SCHEMA:
        raise BadSource(f"{folder} was made by a newer palate; update palate")
    for name in ("labels", "data", "notes"):
        facts[name] = tuple(facts[name])
    return Finished(folder=folder, **facts)
