"""Memory: what objects hold in arrays."""

from mmap import mmap
from typing import Any

import numpy as np


def nbytes_of(root: object) -> int:
    """Returns the bytes of all arrays that an object holds, directly or within; each array counts once.

    A view of a mapped file counts nothing. Costs about 20 microseconds an object that is met.

    >>> class Holder:
    ...     def __init__(self) -> None:
    ...         self.one = np.zeros(10)
    ...         self.parts = [self.one[2:], {"more": np.zeros(5, np.float32)}]
    >>> nbytes_of(Holder())
    100
    """
    seen, owners, total, waiting = set[int](), set[int](), 0, [root]
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, type) or callable(found):
            continue
        seen.add(id(found))
        if isinstance(found, np.ndarray):
            owner = _owner(found)
            if id(owner) not in owners and not isinstance(owner, mmap):
                total += len(owner) if isinstance(owner, bytes | bytearray) else getattr(owner, "nbytes", 0)
            owners.add(id(owner))
        elif isinstance(found, dict):
            waiting.extend(found.values())
        elif isinstance(found, list | tuple | set | frozenset):
            waiting.extend(found)
        elif hasattr(found, "__dict__"):
            waiting.extend(vars(found).values())
    return total


def _owner(array: Any) -> Any:
    """Returns the object whose memory an array is in: an array, bytes that were read, or a mapped file."""
    owner = array
    while True:
        within = owner.obj if isinstance(owner, memoryview) else getattr(owner, "base", None)
        if within is None:
            return owner
        owner = within
