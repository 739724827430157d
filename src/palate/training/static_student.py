"""Static student: vectors of word pieces whose sums are near a teacher's vectors of sentences."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array
from torch.nn import Parameter
from torch.nn.functional import embedding_bag, normalize

from palate.parts import Matrix

BATCH_TEXTS = 512
RATE = 1.5e-3  # of Adam, in mean lengths of a row; falls to 0
RIDGE = 1e-3  # of the linear map that the student starts from, as a share of the mean energy
Steps = Callable[[Mapping[str, float]], None]


def learn_rows(
    start: Matrix,
    counts: csr_array,
    targets: Matrix,
    *,
    epochs: int,
    seed: int,
    on_step: Steps = lambda _: None,
) -> Matrix:
    """Returns (v, d) rows of word pieces with which the normalised sum of a text's rows is near its target.

    Use it where a table of vectors is to stand for a transformer: word by word a table knows nothing of what
    words do together, and it weighs them by how frequent they are; here both are learned. First one linear
    map of all rows is solved for, then the rows themselves are learned by the cosine. About a minute an epoch
    for 200,000 sentences on two cores.

    start: (v, e) rows. counts: (n, v) how often a text has each piece. targets: (n, d) of length 1, with the
    axes that matter most first: then the first few dims of a row are of use alone. Source: Tulkens and van
    Dongen, Tokenlearn (2024), for learning static vectors from sentence vectors; Kim, Kim and Kim,
    Distilling sentence embeddings (2020), for the cosine.
    """
    rows = np.asarray(start @ linear_map(_normalised(counts @ start), targets))
    generator = torch.Generator().manual_seed(seed)
    table = Parameter(torch.tensor(rows, dtype=torch.float32))
    length = float(table.detach().norm(dim=1).mean())
    goals = torch.tensor(targets, dtype=torch.float32)
    n = counts.shape[0]
    steps = epochs * -(-n // BATCH_TEXTS)
    adam = torch.optim.Adam([table], lr=RATE * length)
    step = 0
    for epoch in range(epochs):
        order = torch.randperm(n, generator=generator)
        for chosen in torch.split(order, BATCH_TEXTS):
            for group in adam.param_groups:
                group["lr"] = RATE * length * (1 - step / steps)
            loss = (1 - (_sums(table, counts[chosen.numpy()]) * goals[chosen]).sum(dim=1)).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            step += 1
            on_step(
                {"step": step, "steps": steps, "epoch": epoch + step / steps, "loss": float(loss.detach())}
            )
    return np.asarray(table.detach().numpy().astype(np.float64))


def linear_map(sums: Matrix, targets: Matrix) -> Matrix:
    """Returns the (e, d) map of least squares from (n, e) to (n, d), with a small ridge.

    >>> sums = np.random.default_rng(0).normal(size=(50, 3))
    >>> linear_map(sums, sums @ np.diag([1.0, 2.0, 3.0])).round(1).diagonal().tolist()
    [1.0, 2.0, 3.0]
    """
    energy = sums.T @ sums
    ridge = RIDGE * np.trace(energy) / len(energy)
    return np.asarray(np.linalg.solve(energy + ridge * np.eye(len(energy)), sums.T @ targets))


def main_axes(vectors: Matrix, dims: int) -> Matrix:
    """Returns (n, dims) rows of length 1: vectors (n, D) on their main axes, those that hold most first. The
    cosines between them are those of the vectors, as far as so few dims allow.
    """
    energy = vectors.T @ vectors
    axes = np.linalg.eigh(energy)[1][:, ::-1][:, :dims]
    return _normalised(vectors @ axes)


def _sums(table: Any, counts: csr_array) -> Any:
    starts = torch.from_numpy(counts.indptr[:-1].astype(np.int64))
    pieces = torch.from_numpy(counts.indices.astype(np.int64))
    weights = torch.from_numpy(counts.data.astype(np.float32))
    return normalize(embedding_bag(pieces, table, starts, mode="sum", per_sample_weights=weights), dim=1)


def _normalised(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths))
