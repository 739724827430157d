"""Threads: how many of them linear algebra uses, which is set once for a process."""

import os
from functools import cache

VARIABLE = "PALATE_BLAS_THREADS"


@cache
def use_one_blas_thread() -> None:
    """Lets BLAS use one thread from now on, in all threads of this process.

    Opening a store calls it: on matrices of a few hundred rows a second thread costs more than it saves, NumPy and
    SciPy each bring a pool, and readers in several threads would fight for the cores. A process that also does
    large linear algebra of its own may set the environment variable PALATE_BLAS_THREADS to a number, or to 0, which
    leaves all as it is. It is set once, since a limit that comes and goes would hold for other threads too.
    """
    wanted = int(os.environ.get(VARIABLE, "1"))
    if wanted and os.environ.get("OPENBLAS_NUM_THREADS") != str(wanted):
        import scipy.linalg  # noqa: F401  brings a pool of its own, which has to be there to be limited
        from threadpoolctl import ThreadpoolController

        ThreadpoolController().limit(limits=wanted, user_api="blas")
