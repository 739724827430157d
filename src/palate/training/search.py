"""Search: tries settings of a training one after another, and keeps the model that did best on the validation
examples.
"""

import math
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from palate.errors import BadValue, PalateError
from palate.training.run.finish import save_trained_model
from palate.training.run.loop import StepCallback
from palate.training.run.resume import CHECKPOINTS, MODEL_FILE, begin_training, remove_checkpoints
from palate.training.run.settings import TrainingSettings
from palate.training.run.trained_model import TrainedModel, read_trained_model
from palate.training.search_attempt import Attempt, Clock, Train
from palate.training.search_space import Choice, settings_at
from palate.training.search_trials import (
    TRIALS_FILE,
    WHOLE,
    Goal,
    SearchTrial,
    best_of,
    next_trial,
    read_trials,
    write_trials,
)


@dataclass(frozen=True)
class SearchResult:
    """The best model of a search, its trial, and all trials in their order."""

    model: TrainedModel
    best: SearchTrial
    trials: tuple[SearchTrial, ...]


def search_settings(
    train: Train,
    out: Path,
    goal: Goal,
    recipe: Mapping[str, Any],
    *,
    settings: TrainingSettings,
    minutes: float = 20.0,
    trials: int | None = None,
    clock: Clock = time.monotonic,
    on_step: StepCallback = lambda _: None,
    on_message: Callable[[str], None] = lambda _: None,
) -> SearchResult:
    """Searches settings around the given ones; the best trial's folder becomes `out`.

    The first trial has the given settings and is never stopped, so that on the validation examples the
    outcome is not worse than without a search; it may take longer than all the minutes. Figures of test
    examples decide nothing. A trial whose figure is worse than the median of the earlier ones at the same
    evaluation is stopped, and so is the last when the time is over; none begins in less time than the
    quickest whole one took. Repeated after it was stopped, a search goes on where it was, within the trial
    too, and chooses as it would have.

    train: the recipe's function, given a folder, settings and a step callback. recipe: the recipe and its
    data, as JSON. minutes: of all processes together. trials: at most. clock: in seconds. on_message: called
    with a line before and after each trial. Costs up to 2 models of disk beside the checkpoints of one
    training. Raises BadValue for a time or count not above 0, BadFolder where `out` is taken, MissingExtra
    without [bert], and what the first trial raises.
    Source: tree-structured Parzen estimator, Bergstra et al., Algorithms for hyper-parameter optimization
    (2011), and the median rule of Golovin et al., Google Vizier (2017); both by the package optuna.
    """
    if not 0 < minutes < math.inf or (trials is not None and trials < 1):
        raise BadValue(f"a search needs minutes above 0 and 1 trial or more, got {minutes} and {trials}")
    begin_training(out, {"kind": "tune", **recipe, "settings": asdict(settings), "goal": asdict(goal)})
    work = out / CHECKPOINTS
    done = read_trials(work)
    while not _is_over(done, trials, 60 * minutes):
        stopped = done.pop() if done and not done[-1].ended else None
        optuna_trial = next_trial(done, stopped, goal, settings)
        trial = stopped or SearchTrial(len(done), optuna_trial.params)
        is_first = trial.number == 0
        on_message(
            f"trial {trial.number + 1}: {_describe(trial.choice)}" + (", as given" if is_first else "")
        )

        def record(current: SearchTrial, earlier: Sequence[SearchTrial] = tuple(done)) -> None:
            write_trials(work, [*earlier, current])

        attempt = Attempt(
            trial,
            optuna_trial,
            goal,
            seconds_left=math.inf if is_first else 60 * minutes - sum(other.seconds for other in done),
            clock=clock,
            on_step=on_step,
            record=record,
        )
        try:
            trial = attempt.run(
                train, _folder(work, trial), settings if is_first else settings_at(settings, trial.choice)
            )
        except PalateError:
            # nothing was begun: another command may use the folder
            if not _folder(work, trial).exists() and is_first:
                remove_checkpoints(out)
            raise
        done.append(trial)
        best = best_of(done, goal)
        on_message(_outcome(trial, goal, is_best=trial is best))
        for other in done:
            if other is not best:
                shutil.rmtree(_folder(work, other), ignore_errors=True)
    best = best_of(done, goal)
    return SearchResult(_move_to(out, _folder(work, best), best, done), best, tuple(done))


def _is_over(done: Sequence[SearchTrial], trials: int | None, seconds: float) -> bool:
    """Returns whether no other trial begins."""
    if not done or not done[-1].ended:
        return False
    quickest = min(trial.seconds for trial in done if trial.ended == WHOLE)
    seconds_left = seconds - sum(trial.seconds for trial in done)
    return len(done) >= (trials or math.inf) or seconds_left < quickest


def _folder(work: Path, trial: SearchTrial) -> Path:
    return work / f"trial-{trial.number:03d}"


def _outcome(trial: SearchTrial, goal: Goal, *, is_best: bool) -> str:
    value = trial.value(goal)
    figure = "" if value is None else f"{goal.figure} {value:.4f} "
    ended = "; the best so far" if is_best else "" if trial.ended == WHOLE else f", {trial.ended}"
    return f"trial {trial.number + 1}: {figure}after {trial.seconds:,.0f} s{ended}"


def _move_to(out: Path, folder: Path, best: SearchTrial, done: Sequence[SearchTrial]) -> TrainedModel:
    """Moves the best trial's model to `out`; may be repeated after a stop at any point."""
    model = read_trained_model(folder)
    for path in folder.iterdir():
        if path.name != MODEL_FILE:
            path.replace(out / path.name)
    (out / "report").mkdir(exist_ok=True)
    write_trials(out / "report", done)
    choice = f", with {_describe(best.choice)}" if best.number else ", that with the settings as given"
    note = (
        f"the best of {len(done)} trials by palate train tune{choice}; "
        f"all of them are in report/{TRIALS_FILE}"
    )
    model = save_trained_model(replace(model, folder=out, notes=(*model.notes, note)))
    remove_checkpoints(out)
    return model


def _describe(choice: Choice) -> str:
    values = ((name, "the model's" if value is None else f"{value:.3g}") for name, value in choice.items())
    return ", ".join(f"{name} {value}" for name, value in values)
