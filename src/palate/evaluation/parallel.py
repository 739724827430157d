"""The same work on many tasks, on one process or several, with the same results."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any, TypeVar

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
) -> list[Result]:
    """work(shared, task) for each task, in the order of tasks.

    workers: number of processes; with 1 all runs in this one. Worker processes are started fresh ("spawn", the same on Linux
    and macOS, and safe beside threads), so work must be a function at the top of a module, and a script that calls this
    needs `if __name__ == "__main__":`. shared is sent once per process. Linear algebra keeps to one thread everywhere: it is
    faster so on small matrices, and sums are then rounded the same way for any number of workers.
    What a task raises is raised here, and the tasks that have not begun are dropped.
    """
    if workers == 1:
        results = []
        with _one_thread():
            for task in tasks:
                results.append(work(shared, task))
                if on_done:
                    on_done(len(results), len(tasks))
        return results
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start, initargs=(shared,))
    try:
        futures = [pool.submit(_run, work, task) for task in tasks]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            if on_done:
                on_done(done, len(tasks))
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)


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
