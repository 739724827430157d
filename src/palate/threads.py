"""Threads: how many of them linear algebra uses, and work that is shared by several."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from itertools import pairwise

VARIABLE = "PALATE_BLAS_THREADS"
TORCH_VARIABLE = "PALATE_TORCH_THREADS"
MAX_THREADS = 4
LINES_A_THREAD = 16_384  # below which a thread is not worth waking


@cache
def use_one_blas_thread() -> None:
    """Lets BLAS use one thread from now on, in all threads of this process.

    Opening a store calls it: on matrices of a few hundred rows a second thread costs more than it saves,
    NumPy and SciPy each bring a pool, and readers in several threads would fight for the cores. A process
    that also does large linear algebra of its own may set the environment variable PALATE_BLAS_THREADS to a
    number, or to 0, which leaves all as it is. It is set once, since a limit that comes and goes would hold
    for other threads too."""
    wanted = int(os.environ.get(VARIABLE, "1"))
    if wanted and os.environ.get("OPENBLAS_NUM_THREADS") != str(wanted):
        from threadpoolctl import ThreadpoolController

        import_module("scipy.linalg")  # brings a pool of its own, which has to be there to be limited
        ThreadpoolController().limit(limits=wanted, user_api="blas")


def in_threads(work: Callable[[int, int], None], n: int, max_threads: int = MAX_THREADS) -> None:
    """Does work on n lines, in several threads where they are many: each gets a begin and an end.

    Use it where the work is mostly that of NumPy, which lets other threads run. An error of a thread is
    raised.

    >>> done = [0] * 5
    >>> in_threads(lambda begin, end: done.__setitem__(slice(begin, end), [1] * (end - begin)), 5)
    >>> done
    [1, 1, 1, 1, 1]
    """
    shares = min(max_threads, os.cpu_count() or 1, n // LINES_A_THREAD)
    if shares < 2:
        work(0, n)
        return
    ends = [n * share // shares for share in range(shares + 1)]
    others = [_pool().submit(work, begin, end) for begin, end in pairwise(ends[1:])]
    work(0, ends[1])
    for other in others:
        other.result()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="palate scan")


def use_torch_threads() -> None:
    """Lets torch use one thread for what it computes, or as many as PALATE_TORCH_THREADS says.

    A command that writes or trains calls it: two threads on a machine that does other work too are many times
    slower than one. A machine that has cores to spare gains by a larger number."""
    import torch

    torch.set_num_threads(int(os.environ.get(TORCH_VARIABLE, "1")))
