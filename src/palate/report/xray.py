"""X-ray of a text: its way through the encoder, its number, and what a library and a reader make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from palate.encoder.choose import make_encoder
from palate.encoder.static import SHIPPED, StaticEncoder
from palate.insight.number import number_of
from palate.insight.outcome import Block, Outcome
from palate.insight.xray import XRay, xray
from palate.text import Text
from palate.value import Contribution

if TYPE_CHECKING:
    from palate.features import Block as FeatureBlock
    from palate.library import Library
    from palate.parts import Encoder
    from palate.reader import Reader

N_NEAREST = 5  # stored texts that are shown


def xray_report(
    text: str, pair: str | None, encoder_name: str | None, reader_of: tuple[Library, Reader] | None
) -> tuple[XRay, Outcome]:
    """X-rays a text, or two in a row, and values it; nothing is stored.

    encoder_name: as `make_encoder` takes it; None for the library's, or static without one. reader_of: whose
    value is told, None where there is no store. Attention needs a transformer and the extra [bert]."""
    library = reader_of[0] if reader_of else None
    name = encoder_name or (library and library.encoder_name) or "static"
    encoder = library.encoder if library and encoder_name is None else make_encoder(name)
    picture = xray(text, pair, folder=_folder(name), encoder=name)
    outcome = _without_store(picture, text, pair, encoder)
    return picture, _in_store(outcome, text, *reader_of) if reader_of else outcome


def _without_store(picture: XRay, text: str, pair: str | None, encoder: Encoder) -> Outcome:
    """encoder: palate's own, which reads the whole text where the picture shows its first window."""
    vectors = encoder.encode([text] if pair is None else [text, pair])
    # else the picture is of both in a row
    agreement = float(vectors[0] @ picture.vector) if len(picture.texts) == 1 else None
    similarity = None if pair is None else float(vectors[0] @ vectors[1])
    return Outcome(number_of(StaticEncoder().sums([text])), agreement, similarity)


def _in_store(outcome: Outcome, text: str, library: Library, reader: Reader) -> Outcome:
    """Adds the nearest texts, and the reader's value by taste alone, as `palate value` tells it."""
    value, shares, features = reader.explain(text)
    return replace(
        outcome,
        store=library.path,
        encoder=library.encoder.name,
        known=next(iter(library.ids_of([Text.of(text)])), None),
        nearest=tuple(library.nearest(text, limit=N_NEAREST)),
        reader=reader.name,
        value=value,
        contributions=shares,
        blocks=tuple(_block(name, block, shares) for name, block in features.blocks.items()),
    )


def _block(name: str, block: FeatureBlock, shares: Sequence[Contribution]) -> Block:
    row = block.toarray()[0] if isinstance(block, csr_array) else block[0]
    logit = sum(share.amount for share in shares if share.block == name)
    return Block(name, len(row), int(np.count_nonzero(row)), float(np.linalg.norm(row)), logit)


def _folder(name: str) -> Path:
    """Returns the folder with the weights of an encoder that `make_encoder` can make."""
    if name.startswith("static"):
        return Path(name.removeprefix("static:")) if ":" in name else SHIPPED
    from palate.training.run.start import folder_of

    return folder_of(name)
