"""Turns: texts of several interests in turn."""

from collections import deque

import numpy as np

from palate.parts import Rows


def in_turns(order: Rows, interests: Rows, asked: Rows) -> Rows:
    """Returns indices of texts, best first, so that each next one is of the interest of which the fewest
    texts were asked about, the first of equal ones; an interest of which none is left is passed over.

    order: (m,) indices, best first. interests: (n,) of each text, from 0 to k - 1. asked: (k,) at the start.

    >>> in_turns(np.array([0, 1, 2, 3]), np.array([0, 0, 0, 1]), np.array([2, 1])).tolist()
    [3, 0, 1, 2]
    """
    waiting = [deque(order[interests[order] == interest].tolist()) for interest in range(len(asked))]
    counts, turns = asked.tolist(), list[int]()
    while len(turns) < len(order):
        turn = min((k for k, queue in enumerate(waiting) if queue), key=counts.__getitem__)
        turns.append(waiting[turn].popleft())
        counts[turn] += 1
    return np.array(turns, dtype=np.int64)
