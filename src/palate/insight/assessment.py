"""Assessment: palate's number and value of a text, as an x-ray shows them beside its way through the
encoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from palate.features import Features
from palate.insight.xray_data import XRay
from palate.value import Contribution, SimilarText, Value


class BlockSummary(NamedTuple):
    """A feature block of a text: its columns, how many are filled, the length of its row, and its share of
    the value's logit.
    """

    name: str
    columns: int
    filled: int
    length: float
    logit: float


@dataclass(frozen=True)
class Assessment:
    """Palate's number and value of the text in the picture.

    number: see insight/number.py. agreement: cosine of the picture's vector to the one palate's encoder gives
    the whole text, which may run in int8 or read on beyond the window; None where the picture is of two texts
    in a row. similarity: cosine of the text and the pair, each encoded alone. store: the store that the rest
    comes from, None without one. encoder: that of the store. known: the text's id in the store, None where it
    is not stored."""

    number: int
    agreement: float | None = None
    similarity: float | None = None
    store: str | None = None
    encoder: str = ""
    known: str | None = None
    nearest: tuple[SimilarText, ...] = ()
    reader: str = ""
    value: Value | None = None
    contributions: tuple[Contribution, ...] = ()  # largest first
    blocks: tuple[BlockSummary, ...] = ()


def block_summaries(features: Features, contributions: Sequence[Contribution]) -> tuple[BlockSummary, ...]:
    """Summarises the feature blocks of one text. contributions: all shares of its value's logit.

    >>> features = Features({"semantic": np.array([[0.6, 0.0, 0.8]])})
    >>> block_summaries(features, [Contribution("semantic", "cats", 0.5), Contribution("base", "base", 1.0)])
    (BlockSummary(name='semantic', columns=3, filled=2, length=1.0, logit=0.5),)
    """
    summaries = []
    for name, block in features.blocks.items():
        row = block.toarray()[0] if isinstance(block, csr_array) else block[0]
        logit = sum(share.amount for share in contributions if share.block == name)
        length = float(np.linalg.norm(row))
        summaries.append(BlockSummary(name, len(row), int(np.count_nonzero(row)), length, logit))
    return tuple(summaries)


def reading_notes(xray: XRay, assessment: Assessment) -> list[str]:
    """Returns what must be known to read an x-ray, a sentence each."""
    characters, pieces = sum(map(len, xray.texts)), len(xray.pieces)
    notes = [
        f"{characters} characters, {pieces} word pieces"
        + (f"; the window takes {xray.window}" if xray.window else "")
    ]
    if xray.n_pieces > pieces:
        notes.append(
            f"the text has {xray.n_pieces} pieces, more than the window takes: only the first window is shown"
        )
    if not xray.layers:
        notes.append(
            "a static encoder adds up the vectors of its pieces:"
            " there are no layers, no attention and no order of words"
        )
    if xray.encoder == "minilm":
        notes.append("the picture is of the float32 original; palate's own minilm is its int8 export")
    if assessment.agreement is not None:
        notes.append(
            "cosine of the picture's vector to the one palate gives the whole text:"
            f" {assessment.agreement:.4f}"
        )
    if assessment.similarity is not None:
        notes.append(f"cosine of the two texts, each encoded alone: {assessment.similarity:.4f}")
    if assessment.store:
        notes.append(
            f"nearest texts and the value are those of {assessment.store},"
            f" by its encoder {assessment.encoder}"
        )
    if assessment.known:
        notes.append(f"the text is stored there as {assessment.known}")
    return notes
