import json
import subprocess
import sys
from pathlib import Path

import pytest

from history_check import History, Logged, violations
from history_client import Deed

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
LOG: list[Logged] = [(1, "a", "like", None), (2, "b", "skip", None), (3, None, "undo", 2)]


def rules_broken(*deeds: Deed, log: list[Logged] = LOG, texts: str = "abc") -> set[str]:
    return {violation.rule for violation in violations(History(deeds, {"me": log}, frozenset(texts)))}


def deed(name: str, at: int, *told: object, forget: bool = False) -> Deed:
    """A call by one client that took one tick."""
    return Deed(0, "me", name, 10 * at, 10 * at + 1, list(told), forget)


JUDGED, SKIPPED = deed("judge", 1, (1, "a", "like")), deed("judge", 2, (2, "b", "skip"))
TAKEN_BACK = deed("undo", 3, (2, "b", "skip"))


def test_a_history_that_keeps_every_promise_breaks_no_rule() -> None:
    told = (
        JUDGED,
        deed("rank", 1, "b"),
        SKIPPED,
        deed("rank", 2, "c"),
        TAKEN_BACK,
        deed("rank", 4, "b", "c"),
    )
    assert rules_broken(*told, deed("add", 5, "c")) == set()


@pytest.mark.parametrize(
    ("deeds", "log", "rule"),
    [
        ((deed("judge", 1, (4, "c", "like")),), LOG, "lost judgement"),
        ((deed("judge", 1, (1, "a", "dislike")),), LOG, "lost judgement"),
        ((deed("undo", 1, (1, "a", "like")),), LOG, "lost undo"),
        ((deed("add", 1, "z"),), LOG, "lost text"),
        ((deed("remove", 1, "a"),), LOG, "text not removed"),
        ((JUDGED, deed("rank", 2, "a")), LOG, "shown too late"),
        ((deed("judge", 2, (1, "a", "like")), deed("judge", 1, (2, "b", "skip"))), LOG, "head went back"),
        ((deed("error", 1, "IndexError"),), LOG, "error"),
        ((), [*LOG[:2], (3, None, "undo", 1)], "not last in first out"),
    ],
)
def test_each_broken_promise_is_found(deeds: tuple[Deed, ...], log: list[Logged], rule: str) -> None:
    assert rule in rules_broken(*deeds, log=log)


def test_a_text_is_shown_again_only_after_its_judgement_is_taken_back() -> None:
    assert "shown too late" in rules_broken(SKIPPED, deed("rank", 2.5, "b"), TAKEN_BACK)  # type: ignore[arg-type]


def test_judgements_of_a_forgotten_text_may_leave_the_log() -> None:
    forgotten = deed("remove", 4, "a", forget=True)
    assert rules_broken(JUDGED, forgotten, log=LOG[1:], texts="bc") == set()


GONE: list[Logged] = [(1, None, "like", None), (2, "b", "skip", None), (3, None, "undo", 1)]


@pytest.mark.parametrize("judged", [(JUDGED,), ()])
def test_an_undo_need_not_name_a_text_that_was_removed(judged: tuple[Deed, ...]) -> None:
    told = (*judged, deed("remove", 3, "a"), deed("undo", 4, (1, "", "like")))
    assert rules_broken(*told, log=[GONE[0], GONE[2]], texts="bc") == set()


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ((JUDGED, deed("undo", 4, (1, "", "like"))), "lost judgement"),  # nobody removed it
        ((JUDGED, deed("remove", 3, "c"), deed("undo", 4, (1, "", "like"))), "lost judgement"),
        ((JUDGED, deed("remove", 3, "a"), deed("undo", 4, (1, "", "skip"))), "lost judgement"),
        ((JUDGED, deed("remove", 3, "a"), deed("undo", 4, (2, "", "skip"))), "lost undo"),
    ],
)
def test_an_undo_that_names_no_text_must_still_be_true(told: tuple[Deed, ...], rule: str) -> None:
    assert rule in rules_broken(*told, log=GONE, texts="b")


@pytest.mark.slow
def test_three_processes_that_are_killed_leave_what_they_were_told() -> None:
    """Also that undo is last in first out, no ranking shows what was judged, and no damaged cache is trusted.

    To see the same deeds, give --seed.
    """
    command = [sys.executable, str(BENCHMARKS / "history.py"), "--runs", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["runs"] == 3
    assert found["acknowledged"]["judge"] > 0
    assert found["violations"] == 0
