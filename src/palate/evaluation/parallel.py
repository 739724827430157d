"""Tasks, run in one process or in several, with the same results."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import active_children, get_context
from typing import Any, TypeVar

from palate.errors import PalateError
from palate.evaluation.partial_results import PartialResults

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

OnDone = Callable[[int, int], None]
"""Called after each task with how many are done, and of how many."""

_shared: list[Any] = []  # in a worker process: the one object that all its tasks read


def run_tasks(
    work: Callable[[Shared, Task], Result],
    shared: Shared,
    tasks: Sequence[Task],
    *,
    workers: int = 1,
    on_done: OnDone | None = None,
    partial: PartialResults | None = None,
) -> list[Result]:
    """Returns work(shared, task) for each task, in the order of tasks.

    workers: number of processes; with 1 everything runs in this one. Worker processes are started fresh
    ("spawn", the same on Linux and macOS, and safe beside threads), so work must be a function at the top of
    a module, and a script that calls this needs `if __name__ == "__main__":`. shared is sent once per
    process. Linear algebra keeps to one thread everywhere: it is faster so on small matrices, and sums are
    then rounded the same way for any number of workers. partial: stores each result and gives back those of
    earlier runs; tasks and results must then be JSON, and tasks differ. What a task raises is raised here,
    and the tasks that have not begun are dropped. Ctrl-C ends the workers at once. Raises PalateError where a
    worker was killed.
    """
    results: dict[int, Result] = {}
    if partial is not None:
        results = {index: partial[task] for index, task in enumerate(tasks) if task in partial}
        if results and on_done:
            on_done(len(results), len(tasks))
    open_indices = [index for index in range(len(tasks)) if index not in results]

    def finish(index: int, result: Result) -> None:
        results[index] = result
        if partial is not None:
            partial.add(tasks[index], result)
        if on_done:
            on_done(len(results), len(tasks))

    if workers == 1 or len(open_indices) < 2:
        with _one_thread():
            for index in open_indices:
                finish(index, work(shared, tasks[index]))
    else:
        with _pool(min(workers, len(open_indices)), shared) as pool:
            with _ctrl_c_blocked():  # for the processes, which start here, for good
                index_of = {pool.submit(_run, work, tasks[index]): index for index in open_indices}
            for future in as_completed(index_of):
                finish(index_of.pop(future), future.result())
    return [results[index] for index in range(len(tasks))]


@contextmanager
def _pool(workers: int, shared: Any) -> Iterator[ProcessPoolExecutor]:
    earlier = set(active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(shared,)
    )
    try:
        yield pool
    except BrokenProcessPool:
        raise PalateError(
            "a process of the replay was ended from outside, as happens where memory runs out;"
            " free some, and run it again"
        ) from None
    except KeyboardInterrupt:
        for process in set(active_children()) - earlier:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Blocks SIGINT. Ctrl-C goes to every process of a terminal: a process that starts in here ignores it,
    this one gets it afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(shared: Any) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # for what this process loads later
    _one_thread()
    _shared.append(shared)


def _run(work: Callable[[Any, Task], Result], task: Task) -> Result:
    return work(_shared[0], task)


def _one_thread() -> Any:
    """Limits BLAS to one thread at once; where it is used as a context, until the end of that."""
    from threadpoolctl import threadpool_limits

    import_module("scipy.linalg")  # brings a second BLAS; only what is loaded can be limited
    return threadpool_limits(limits=1)
