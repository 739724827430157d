"""Trials of a search: the record of each, kept in a file, and the settings that are tried next."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from palate.training.run.settings import TrainingSettings
from palate.training.search_space import Choice, choice_of, search_space

if TYPE_CHECKING:
    from optuna.trial import Trial as OptunaTrial

TRIALS_FILE = "trials.json"
RANDOM_TRIALS = 4  # drawn at random before the sampler goes by earlier figures
WHOLE, HOPELESS, LATE, FAILED = "whole", "hopeless", "late", "failed"  # how a trial ended


@dataclass(frozen=True)
class Goal:
    """What decides: a figure on the validation examples, as the step callback gets it, and whether more of it
    is better.
    """

    figure: str
    greater: bool


@dataclass(frozen=True)
class SearchTrial:
    """One training of a search.

    number: in the order of the search, from 0. seen: the goal's figure at each evaluation, None where it was
    not finite; steps: of these. ended: "whole"; "hopeless", stopped as it was worse than most at that point;
    "late", the time was over; "failed", as its training diverged; or "" where it goes on. seconds: over all
    processes that worked on it.
    """

    number: int
    choice: Choice
    seen: tuple[float | None, ...] = ()
    steps: tuple[int, ...] = ()
    ended: str = ""
    seconds: float = 0.0

    def value(self, goal: Goal) -> float | None:
        """Returns the best figure there was, that of the weights that were kept."""
        finite = [value for value in self.seen if value is not None]
        return (max if goal.greater else min)(finite, default=None)


def best_of(trials: Sequence[SearchTrial], goal: Goal) -> SearchTrial:
    """Returns the best of the trials that came to their end; of equals the first."""
    whole = [
        (value, trial)
        for trial in trials
        if trial.ended == WHOLE and (value := trial.value(goal)) is not None
    ]
    return (max if goal.greater else min)(whole, key=lambda pair: pair[0])[1]


def next_trial(
    done: Sequence[SearchTrial], stopped: SearchTrial | None, goal: Goal, settings: TrainingSettings
) -> "OptunaTrial":
    """Returns the next trial, of a study made from the earlier ones alone: it depends on them and on the
    seed, not on this process.

    stopped: a trial that was stopped and goes on.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    state, space = optuna.trial.TrialState, dict(search_space(settings))
    study = optuna.create_study(
        direction="maximize" if goal.greater else "minimize",
        sampler=optuna.samplers.TPESampler(
            n_startup_trials=RANDOM_TRIALS, seed=1_000_003 * settings.seed + len(done)
        ),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=1),
    )
    for trial in done:
        is_whole = trial.ended == WHOLE
        earlier = optuna.trial.create_trial(
            state=state.COMPLETE if is_whole else state.FAIL if trial.ended == FAILED else state.PRUNED,
            value=trial.value(goal) if is_whole else None,
            params=dict(trial.choice),
            distributions=space,
            intermediate_values={step: _or_nan(value) for step, value in enumerate(trial.seen)},
        )
        study.add_trial(earlier)
    if stopped or not done:
        study.enqueue_trial(dict(stopped.choice if stopped else choice_of(settings)))
    trial_to_run = study.ask(space)
    for step, value in enumerate(stopped.seen if stopped else ()):
        trial_to_run.report(_or_nan(value), step)
    return trial_to_run


def read_trials(folder: Path) -> list[SearchTrial]:
    """Reads the trials of a search in their order; none where the folder has no file of them."""
    path = folder / TRIALS_FILE
    rows = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return [SearchTrial(**{**row, "seen": tuple(row["seen"]), "steps": tuple(row["steps"])}) for row in rows]


def write_trials(folder: Path, trials: Sequence[SearchTrial]) -> None:
    """Writes the trials of a search, all or nothing."""
    partial = folder / f"{TRIALS_FILE}.new"
    rows = [asdict(trial) for trial in trials]
    partial.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n", "utf-8")
    partial.replace(folder / TRIALS_FILE)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
