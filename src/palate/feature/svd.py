"""The largest singular values of a sparse table and their directions, by a randomised search."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]

N_MORE = 10  # directions searched beside those asked for
N_ROUNDS, N_ROUNDS_FEW = 4, 7  # power iterations; more where few directions are asked for
FEW_SHARE = 0.1  # of the shorter side of the table


def randomized_svd(table: csr_array, rank: int, seed: int) -> tuple[Array, Array]:
    """Returns the `rank` largest singular values, (k,), and the right singular vectors, (k, n), of an (m, n)
    table.

    Use it where m and n are large and k is small. k is rank, or m or n where these are smaller. A vector's
    sign is the one that makes the largest entry of its left singular vector positive. Costs
    O(nonzeros * k + (m + n) k^2). seed: of where the search starts.
    Source: Halko, Martinsson and Tropp, Finding structure with randomness, SIAM Review 53 (2011), algorithms
    4.4 and 5.1, with the settings and the random numbers of scikit-learn's function of this name; a test
    holds it to that.

    >>> values, vectors = randomized_svd(csr_array(np.diag([3.0, 2.0, 1.0])), 2, seed=0)
    >>> values.round(6).tolist(), np.abs(vectors).round(6).tolist()
    ([3.0, 2.0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    """
    is_wide = table.shape[0] < table.shape[1]
    tall = table.T.tocsr() if is_wide else table
    few = rank < FEW_SHARE * min(table.shape)
    # the legacy generator: the factors of published figures were found from its numbers
    start = np.random.RandomState(seed).normal(size=(tall.shape[1], rank + N_MORE))
    basis = start
    for _ in range(N_ROUNDS_FEW if few else N_ROUNDS):
        basis, _ = np.linalg.qr(tall @ basis)
        basis, _ = np.linalg.qr(tall.T @ basis)
    basis, _ = np.linalg.qr(tall @ basis)
    within, values, others = np.linalg.svd(basis.T @ tall, full_matrices=False)
    left, right = basis @ within, others.T
    if is_wide:
        left, right = right, left
    largest = left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])]
    return values[:rank], (right * np.sign(largest)).T[:rank]
