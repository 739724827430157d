"""Weighed: size, speed and quality of encoders, side by side."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from torch import nn

from palate.training.sentences import cosines
from palate.training.sources import read_sts
from palate.training.table import Table

ROUNDS, TIMED = 3, 256  # rounds in which encoders take turns, and the texts of each

Encode = Callable[[list[str]], Any]


def weigh(
    encoders: Mapping[str, Encode], texts: Sequence[str], sts: Table | None
) -> dict[str, dict[str, float]]:
    """Of each encoder texts_per_s, the median of rounds in turns on the first TIMED texts, and sts_spearman
    on a file.

    Speeds hold for this machine and what else it was doing; as they were taken in turns, their ratio holds
    better."""
    timed = list(texts)[:TIMED]
    taken: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(ROUNDS):
        for name, encode in encoders.items():
            begun = perf_counter()
            encode(timed)
            taken[name].append(perf_counter() - begun)
    found = {name: {"texts_per_s": len(timed) / median(seconds)} for name, seconds in taken.items()}
    if sts is not None:
        source = read_sts([sts])
        for name, encode in encoders.items():
            left, right = (np.asarray(encode(list(column)), dtype=np.float64) for column in source.texts)
            found[name]["sts_spearman"] = float(spearmanr(cosines(left, right), source.targets)[0])
    return found


def parameters_mb(model: nn.Module) -> float:
    """Megabytes of its weights."""
    return sum(weight.numel() * weight.element_size() for weight in model.parameters()) / 1e6
