"""Faithful: how near a draft is to the source that it rewrites."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from palate.parts import Matrix

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# a capitalised word that begins no sentence, or a word with capitals within, such as BERT or iPhone
NAME = re.compile(r"(?<=[^.!?:\s\n] )[A-Z][\w-]+|\b\w*[a-z0-9]?[A-Z]{2,}\w*\b")
Encode = Callable[[Sequence[str]], Matrix]


class Faithfulness(NamedTuple):
    """How near a draft is to its source. cosine: of their vectors, in [-1, 1]. grounded: share of the names
    and numbers in the draft that the source has, 1 where it has none.
    """

    cosine: float
    grounded: float

    @property
    def score(self) -> float:
        """What `--faithful` asks for: the cosine, less where names or numbers were invented."""
        return self.cosine * self.grounded if self.cosine > 0 else self.cosine


def faithfulness(source: str, drafts: Sequence[str], encode: Encode) -> list[Faithfulness]:
    """Returns how near each draft is to a source.

    Use it to leave out drafts that say something else. It finds invented names and numbers, and a change of
    subject; it does not find a denial or a wrong relation between right names. encode: texts to rows of
    length 1. Costs one encoding of each.
    """
    vectors = encode([source, *drafts])
    return [
        Faithfulness(float(vectors[index] @ vectors[0]), grounded(source, draft))
        for index, draft in enumerate(drafts, 1)
    ]


def grounded(source: str, draft: str) -> float:
    """Returns the share of the names and numbers in a draft that stand in the source.

    >>> grounded("In 2019 BERT had 110 million weights.", "BERT has 110 million weights, said Google.")
    0.6666666666666666
    """
    known = {mark.lower() for mark in (*NUMBER.findall(source), *re.findall(r"[\w-]+", source))}
    found = [mark.lower() for mark in (*NUMBER.findall(draft), *NAME.findall(draft))]
    return sum(mark in known for mark in found) / len(found) if found else 1.0
