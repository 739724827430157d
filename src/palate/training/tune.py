"""Tune: try settings of a training one after another, and keep the model that did best on the validation
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
from palate.training.run.finish import Finished, read_finished, save_finished
from palate.training.run.loop import Watch
from palate.training.run.resume import CHECKPOINTS, FINISHED, begin, end
from palate.training.run.settings import Settings
from palate.training.space import Choice, settings_at
from palate.training.trials import (
    FAILED,
    HOPELESS,
    LATE,
    TRIALS,
    WHOLE,
    Goal,
    Trial,
    ask,
    best_of,
    read_trials,
    write_trials,
)

Train = Callable[[Path, Settings, Watch], Finished]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Tuned:
    """What a search came to."""

    finished: Finished
    best: Trial
    trials: tuple[Trial, ...]


class _GivenUp(Exception):
    """Ends a training from within its watch."""


def tune(
    train: Train,
    out: Path,
    goal: Goal,
    facts: Mapping[str, Any],
    *,
    settings: Settings,
    minutes: float = 20.0,
    trials: int | None = None,
    clock: Clock = time.monotonic,
    watch: Watch = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Tuned:
    """Search settings around the given ones; the best trial's folder becomes `out`.

    The first trial has the given settings and is never stopped, so that on the validation examples the
    outcome is not worse than without a search; it may take longer than all the minutes. Figures of test
    examples decide nothing. A trial whose figure is worse than the median of the earlier ones at the same
    evaluation is stopped, and so is the last when the time is over; none begins in less time than the
    quickest whole one took. Repeated after it was stopped, a search goes on where it was, within the trial
    too, and chooses as it would have.

    train: the recipe, given a folder, settings and a watch. facts: the recipe and its data, as JSON. minutes:
    of all processes together. trials: at most. clock: in seconds. tell: is told a line before and after each
    trial. Costs up to 2 models of disk beside the checkpoints of one training. Raises BadValue for a time or
    a number not above 0, BadFolder where `out` is taken, MissingExtra without [bert], and what the first
    trial raises. Source: tree-structured Parzen estimator, Bergstra et al., Algorithms for hyper-parameter
    optimization (2011), and the median rule of Golovin et al., Google Vizier (2017); both by the package
    optuna."""
    if not 0 < minutes < math.inf or (trials is not None and trials < 1):
        raise BadValue(f"a search needs minutes above 0 and 1 trial or more, got {minutes} and {trials}")
    begin(out, {"kind": "tune", **facts, "settings": asdict(settings), "goal": asdict(goal)})
    work = out / CHECKPOINTS
    done = read_trials(work)
    while not _over(done, trials, 60 * minutes):
        given = done.pop() if done and not done[-1].ended else None
        asked = ask(done, given, goal, settings)
        trial = given or Trial(len(done), asked.params)
        tell(f"trial {trial.number + 1}: {_told(trial.choice)}" + ("" if trial.number else ", as given"))
        left = 60 * minutes - sum(one.seconds for one in done)

        def keep(now: Trial, before: Sequence[Trial] = tuple(done)) -> None:
            write_trials(work, [*before, now])

        attempt = _Attempt(trial, asked, goal, left if trial.number else math.inf, clock, watch, keep)
        chosen = settings_at(settings, trial.choice) if trial.number else settings
        try:
            trial = attempt.run(train, _folder(work, trial), chosen)
        except PalateError:
            # nothing was begun: another command may use the folder
            if not _folder(work, trial).exists() and not trial.number:
                end(out)
            raise
        done.append(trial)
        best = best_of(done, goal)
        value = trial.value(goal)
        figure = "" if value is None else f"{goal.figure} {value:.4f} "
        ended = "; the best so far" if trial is best else "" if trial.ended == WHOLE else f", {trial.ended}"
        tell(f"trial {trial.number + 1}: {figure}after {trial.seconds:,.0f} s{ended}")
        for one in done:
            if one is not best:
                shutil.rmtree(_folder(work, one), ignore_errors=True)
    best = best_of(done, goal)
    return Tuned(_settle(out, _folder(work, best), best, done), best, tuple(done))


def _over(done: Sequence[Trial], trials: int | None, seconds: float) -> bool:
    """Whether no other trial begins."""
    if not done or not done[-1].ended:
        return False
    whole = [one.seconds for one in done if one.ended == WHOLE]
    return len(done) >= (trials or math.inf) or seconds - sum(one.seconds for one in done) < min(whole)


def _folder(work: Path, trial: Trial) -> Path:
    return work / f"trial-{trial.number:03d}"


class _Attempt:
    """One training, to its end or until it is given up; `keep` is told the trial at every evaluation and at
    the end.
    """

    def __init__(
        self,
        trial: Trial,
        asked: Any,
        goal: Goal,
        left: float,
        clock: Clock,
        watch: Watch,
        keep: Callable[[Trial], None],
    ) -> None:
        self.trial, self.asked, self.goal, self.left, self.watch, self.keep = (
            trial,
            asked,
            goal,
            left,
            watch,
            keep,
        )
        self.clock, self.began, self.before = clock, clock(), trial.seconds

    def run(self, train: Train, folder: Path, settings: Settings) -> Trial:
        ended = WHOLE
        # else it was stopped after its end and before that was written down
        if not (folder / FINISHED).is_file():
            try:
                train(folder, settings, self.look)
            except _GivenUp as reason:
                ended = str(reason)
            except BadValue:  # such as figures that are not finite: these settings are no good, others may be
                if not self.trial.number:
                    raise
                ended = FAILED
        self._note(ended=ended)
        return self.trial

    def look(self, told: Mapping[str, float]) -> None:
        """The watch of the training."""
        self.watch(told)
        value, step = told.get(f"eval_{self.goal.figure}"), int(told["step"])
        if value is not None and step not in self.trial.steps:  # a run that goes on may repeat the last one
            self.asked.report(value, len(self.trial.seen))
            seen = (*self.trial.seen, value if math.isfinite(value) else None)
            self._note(seen=seen, steps=(*self.trial.steps, step))
        if value is not None and self.trial.number and self.asked.should_prune():
            raise _GivenUp(HOPELESS)
        if self._seconds() > self.left:
            raise _GivenUp(LATE)

    def _note(self, **known: Any) -> None:
        self.trial = replace(self.trial, seconds=self._seconds(), **known)
        self.keep(self.trial)

    def _seconds(self) -> float:
        return self.before + self.clock() - self.began


def _settle(out: Path, folder: Path, best: Trial, done: Sequence[Trial]) -> Finished:
    """Move the best trial's model to `out`; may be repeated after a stop at any point."""
    finished = read_finished(folder)
    for path in folder.iterdir():
        if path.name != FINISHED:
            path.replace(out / path.name)
    (out / "report").mkdir(exist_ok=True)
    write_trials(out / "report", done)
    searched = f", with {_told(best.choice)}" if best.number else ", that with the settings as given"
    note = (
        f"the best of {len(done)} trials by palate train tune{searched}; all of them are in report/{TRIALS}"
    )
    finished = save_finished(replace(finished, folder=out, notes=(*finished.notes, note)))
    end(out)
    return finished


def _told(choice: Choice) -> str:
    told = ((name, "the model's" if value is None else f"{value:.3g}") for name, value in choice.items())
    return ", ".join(f"{name} {value}" for name, value in told)
