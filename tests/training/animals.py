"""Texts about cats and dogs, which a tiny BERT learns to tell apart in seconds."""

from collections.abc import Sequence

import numpy as np


def animals(n: int, seed: int, names: Sequence[str] = ("cat", "dog")) -> tuple[list[str], list[str]]:
    """n texts of 2 to 7 words, one of which is the animal that is the label."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(n):
        words = list(rng.choice(list("abcdefg"), rng.integers(1, 7)))
        label = str(rng.choice(names))
        words.insert(int(rng.integers(len(words) + 1)), label)
        texts.append(" ".join(words))
        labels.append(label)
    return texts, labels
