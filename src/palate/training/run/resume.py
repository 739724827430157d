"""Resuming: the folder that a training writes to, and the checkpoint from which a stopped one goes on."""

import errno
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from palate.errors import BadFolder

CHECKPOINTS, RECIPE_FILE, MODEL_FILE = "checkpoints", "recipe.json", "palate.json"
STATE_FILE = "trainer_state.json"  # the last file of a checkpoint that transformers writes
# room that is required, in sizes of the model: three checkpoints with weights and both moments
REQUIRED_MODEL_SIZES = 9


def begin_training(out: Path, recipe: Mapping[str, Any]) -> None:
    """Makes a folder ready for this recipe: a new one, or one where the same recipe was begun and stopped.

    recipe: all that decides the outcome, as JSON. Raises BadFolder where the folder holds something else.
    """
    hint = f"name another folder with --out, or remove {out}"
    if out.exists() and not out.is_dir():
        raise BadFolder(f"{out} is a file; name a folder with --out")
    if (out / MODEL_FILE).is_file():
        raise BadFolder(f"{out} holds a finished model already; {hint}")
    recipe_file = out / CHECKPOINTS / RECIPE_FILE
    wanted = json.loads(json.dumps(recipe))
    if recipe_file.is_file():
        _refuse_another_recipe(out, json.loads(recipe_file.read_text("utf-8")), wanted, hint)
        return
    if out.is_dir() and any(path.name != CHECKPOINTS for path in out.iterdir()):
        raise BadFolder(f"{out} is not empty; {hint}")
    try:
        recipe_file.parent.mkdir(parents=True, exist_ok=True)
        partial = recipe_file.with_suffix(".new")
        partial.write_text(json.dumps(wanted, indent=1) + "\n", "utf-8")
        partial.replace(recipe_file)
    except OSError as error:
        raise BadFolder(
            f"the folder {out} cannot be written: {error.strerror or error}; name another with --out"
        ) from None


def _refuse_another_recipe(out: Path, begun: Mapping[str, Any], wanted: Mapping[str, Any], hint: str) -> None:
    differing = sorted(name for name in {*begun, *wanted} if begun.get(name) != wanted.get(name))
    if differing:
        changes = "; ".join(f"{name} was {begun.get(name)} and is {wanted.get(name)}" for name in differing)
        raise BadFolder(
            f"{out} holds a training that was stopped, begun otherwise ({changes}); "
            f"repeat that one, or {hint}"
        )


def begun_recipe(out: Path) -> dict[str, Any]:
    """Returns the recipe of a training that was begun in a folder; empty where none was."""
    path = out / CHECKPOINTS / RECIPE_FILE
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def last_checkpoint(out: Path) -> Path | None:
    """Returns the newest complete checkpoint, or None, and removes the incomplete ones."""
    complete = {}
    for folder in (out / CHECKPOINTS).glob("checkpoint-*"):
        try:
            complete[json.loads((folder / STATE_FILE).read_text("utf-8"))["global_step"]] = folder
        except (OSError, ValueError, KeyError):  # stopped while it was written
            shutil.rmtree(folder)
    return complete[max(complete)] if complete else None


def require_space(out: Path, model_bytes: int) -> None:
    """Raises BadFolder where the disk cannot hold the checkpoints of a model of this size."""
    needed, free = REQUIRED_MODEL_SIZES * model_bytes, shutil.disk_usage(out).free
    if needed > free:
        raise BadFolder(
            f"{out} has room for {free / 1e6:,.0f} MB and training writes up to {needed / 1e6:,.0f} MB; "
            "make room, or name a folder on another disk with --out"
        )


@contextmanager
def report_full_disk(out: Path) -> Iterator[None]:
    """Raises BadFolder in place of what torch, safetensors and Python raise where the disk is full."""
    try:
        yield
    except Exception as error:  # safetensors has a class of its own, below Exception alone
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            raise BadFolder(
                f"the disk of {out} is full; make room and repeat the command: it goes on from there"
            ) from error
        raise


def remove_checkpoints(out: Path) -> None:
    """Removes the checkpoints of a training that is finished."""
    shutil.rmtree(out / CHECKPOINTS)
