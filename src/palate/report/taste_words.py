"""Taste words: what of a taste pulls texts up and down, added up over texts at both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from palate.features import Vector
    from palate.reader import Reader
    from palate.report.pile import Pile

TEXTS_AT_AN_END = 50  # of the best, and of the least, that are explained


@dataclass(frozen=True)
class TasteWords:
    """Mean shares of the log odds over the n texts that were explained, largest first.

    up, down: words with what they add and take. blocks: the sum of absolute shares of each feature block.
    """

    n: int
    up: tuple[tuple[str, float], ...]
    down: tuple[tuple[str, float], ...]
    blocks: tuple[tuple[str, float], ...]


def taste_words(pile: Pile, reader: Reader, values: Vector) -> TasteWords:
    """Returns the words that carry the 50 best and the 50 least texts by value (n,).

    A word's share by its meaning and by itself are added up. Costs 100 explanations, a few ms each."""
    order = np.argsort(-values, kind="stable")
    chosen = np.unique(np.concatenate([order[:TEXTS_AT_AN_END], order[-TEXTS_AT_AN_END:]]))
    words: dict[str, float] = {}
    blocks: dict[str, float] = {}
    for index in chosen.tolist():
        for block, name, amount in reader.explain(pile.texts[index]).contributions:
            if block not in ("base", "rule"):
                blocks[block] = blocks.get(block, 0.0) + abs(amount)
            if block not in (name, "rule") and any(map(str.isalnum, name)):
                words[name] = words.get(name, 0.0) + amount
    shares = sorted(((word, amount / len(chosen)) for word, amount in words.items()), key=lambda one: -one[1])
    return TasteWords(
        len(chosen),
        tuple(share for share in shares if share[1] > 0),
        tuple(share for share in reversed(shares) if share[1] < 0),
        tuple(sorted(((name, amount / len(chosen)) for name, amount in blocks.items()), key=lambda b: -b[1])),
    )
