"""Trials of a search: what is known of each, kept in a file, and which settings are tried next."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from palate.training.run.settings import Settings
from palate.training.space import Choice, choice_of, space_of

if TYPE_CHECKING:
    from optuna.trial import Trial as Asked

TRIALS = "trials.json"
DRAWN = 4  # trials that are drawn at random before the sampler goes by what it has seen
WHOLE, HOPELESS, LATE, FAILED = "whole", "hopeless", "late", "failed"  # how a trial ended


@dataclass(frozen=True)
class Goal:
    """What decides: a figure on the validation examples, as the watch is told it, and whether more of it is
    better.
    """

    figure: str
    greater: bool


@dataclass(frozen=True)
class Trial:
    """One training of a search. seen: the goal's figure at each evaluation, None where it was not finite;
    steps: of these. ended: "whole"; "hopeless", stopped as it was worse than most at that point; "late", the
    time was over; "failed", as its training diverged; or "" where it goes on. seconds: it took, over all
    processes that worked on it."""

    number: int
    choice: Choice
    seen: tuple[float | None, ...] = ()
    steps: tuple[int, ...] = ()
    ended: str = ""
    seconds: float = 0.0

    def value(self, goal: Goal) -> float | None:
        """The best figure there was, that of the weights that were kept."""
        known = [value for value in self.seen if value is not None]
        return (max if goal.greater else min)(known, default=None)


def best_of(trials: Sequence[Trial], goal: Goal) -> Trial:
    """The best of those that came to their end; of equals the first."""
    whole = [(value, one) for one in trials if one.ended == WHOLE and (value := one.value(goal)) is not None]
    return (max if goal.greater else min)(whole, key=lambda pair: pair[0])[1]


def ask(done: Sequence[Trial], given: Trial | None, goal: Goal, settings: Settings) -> "Asked":
    """The next trial, of a study made from the earlier ones alone: it hangs on them and on the seed, not on
    this process.

    given: one that was stopped and goes on.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    state, space = optuna.trial.TrialState, dict(space_of(settings))
    study = optuna.create_study(
        direction="maximize" if goal.greater else "minimize",
        sampler=optuna.samplers.TPESampler(
            n_startup_trials=DRAWN, seed=1_000_003 * settings.seed + len(done)
        ),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=1),
    )
    for one in done:
        whole = one.ended == WHOLE
        told = optuna.trial.create_trial(
            state=state.COMPLETE if whole else state.FAIL if one.ended == FAILED else state.PRUNED,
            value=one.value(goal) if whole else None,
            params=dict(one.choice),
            distributions=space,
            intermediate_values={step: _number(value) for step, value in enumerate(one.seen)},
        )
        study.add_trial(told)
    if given or not done:
        study.enqueue_trial(dict(given.choice if given else choice_of(settings)))
    asked = study.ask(space)
    for step, value in enumerate(given.seen if given else ()):
        asked.report(_number(value), step)
    return asked


def read_trials(folder: Path) -> list[Trial]:
    path = folder / TRIALS
    facts = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return [Trial(**{**fact, "seen": tuple(fact["seen"]), "steps": tuple(fact["steps"])}) for fact in facts]


def write_trials(folder: Path, trials: Sequence[Trial]) -> None:
    fresh = folder / f"{TRIALS}.new"
    fresh.write_text(
        json.dumps([asdict(trial) for trial in trials], indent=1, allow_nan=False) + "\n", "utf-8"
    )
    fresh.replace(folder / TRIALS)


def _number(value: float | None) -> float:
    return math.nan if value is None else value
