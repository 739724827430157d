"""FAISS: the module where it is installed, and how many threads its calls use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from palate.errors import MissingExtra


def faiss_module() -> Any:
    """Returns the module faiss. Raises MissingExtra."""
    try:
        import faiss
    except ModuleNotFoundError:
        raise MissingExtra("an index of many texts", "index") from None
    return faiss


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Lets FAISS use so many threads in calls of this thread: OpenMP keeps the number for each thread apart.

    A search uses one: two on a busy machine wait for each other, and took 25 times as long."""
    faiss = faiss_module()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
