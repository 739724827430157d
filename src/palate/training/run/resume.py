"""Resume: the folder that a training writes to, and the checkpoint from which one that was stopped goes
on.
"""

import errno
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from palate.errors import BadFolder

CHECKPOINTS, RECIPE, FINISHED = "checkpoints", "recipe.json", "palate.json"
STATE = "trainer_state.json"  # what transformers writes last into a checkpoint
COPIES = 9  # room that is asked for, in sizes of the model: three checkpoints with weights and both moments


def begin(out: Path, recipe: Mapping[str, Any]) -> None:
    """Make the folder ready for this recipe: new, or begun with the same one and stopped.

    recipe: all that decides the outcome, as JSON. Raises BadFolder where the folder holds something else.
    """
    made = f"name another folder with --out, or remove {out}"
    if out.exists() and not out.is_dir():
        raise BadFolder(f"{out} is a file; name a folder with --out")
    if (out / FINISHED).is_file():
        raise BadFolder(f"{out} holds a finished model already; {made}")
    begun = out / CHECKPOINTS / RECIPE
    wanted = json.loads(json.dumps(recipe))
    if begun.is_file():
        before = json.loads(begun.read_text("utf-8"))
        if other := sorted(name for name in {*before, *wanted} if before.get(name) != wanted.get(name)):
            changed = "; ".join(f"{name} was {before.get(name)} and is {wanted.get(name)}" for name in other)
            raise BadFolder(
                f"{out} holds a training that was stopped, begun otherwise ({changed}); repeat that one, or {made}"
            )
        return
    if out.is_dir() and any(path.name != CHECKPOINTS for path in out.iterdir()):
        raise BadFolder(f"{out} is not empty; {made}")
    try:
        begun.parent.mkdir(parents=True, exist_ok=True)
        fresh = begun.with_suffix(".new")
        fresh.write_text(json.dumps(wanted, indent=1) + "\n", "utf-8")
        fresh.replace(begun)
    except OSError as error:
        raise BadFolder(
            f"the folder {out} cannot be written: {error.strerror or error}; name another with --out"
        ) from None


def last_checkpoint(out: Path) -> Path | None:
    """The newest checkpoint that was written to its end; those that were not are removed."""
    complete = {}
    for folder in (out / CHECKPOINTS).glob("checkpoint-*"):
        try:
            complete[json.loads((folder / STATE).read_text("utf-8"))["global_step"]] = folder
        except (OSError, ValueError, KeyError):  # stopped while it was written
            shutil.rmtree(folder)
    return complete[max(complete)] if complete else None


def ask_room(out: Path, model_bytes: int) -> None:
    """Raise BadFolder where the disk cannot hold the checkpoints of a model of this size."""
    needed, free = COPIES * model_bytes, shutil.disk_usage(out).free
    if needed > free:
        raise BadFolder(
            f"{out} has room for {free / 1e6:,.0f} MB and training writes up to {needed / 1e6:,.0f} MB; "
            "make room, or name a folder on another disk with --out"
        )


@contextmanager
def full_disk(out: Path) -> Iterator[None]:
    """Raise BadFolder in place of what torch, safetensors and Python raise where the disk is full."""
    try:
        yield
    except Exception as error:  # safetensors has a class of its own, below Exception alone
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            raise BadFolder(
                f"the disk of {out} is full; make room and repeat the command: it goes on from there"
            ) from error
        raise


def end(out: Path) -> None:
    """Remove the checkpoints of a training that is finished."""
    shutil.rmtree(out / CHECKPOINTS)
