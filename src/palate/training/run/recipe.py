"""The recipe of a training: all that decides its outcome, as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from palate.training.run.settings import TrainingSettings
from palate.training.run.table import Table

PACKAGES = ("torch", "transformers", "sentence-transformers", "peft")


def describe_recipe(
    kind: str, start: str, tables: Sequence[Table], settings: TrainingSettings, **extra: Any
) -> dict[str, Any]:
    """Returns all that decides what a training ends in.

    kind: the recipe's name. start: the model that it begins with. extra: what else decides, by name.
    """
    files = [{"file": table.path.name, "sha256": table.sha256, "rows": len(table)} for table in tables]
    return {
        "kind": kind,
        "start": start,
        "data": files,
        "settings": asdict(settings),
        "versions": package_versions(),
        **extra,
    }


def package_versions() -> dict[str, str]:
    """Returns the versions of palate and of the packages that train, by name."""
    return {name: version(name) for name in ("palate", *PACKAGES)}
