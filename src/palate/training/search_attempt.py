"""An attempt: one training of a search, until it ends or is given up."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from palate.errors import BadValue
from palate.training.run.loop import StepCallback
from palate.training.run.resume import MODEL_FILE
from palate.training.run.settings import TrainingSettings
from palate.training.run.trained_model import TrainedModel
from palate.training.search_trials import FAILED, HOPELESS, LATE, WHOLE, Goal, SearchTrial

Train = Callable[[Path, TrainingSettings, StepCallback], TrainedModel]
Clock = Callable[[], float]


class _GivenUp(Exception):
    """Ends a training from within its step callback."""


class Attempt:
    """The training of one trial.

    pruner: optuna's trial, which decides what is hopeless. seconds_left: after these it is given up. record:
    called with the trial at every evaluation and at the end.
    """

    def __init__(
        self,
        trial: SearchTrial,
        pruner: Any,
        goal: Goal,
        *,
        seconds_left: float,
        clock: Clock,
        on_step: StepCallback,
        record: Callable[[SearchTrial], None],
    ) -> None:
        self.trial, self._pruner, self._goal = trial, pruner, goal
        self._seconds_left, self._clock = seconds_left, clock
        self._report, self._record = on_step, record
        self._started, self._seconds_before = clock(), trial.seconds

    def run(self, train: Train, folder: Path, settings: TrainingSettings) -> SearchTrial:
        """Trains in a folder and returns the trial as it ended.

        Raises BadValue where the first trial of a search diverges.
        """
        ended = WHOLE
        # else it was stopped after its end and before that was written down
        if not (folder / MODEL_FILE).is_file():
            try:
                train(folder, settings, self._on_step)
            except _GivenUp as reason:
                ended = str(reason)
            except BadValue:  # such as figures that are not finite: these settings are no good, others may be
                if not self.trial.number:
                    raise
                ended = FAILED
        self._update(ended=ended)
        return self.trial

    def _on_step(self, facts: Mapping[str, float]) -> None:
        self._report(facts)
        value, step = facts.get(f"eval_{self._goal.figure}"), int(facts["step"])
        if value is not None and step not in self.trial.steps:  # a run that goes on may repeat the last one
            self._pruner.report(value, len(self.trial.seen))
            seen = (*self.trial.seen, value if math.isfinite(value) else None)
            self._update(seen=seen, steps=(*self.trial.steps, step))
        if value is not None and self.trial.number and self._pruner.should_prune():
            raise _GivenUp(HOPELESS)
        if self._seconds() > self._seconds_left:
            raise _GivenUp(LATE)

    def _update(self, **changes: Any) -> None:
        self.trial = replace(self.trial, seconds=self._seconds(), **changes)
        self._record(self.trial)

    def _seconds(self) -> float:
        return self._seconds_before + self._clock() - self._started
