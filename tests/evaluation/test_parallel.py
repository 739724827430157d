import operator
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from palate.evaluation.parallel import run_tasks
from palate.evaluation.partial_results import PartialResults


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_tasks_and_each_is_told(workers: int) -> None:
    told = []
    results = run_tasks(
        operator.add, 10, [3, 1, 2], workers=workers, on_done=lambda done, total: told.append((done, total))
    )
    assert results == [13, 11, 12]
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here_and_what_was_done_is_kept(workers: int, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run_tasks(
            operator.truediv,
            2.0,
            [1.0, 0.0, 2.0],
            workers=workers,
            partial=PartialResults(tmp_path / "partial", {}),
        )
    assert 0.0 not in PartialResults(tmp_path / "partial", {})
    assert workers > 1 or 1.0 in PartialResults(tmp_path / "partial", {})


def test_what_was_kept_is_not_done_again(tmp_path: Path) -> None:
    done, told = [], []

    def add(shared: int, task: int) -> int:
        done.append(task)
        return shared + task

    with pytest.raises(IndexError):
        run_tasks(
            lambda shared, task: [11][task], 10, [0, 1], partial=PartialResults(tmp_path / "partial", {})
        )
    partial = PartialResults(tmp_path / "partial", {})
    assert run_tasks(
        add, 10, [1, 0, 2], partial=partial, on_done=lambda now, total: told.append((now, total))
    ) == [
        11,
        11,
        12,
    ]
    assert done == [1, 2]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert run_tasks(add, 10, [1, 0, 2], partial=partial) == [11, 11, 12]
    assert done == [1, 2]


PROGRAM = """
import os
import threading
from palate.errors import PalateError
from palate.evaluation.parallel import run_tasks

def work(shared, task):
    if task == 1:
        threading.Event().wait(120)
    if task == 2:
        os._exit(1)

if __name__ == "__main__":
    try:
        run_tasks(work, None, {tasks}, workers=2, on_done=lambda done, total: print("begun", flush=True))
    except (KeyboardInterrupt, PalateError) as error:
        print(type(error).__name__, error)
"""


def run(folder: Path, tasks: list[int]) -> "subprocess.Popen[str]":
    (folder / "program.py").write_text(PROGRAM.format(tasks=tasks))
    command = [sys.executable, str(folder / "program.py")]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def test_ctrl_c_ends_workers_in_the_middle_of_a_task_without_a_word(tmp_path: Path) -> None:
    program = run(tmp_path, [0, 1, 1, 1])
    assert program.stdout is not None
    assert program.stdout.readline() == "begun\n"
    os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to every process
    assert program.communicate(timeout=60) == ("KeyboardInterrupt \n", "")


def test_a_worker_that_is_killed_is_told_in_a_sentence(tmp_path: Path) -> None:
    out, err = run(tmp_path, [2, 2]).communicate(timeout=60)
    assert out.startswith(
        "PalateError a process of the replay was ended from outside, as happens where memory runs out"
    )
    assert err == ""
