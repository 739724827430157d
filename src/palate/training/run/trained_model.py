"""TrainedModel: the facts about a model that a training made, kept in palate.json beside its weights."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from palate.errors import BadSource
from palate.training.run.resume import CHECKPOINTS, MODEL_FILE

SCHEMA = 1


@dataclass(frozen=True)
class TrainedModel:
    """The facts about a trained model.

    kind: the recipe's name. labels: of classes, in the order of their indices. columns: the columns that the
    recipe read, such as {"text": "text", "label": "label"}. figures: by part of the data, such as
    {"validation": {"accuracy": 0.9}}. data: file, sha256 and rows of each file. notes: what a reader of the
    figures must know, such as how many texts were truncated. seconds, peak_mb: cost of the training.
    """

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

    @classmethod
    def of_recipe(
        cls,
        recipe: Mapping[str, Any],
        folder: Path,
        *,
        figures: Mapping[str, Mapping[str, Any]],
        labels: tuple[str, ...] = (),
        columns: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] = MappingProxyType({}),
        notes: tuple[str, ...] = (),
    ) -> Self:
        """Returns the facts about a model that a recipe ended in; see palate.training.run.recipe.

        columns: where the recipe has none of that name. settings: beside those of the recipe, or in their
        place.
        """
        return cls(
            folder,
            recipe["kind"],
            recipe["start"],
            labels=labels,
            columns=recipe["columns"] if columns is None else columns,
            figures=figures,
            data=tuple(recipe["data"]),
            settings={**recipe["settings"], **settings},
            notes=notes,
            versions=recipe["versions"],
        )

    @property
    def labels_by(self) -> str | None:
        """The separator of labels, of a classifier that gives a text several; None of any other."""
        separator: str | None = self.settings.get("labels_by")
        return separator

    @property
    def window(self) -> int:
        """The most word pieces of a text that the model reads."""
        return int(self.settings["window"])


def write_trained_model(model: TrainedModel) -> None:
    """Writes palate.json, the last file of a model: a folder that has it is complete."""
    facts = {"schema": SCHEMA, **asdict(model)}
    del facts["folder"]
    partial = model.folder / f"{MODEL_FILE}.new"
    partial.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    partial.replace(model.folder / MODEL_FILE)


def read_trained_model(folder: Path) -> TrainedModel:
    """Reads the facts about the trained model in a folder.

    Raises BadSource where there is no such model, or one made by a newer palate.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        unfinished = (folder / CHECKPOINTS).is_dir()
        hint = " (a training was begun there and not finished; repeat its command)" if unfinished else ""
        raise BadSource(
            f"{folder} holds no model that palate trained{hint}; give the folder that palate train wrote"
        )
    facts = json.loads(path.read_text("utf-8"))
    if facts.pop("schema") != SCHEMA:
        raise BadSource(f"{folder} was made by a newer palate; update palate")
    for name in ("labels", "data", "notes"):
        facts[name] = tuple(facts[name])
    return TrainedModel(folder=folder, **facts)
