"""One thread for short linear algebra: on matrices of a few hundred rows, waking a second one costs more than
it saves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


_lock = Lock()
_inside: list[None] = []  # those who have entered, in all threads
_limits: list[Any] = []  # what the first of them set


@contextmanager
def one_thread() -> Iterator[None]:
    """While anyone is in it, BLAS uses one thread. NumPy and SciPy each bring a pool, and two pools fight for
    the cores.

    Import numpy and scipy.linalg before the first use.
    """
    with _lock:
        _inside.append(None)
        if len(_inside) == 1:
            _limits.append(_pools().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            _inside.pop()
            if not _inside:
                _limits.pop().restore_original_limits()
