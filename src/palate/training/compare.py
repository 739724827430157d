"""Comparisons of encoders: size, speed and quality, side by side."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from torch import nn

from palate.training.example_sets import read_sts
from palate.training.run.metrics import regression_figures
from palate.training.run.table import Table
from palate.training.sentences import cosines

TIMED_ROUNDS, TIMED_TEXTS = 3, 256  # rounds in which encoders take turns, and the texts of each

Encode = Callable[[list[str]], Any]


def compare_encoders(
    encoders: Mapping[str, Encode], texts: Sequence[str], sts: Table | None
) -> dict[str, dict[str, Any]]:
    """Returns for each encoder texts_per_s, the median of rounds in turns on the first TIMED_TEXTS texts, and
    sts_spearman on a file; None where the encoder gives all its pairs the same cosine.

    Speeds hold for this machine and what else it was doing; as they were taken in turns, their ratio holds
    better.
    """
    timed = list(texts)[:TIMED_TEXTS]
    seconds: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(TIMED_ROUNDS):
        for name, encode in encoders.items():
            started = perf_counter()
            encode(timed)
            seconds[name].append(perf_counter() - started)
    figures: dict[str, dict[str, Any]] = {
        name: {"texts_per_s": len(timed) / median(rounds)} for name, rounds in seconds.items()
    }
    if sts is not None:
        pairs = read_sts([sts])
        for name, encode in encoders.items():
            left, right = (np.asarray(encode(list(column)), dtype=np.float64) for column in pairs.texts)
            figures[name]["sts_spearman"] = regression_figures(pairs.targets, cosines(left, right))[
                "spearman"
            ]
    return figures


def parameters_mb(model: nn.Module) -> float:
    """Returns the megabytes of a model's weights."""
    return sum(weight.numel() * weight.element_size() for weight in model.parameters()) / 1e6
