"""Budget: the time in which a training must be done."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from palate.errors import BadValue
from palate.training.run.resume import CHECKPOINTS, remove_checkpoints
from palate.training.run.settings import TrainingSettings

PLAN_FILE = "plan.json"
WARMUP_STEPS, TIMED_STEPS = 1, 3  # steps that are run to measure the speed
RESERVE = 0.05  # of the time, for what is not timed: the optimiser, checkpoints, saving


@dataclass
class Budget:
    """The minutes that a call may take, counted from when this is made; None for any."""

    minutes: float | None
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise BadValue(f"minutes are above 0, got {self.minutes}")

    def fit(
        self,
        out: Path,
        settings: TrainingSettings,
        n_examples: int,
        *,
        step: Callable[[], object],
        evaluation_s: float,
    ) -> TrainingSettings:
        """Returns the settings with as many epochs as there is time for, so that the schedule of the rate
        comes to its end.

        step: does the work of one batch and leaves the model as it was. evaluation_s: seconds an evaluation
        takes. A plan is kept beside the checkpoints in `out`: a training that was stopped goes on with it.
        Raises BadValue where not even one step fits.
        """
        if self.minutes is None:
            return settings
        plan = out / CHECKPOINTS / PLAN_FILE
        if not plan.is_file():
            epochs = self._affordable_epochs(out, settings, n_examples, _batch_seconds(step), evaluation_s)
            plan.write_text(json.dumps({"epochs": min(settings.epochs, epochs)}) + "\n", "utf-8")
        return replace(settings, epochs=json.loads(plan.read_text("utf-8"))["epochs"])

    def _affordable_epochs(
        self, out: Path, settings: TrainingSettings, n_examples: int, batch_s: float, evaluation_s: float
    ) -> float:
        left_s = (1 - RESERVE) * self.seconds - evaluation_s - (time.monotonic() - self.started)
        epoch_s = math.ceil(n_examples / settings.batch) * batch_s
        epochs = left_s / (epoch_s + settings.checks * evaluation_s)
        if epochs < 1:  # there are as many evaluations in part of an epoch as in a whole one
            epochs = (left_s - settings.checks * evaluation_s) / epoch_s
        if epochs * epoch_s < batch_s * settings.accumulate:
            remove_checkpoints(out)
            cost = f"a batch takes {batch_s:.1f} s, an evaluation {evaluation_s:.0f} s"
            raise BadValue(f"{self.minutes:g} minutes are too few, as {cost}; give more with --minutes")
        return epochs

    @property
    def seconds(self) -> float:
        return math.inf if self.minutes is None else 60 * self.minutes

    def deadline(self, evaluation_s: float) -> TrainerCallback:
        """Returns a callback that ends a training slower than planned, with a last evaluation."""
        return _Deadline(self.started + self.seconds - 2 * evaluation_s)


def _batch_seconds(step: Callable[[], object]) -> float:
    for _ in range(WARMUP_STEPS):
        step()
    started = time.monotonic()
    for _ in range(TIMED_STEPS):
        step()
    return (time.monotonic() - started) / TIMED_STEPS


class _Deadline(TrainerCallback):
    def __init__(self, at: float) -> None:
        self._at = at

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        if time.monotonic() > self._at:
            control.should_evaluate = control.should_save = control.should_training_stop = True
        return control
