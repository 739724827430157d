"""Budget: a training that must be done in so many minutes."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from palate.errors import BadValue
from palate.training.run.resume import CHECKPOINTS, end
from palate.training.run.settings import Settings

PLAN = "plan.json"
WARM, TIMED = 1, 3  # steps that are run to see how fast they go
SPARE = 0.05  # of the time, for what is not timed: the optimiser, checkpoints, saving


@dataclass
class Budget:
    """Minutes that a call may take, counted from when this is made; None for any."""

    minutes: float | None
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise BadValue(f"minutes are above 0, got {self.minutes}")

    def fit(
        self, out: Path, settings: Settings, n: int, *, step: Callable[[], object], look_s: float
    ) -> Settings:
        """The settings with as many epochs as there is time for, so that the schedule of the rate comes to
        its end.

        n: examples. step: does the work of one batch and leaves the model as it was. look_s: seconds an
        evaluation takes. A plan is kept beside the checkpoints in `out`: a training that was stopped goes on
        with it. Raises BadValue where not even one step fits."""
        if self.minutes is None:
            return settings
        kept = out / CHECKPOINTS / PLAN
        if not kept.is_file():
            for _ in range(WARM):
                step()
            began = time.monotonic()
            for _ in range(TIMED):
                step()
            batch_s = (time.monotonic() - began) / TIMED
            left_s = (1 - SPARE) * self.seconds - look_s - (time.monotonic() - self.started)
            epoch_s = math.ceil(n / settings.batch) * batch_s
            epochs = left_s / (epoch_s + settings.checks * look_s)
            if epochs < 1:  # there are as many evaluations in part of an epoch as in a whole one
                epochs = (left_s - settings.checks * look_s) / epoch_s
            if epochs * epoch_s < batch_s * settings.accumulate:
                end(out)
                taken = f"a batch takes {batch_s:.1f} s, an evaluation {look_s:.0f} s"
                raise BadValue(f"{self.minutes:g} minutes are too few, as {taken}; give more with --minutes")
            kept.write_text(json.dumps({"epochs": min(settings.epochs, epochs)}) + "\n", "utf-8")
        return replace(settings, epochs=json.loads(kept.read_text("utf-8"))["epochs"])

    @property
    def seconds(self) -> float:
        return math.inf if self.minutes is None else 60 * self.minutes

    def deadline(self, look_s: float) -> TrainerCallback:
        """Ends a training that is slower than planned, with a last evaluation."""
        return _Deadline(self.started + self.seconds - 2 * look_s)


class _Deadline(TrainerCallback):
    def __init__(self, at: float) -> None:
        self._at = at

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        if time.monotonic() > self._at:
            control.should_evaluate = control.should_save = control.should_training_stop = True
        return control
