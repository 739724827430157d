"""X-ray of a text: its way through the encoder, its number, and what a library and a reader make of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from palate.encoder.choose import make_encoder
from palate.encoder.static import SHIPPED, StaticEncoder
from palate.insight.assessment import Assessment, block_summaries
from palate.insight.number import number_of
from palate.insight.xray import xray
from palate.insight.xray_data import XRay
from palate.text import Text

if TYPE_CHECKING:
    from palate.library import Library
    from palate.parts import Encoder
    from palate.reader import Reader

N_NEAREST = 5  # stored texts that are shown


def xray_report(
    text: str, pair: str | None, encoder_name: str | None, reader_of: tuple[Library, Reader] | None
) -> tuple[XRay, Assessment]:
    """X-rays a text, or two in a row, and values it; nothing is stored.

    encoder_name: as `make_encoder` takes it; None for the library's, or static without one. reader_of: whose
    value is told, None where there is no store. Attention needs a transformer and the extra [bert]."""
    library = reader_of[0] if reader_of else None
    name = encoder_name or (library and library.encoder_name) or "static"
    encoder = library.encoder if library and encoder_name is None else make_encoder(name)
    picture = xray(text, pair, folder=_folder(name), encoder=name)
    assessment = _without_store(picture, text, pair, encoder)
    return picture, _in_store(assessment, text, *reader_of) if reader_of else assessment


def _without_store(picture: XRay, text: str, pair: str | None, encoder: Encoder) -> Assessment:
    """encoder: palate's own, which reads the whole text where the picture shows its first window."""
    vectors = encoder.encode([text] if pair is None else [text, pair])
    # else the picture is of both in a row
    agreement = float(vectors[0] @ picture.vector) if len(picture.texts) == 1 else None
    similarity = None if pair is None else float(vectors[0] @ vectors[1])
    return Assessment(number_of(StaticEncoder().sums([text])), agreement, similarity)


def _in_store(assessment: Assessment, text: str, library: Library, reader: Reader) -> Assessment:
    """Adds the nearest texts, and the reader's value, as `palate value` tells it."""
    value, shares, features = reader.explain(text)
    return replace(
        assessment,
        store=library.path,
        encoder=library.encoder.name,
        known=next(iter(library.ids_of([Text.of(text)])), None),
        nearest=tuple(library.nearest(text, limit=N_NEAREST)),
        reader=reader.name,
        value=value,
        contributions=shares,
        blocks=block_summaries(features, shares),
    )


def _folder(name: str) -> Path:
    """Returns the folder with the weights of an encoder that `make_encoder` can make."""
    if name.startswith("static"):
        return Path(name.removeprefix("static:")) if ":" in name else SHIPPED
    from palate.training.run.start import model_folder_of

    return model_folder_of(name)
