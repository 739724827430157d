"""The same work on many tasks, on one process or several, with the same results."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import Any, TypeVar

from palate.errors import PalateError
from palate.evaluation.kept import Kept

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

OnDone = Callable[[int, int], None]
"""Told after each task: how many are done, and of how many."""

_shared: list[Any] = []  # in a worker process: the one thing that all its tasks read


def each(
    work: Callable[[Shared, Task], Result],
    shared: Shared,
    tasks: Sequence[Task],
    *,
    workers: int = 1,
    on_done: OnDone | None = None,
    kept: Kept | None = None,
) -> list[Result]:
    """work(shared, task) for each task, in the order of tasks.

    workers: number of processes; with 1 all runs in this one. Worker processes are started fresh ("spawn",
    the same on Linux and macOS, and safe beside threads), so work must be a function at the top of a module,
    and a script that calls this needs `if __name__ == "__main__":`. shared is sent once per process. Linear
    algebra keeps to one thread everywhere: it is faster so on small matrices, and sums are then rounded the
    same way for any number of workers. kept: takes in each result and gives back those of earlier runs; tasks
    and results must then be JSON, and tasks differ. What a task raises is raised here, and the tasks that
    have not begun are dropped. Ctrl-C ends the workers at once. Raises PalateError where a worker was killed.
    """
    results: dict[int, Result] = {}
    if kept is not None:
        results = {place: kept[task] for place, task in enumerate(tasks) if task in kept}
        if results and on_done:
            on_done(len(results), len(tasks))
    open_places = [place for place in range(len(tasks)) if place not in results]

    def take(place: int, result: Result) -> None:
        results[place] = result
        if kept is not None:
            kept.add(tasks[place], result)
        if on_done:
            on_done(len(results), len(tasks))

    if workers == 1 or len(open_places) < 2:
        with _one_thread():
            for place in open_places:
                take(place, work(shared, tasks[place]))
    else:
        with _pool(min(workers, len(open_places)), shared) as pool:
            with _deaf_to_ctrl_c():  # processes start here, and stay so
                places = {pool.submit(_run, work, tasks[place]): place for place in open_places}
            for future in as_completed(places):
                take(places.pop(future), future.result())
    return [results[place] for place in range(len(tasks))]


@contextmanager
def _pool(workers: int, shared: Any) -> Iterator[ProcessPoolExecutor]:
    others = set(active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(shared,)
    )
    try:
        yield pool
    except BrokenProcessPool:
        raise PalateError(
            "a process of the replay was ended from outside, as happens where memory runs out; free some, and run it again"
        ) from None
    except KeyboardInterrupt:
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Ctrl-C goes to every process of a terminal; started in here, one does not hear it, and this one hears
    it afterwards.
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
    """Takes effect at once; as a context, it ends with it."""
    import scipy.linalg  # noqa: F401  brings a second BLAS; only what is loaded can be limited
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)
