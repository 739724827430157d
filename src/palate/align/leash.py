"""Leash: while a model is trained, how far it has moved is measured, and the last model within it is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

Measured = dict[str, float]
WITHIN, CURVE_FILE = "within", "curve.json"


class Leash(TrainerCallback):
    """Measures at every `interval` steps and at the last; ends the training where it has moved too far.

    measure: returns figures with "kl" in nats a draft; it must draw nothing from torch's generator, so that a
    training that is stopped and goes on ends in the same weights. folder: where the curve and the last
    adapter within the leash are kept. on_check: called with the step and its figures.
    """

    def __init__(
        self,
        measure: Callable[[], Measured],
        folder: Path,
        *,
        limit: float,
        interval: int,
        on_check: Callable[[Measured], None],
    ) -> None:
        self._measure, self._folder, self._limit = measure, folder, limit
        self._interval, self._on_check = interval, on_check

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        """Forgets what was measured after the checkpoint from which the training goes on."""
        self._write([one for one in read_curve(self._folder) if one["step"] <= state.global_step])
        return control

    def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> Any:  # noqa: ARG002
        if state.global_step % self._interval and state.global_step < state.max_steps:
            return control
        model.eval()
        figures = {"step": state.global_step, **self._measure()}
        model.train()
        if figures["kl"] <= self._limit:
            _save_adapter(model, self._folder / WITHIN)
        else:
            control.should_training_stop = True
        self._write([*read_curve(self._folder), figures])
        self._on_check(figures)
        control.should_save = True
        return control

    def _write(self, curve: list[Measured]) -> None:
        partial = self._folder / f"{CURVE_FILE}.new"
        partial.write_text(json.dumps(curve, indent=1) + "\n", "utf-8")
        partial.replace(self._folder / CURVE_FILE)


def read_curve(folder: Path) -> list[Measured]:
    """Returns what was measured so far, by step."""
    path = folder / CURVE_FILE
    return list(json.loads(path.read_text("utf-8"))) if path.is_file() else []


def has_ended(folder: Path, limit: float, steps: int) -> bool:
    """Tells whether a training has come to its last step, or to its leash."""
    curve = read_curve(folder)
    return bool(curve) and (curve[-1]["step"] >= steps or curve[-1]["kl"] > limit)


def _save_adapter(model: Any, folder: Path) -> None:
    partial = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial, safe_serialization=True)
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
