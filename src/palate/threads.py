"""One thread for short linear algebra: on matrices of a few hundred rows, waking a second one costs more than it saves."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """While it is entered, BLAS uses one thread. NumPy and SciPy each bring a pool, and two pools fight for the cores.

    Import numpy and scipy.linalg before the first use.
    """
    limit: AbstractContextManager[Any] = _pools().limit(limits=1, user_api="blas")
    return limit
