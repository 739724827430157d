"""Searches over a made-up training: its figure is known for every setting, and its time is that of a clock of
the test.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from palate.errors import BadFolder, BadSource, BadValue
from palate.training.run.finish import save_trained_model
from palate.training.run.resume import begin_training, remove_checkpoints
from palate.training.run.settings import TrainingSettings
from palate.training.run.trained_model import TrainedModel, read_trained_model
from palate.training.search import SearchResult, search_settings
from palate.training.search_space import settings_at
from palate.training.search_trials import Goal

GOAL = Goal("accuracy", greater=True)
GIVEN = TrainingSettings(rate=1e-4, seed=3)
Figure = Callable[[TrainingSettings], float]


def well(settings: TrainingSettings) -> float:
    """Best at the rate 2e-4 and a batch of 64."""
    return 0.9 - 0.1 * abs(math.log(settings.peak_rate / 2e-4)) - (0.05 if settings.batch != 64 else 0)


class Stopped(Exception):
    """In the place of a kill."""


class Training:
    """Takes 10 s on the clock an evaluation, of which there are 4; stops after `kill_at` of all its
    evaluations.
    """

    def __init__(
        self, figure: Figure = well, kill_at: int | None = None, *, sign: float = 1.0, torn: bool = False
    ) -> None:
        self.figure, self.kill_at, self.sign, self.torn = figure, kill_at, sign, torn
        self.seconds, self.looks = 0.0, 0
        self.tried: list[TrainingSettings] = []

    def clock(self) -> float:
        return self.seconds

    def __call__(
        self, out: Path, settings: TrainingSettings, on_step: Callable[[Mapping[str, float]], None]
    ) -> TrainedModel:
        """Goes on after the evaluations that an earlier process did, as a real recipe does."""
        begin_training(out, {"settings": asdict(settings)})
        self.tried.append(settings)
        reached = out / "checkpoints" / "reached"
        for step in range(int(reached.read_text()) if reached.exists() else 0, 4):
            self.seconds += 10
            self.looks += 1
            told = {"step": step + 1, "steps": 4, "epoch": 1.0}
            on_step({**told, "loss": 1.0})
            on_step(
                {
                    **told,
                    "eval_loss": 1.0,
                    "eval_accuracy": self.sign * (self.figure(settings) - 0.1 * (3 - step)),
                }
            )
            if not (self.torn and self.looks == self.kill_at):
                reached.write_text(str(step + 1))
            if self.looks == self.kill_at:
                raise Stopped
        (out / "model.txt").write_text(repr(settings))
        (out / "report").mkdir()
        (out / "report" / "history.json").write_text("[]")
        test = {"test": {"accuracy": -self.figure(settings)}}
        trained = TrainedModel(out, "classify", "minilm", settings=asdict(settings), figures=test)
        remove_checkpoints(out)
        return save_trained_model(trained)


def search(
    training: Training, out: Path, minutes: float = 1e6, trials: int | None = 8, **others: Any
) -> SearchResult:
    options: dict[str, Any] = {"settings": GIVEN, "minutes": minutes, "trials": trials, **others}
    goal = options.pop("goal", GOAL)
    return search_settings(training, out, goal, {"recipe": "made up"}, clock=training.clock, **options)


def test_the_model_of_the_best_trial_is_kept_and_nothing_else(tmp_path: Path) -> None:
    training = Training()
    found = search(training, tmp_path / "out", trials=12)
    best = max(
        (one for one in found.trials if one.ended == "whole"),
        key=lambda one: well(settings_at(GIVEN, one.choice)),
    )
    assert found.best.number == best.number > 0
    assert found.best.value(GOAL) == pytest.approx(well(settings_at(GIVEN, best.choice)))
    assert (tmp_path / "out" / "model.txt").read_text() == repr(settings_at(GIVEN, best.choice))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.txt",
        "report",
        "palate.json",
        "README.md",
    }
    trained = read_trained_model(tmp_path / "out")
    assert trained.settings["rate"] == best.choice["rate"]
    assert "the best of 12 trials by palate train tune, with rate" in trained.notes[-1]


def test_the_first_trial_has_the_given_settings_so_that_the_outcome_is_never_worse(tmp_path: Path) -> None:
    """Here nothing else is any good."""
    training = Training(lambda settings: 0.8 if settings == GIVEN else 0.1)
    found = search(training, tmp_path / "out")
    assert training.tried[0] == GIVEN
    assert found.best.number == 0
    assert (tmp_path / "out" / "model.txt").read_text() == repr(GIVEN)


def test_a_figure_of_which_less_is_better_is_made_small(tmp_path: Path) -> None:
    training = Training(sign=-1.0)
    found = search(training, tmp_path / "out", goal=Goal("accuracy", greater=False))
    values = [-well(settings_at(GIVEN, one.choice)) for one in found.trials if one.ended == "whole"]
    assert found.best.value(Goal("accuracy", greater=False)) == pytest.approx(min(values))


def test_all_trials_are_told_in_the_report(tmp_path: Path) -> None:
    found = search(Training(), tmp_path / "out")
    told = json.loads((tmp_path / "out" / "report" / "trials.json").read_text())
    assert [one["number"] for one in told] == list(range(8))
    assert [tuple(one["seen"]) for one in told] == [one.seen for one in found.trials]
    assert {one["ended"] for one in told} <= {"whole", "hopeless"}
    assert all(one["seconds"] == 10 * len(one["seen"]) for one in told)


def test_a_hopeless_trial_is_stopped_early_and_never_the_first(tmp_path: Path) -> None:
    """Whatever has another rate than the first three is hopeless at its second evaluation."""
    rates: list[float] = []

    def figure(settings: TrainingSettings) -> float:
        rates.append(settings.peak_rate)
        return 0.9 if len(dict.fromkeys(rates)) <= 3 else 0.1

    training = Training(figure)
    found = search(training, tmp_path / "out", trials=6)
    assert [one.ended for one in found.trials] == ["whole"] * 3 + ["hopeless"] * 3
    assert [len(one.seen) for one in found.trials] == [4, 4, 4, 2, 2, 2]


def test_the_time_is_kept_to(tmp_path: Path) -> None:
    """A whole trial takes 40 s; with 30 s left none begins."""
    training = Training(lambda settings: 0.5)
    found = search(training, tmp_path / "out", minutes=150 / 60, trials=None)
    assert [one.ended for one in found.trials] == ["whole"] * 3
    assert training.seconds == 120


def test_a_trial_that_is_slower_than_the_time_left_is_stopped(tmp_path: Path) -> None:
    training = Training(lambda settings: 0.5)
    whole = training.__call__

    def slowing(out: Path, settings: TrainingSettings, on_step: Any) -> TrainedModel:
        def slow(told: Mapping[str, float]) -> None:
            training.seconds += 30 * (len(training.tried) > 2)
            on_step(told)

        return whole(out, settings, slow)

    found = search_settings(
        slowing, tmp_path / "out", GOAL, {}, settings=GIVEN, minutes=150 / 60, clock=training.clock
    )
    assert [one.ended for one in found.trials] == ["whole", "whole", "late"]
    assert training.seconds < 150 + 60
    assert found.best.number < 2


def test_the_first_trial_ends_even_if_it_takes_more_than_all_the_time(tmp_path: Path) -> None:
    found = search(Training(), tmp_path / "out", minutes=1 / 60)
    assert [one.ended for one in found.trials] == ["whole"]


def known(found: SearchResult) -> list[Any]:
    return [(one.choice, one.seen, one.steps, one.ended) for one in found.trials]


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("kill_at", [1, 4, 6, 9])
def test_a_search_that_was_stopped_goes_on_as_if_nothing_had_happened(
    kill_at: int, torn: bool, tmp_path: Path
) -> None:
    """At any evaluation, the last of a trial too; what is tried and what is kept are the same. torn: an
    evaluation was noted and its checkpoint was not written, so that it is done once more."""
    whole = search(Training(), tmp_path / "whole")
    first = Training(kill_at=kill_at, torn=torn)
    with pytest.raises(Stopped):
        search(first, tmp_path / "out")
    second = Training()
    second.seconds = 1e6  # another process, another clock
    found = search(second, tmp_path / "out")
    assert known(found) == known(whole)
    assert found.best.number == whole.best.number
    assert sum(one.seconds for one in found.trials) == sum(one.seconds for one in whole.trials) + 10 * torn
    assert (tmp_path / "out" / "model.txt").read_text() == (tmp_path / "whole" / "model.txt").read_text()
    assert first.looks + second.looks == sum(len(one.seen) for one in whole.trials) + torn


def test_a_search_that_was_stopped_between_the_end_of_a_trial_and_its_note_trains_it_no_second_time(
    tmp_path: Path,
) -> None:
    training, count = Training(), 0

    def killed(out: Path, settings: TrainingSettings, on_step: Any) -> TrainedModel:
        nonlocal count
        trained = training(out, settings, on_step)
        count += 1
        if count == 2:
            raise Stopped
        return trained

    with pytest.raises(Stopped):
        search_settings(
            killed,
            tmp_path / "out",
            GOAL,
            {"recipe": "made up"},
            settings=GIVEN,
            minutes=1e6,
            trials=4,
            clock=training.clock,
        )
    found = search(training, tmp_path / "out", trials=4)
    assert [one.ended for one in found.trials if one.number < 2] == ["whole"] * 2
    assert len(training.tried) == 4


def test_more_trials_may_be_asked_for_than_before_it_was_stopped_but_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        search(Training(kill_at=6), tmp_path / "out", trials=3)
    with pytest.raises(BadFolder, match="begun otherwise"):
        search(Training(), tmp_path / "out", settings=replace(GIVEN, seed=4))
    assert len(search(Training(), tmp_path / "out", trials=5).trials) == 5
    with pytest.raises(BadFolder, match="holds a finished model already"):
        search(Training(), tmp_path / "out")


def test_other_seeds_try_other_settings(tmp_path: Path) -> None:
    one, other = (
        search(Training(), tmp_path / str(seed), settings=replace(GIVEN, seed=seed)) for seed in (1, 2)
    )
    assert one.trials[1].choice != other.trials[1].choice


def test_a_trial_that_diverges_is_no_good_and_the_search_goes_on(tmp_path: Path) -> None:
    def figure(settings: TrainingSettings) -> float:
        return 0.5 if settings == GIVEN else math.nan

    training = Training(figure)
    whole = training.__call__

    def diverging(out: Path, settings: TrainingSettings, on_step: Any) -> TrainedModel:
        trained = whole(out, settings, on_step)
        if settings != GIVEN:
            raise BadValue("the model's predictions are not finite numbers")
        return trained

    found = search_settings(
        diverging, tmp_path / "out", GOAL, {}, settings=GIVEN, minutes=1e6, trials=4, clock=training.clock
    )
    assert [one.ended for one in found.trials] == ["whole", "failed", "failed", "failed"]
    assert found.best.number == 0
    json.loads(
        (tmp_path / "out" / "report" / "trials.json").read_text(),
        parse_constant=lambda word: pytest.fail(word),
    )


def test_data_that_cannot_be_used_ends_the_search_and_leaves_the_folder_free(tmp_path: Path) -> None:
    def refusing(out: Path, settings: TrainingSettings, on_step: Any) -> TrainedModel:
        raise BadSource("there is no column text")

    with pytest.raises(BadSource, match="no column text"):
        search_settings(refusing, tmp_path / "out", GOAL, {"column": "text"}, settings=GIVEN)
    assert (
        search_settings(
            Training(), tmp_path / "out", GOAL, {"column": "words"}, settings=GIVEN, trials=1
        ).best.number
        == 0
    )


@pytest.mark.parametrize("wrong", [{"minutes": 0.0}, {"minutes": math.nan}, {"trials": 0}])
def test_time_and_trials_are_above_zero(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="a search needs minutes above 0 and 1 trial or more"):
        search(Training(), tmp_path / "out", **wrong)
