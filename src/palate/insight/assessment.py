"""Assessment: what palate makes of a text, as an x-ray shows it beside the text's way through the encoder."""

from dataclasses import dataclass
from typing import NamedTuple

from palate.insight.xray import XRay
from palate.value import Contribution, SimilarText, Value


class Block(NamedTuple):
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
    """What palate makes of the same text, beside the picture.

    number: see insight/number.py. agreement: cosine of the picture's vector to the one palate's encoder gives
    the whole text, which may run in int8 or read on beyond the window; None where the picture is of two texts
    in a row. similarity: cosine of the text and the pair, each encoded alone.
    store: where the rest comes from, None where there is none to ask. encoder: that of the store. known: the
    text's id there."""

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
    blocks: tuple[Block, ...] = ()


def notes(seen: XRay, outcome: Assessment) -> list[str]:
    """What must be known to read an x-ray, a sentence each."""
    characters, pieces = sum(map(len, seen.texts)), len(seen.pieces)
    found = [
        f"{characters} characters, {pieces} word pieces"
        + (f"; the window takes {seen.window}" if seen.window else "")
    ]
    if seen.n_pieces > pieces:
        found.append(
            f"the text has {seen.n_pieces} pieces, more than the window takes: only its first window is shown"
        )
    if not seen.layers:
        found.append(
            "a static encoder adds up the vectors of its pieces: there are no layers, no attention and no order of words"
        )
    if seen.encoder == "minilm":
        found.append("the picture is of the float32 original; palate's own minilm is its int8 export")
    if outcome.agreement is not None:
        found.append(
            f"cosine of the picture's vector to the one palate gives the whole text: {outcome.agreement:.4f}"
        )
    if outcome.similarity is not None:
        found.append(f"cosine of the two texts, each encoded alone: {outcome.similarity:.4f}")
    if outcome.store:
        found.append(
            f"nearest texts and the value are those of {outcome.store}, by its encoder {outcome.encoder}"
        )
    if outcome.known:
        found.append(f"the text is stored there as {outcome.known}")
    return found
