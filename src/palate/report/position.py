"""Position: texts among the stored ones, along one axis, in thousandths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from palate.errors import BadValue
from palate.insight.axis import position, principal_axis
from palate.shapes import Shape, title_shape

if TYPE_CHECKING:
    from palate.library import Library
    from palate.parts import Matrix, Rows, Vector
    from palate.reader import Reader
    from palate.text import Text
    from palate.workspace.corpus import Corpus

TEXTS_AT_ONCE = 16_384  # whose vectors are in memory


def positions(
    library: Library, reader: Reader, texts: Sequence[Text], axis: Literal["axis", "taste"]
) -> tuple[list[int | float | None], Shape]:
    """Places texts among the stored ones, 0 to 1000: the share of them below each, None for a text that says
    nothing to the encoder; and what holds for all: which texts are at both ends (low, high), of how many.

    axis: along the direction in which the stored texts differ most (spread: its share of their variance); or
    taste, by a reader's taste alone. Costs a pass over all texts, for the axis two. Raises BadValue where
    there are fewer than two."""
    n_texts = library.n_texts
    if n_texts < 2:
        raise BadValue(
            f"a place among the stored texts needs two of them, there are {n_texts};"
            " add texts with: palate add"
        )
    facts: Shape = {}
    if axis == "taste":
        own, others, rows = reader.logits(texts)
        facts["reader"] = reader.name
    else:
        own, others, rows, facts["spread"] = _on_principal_axis(library, texts)
    low, high = library.texts_at([int(rows[others.argmin()]), int(rows[others.argmax()])])
    found: list[int | float | None] = [
        None if np.isnan(value) else position(float(value), others) for value in own
    ]
    return found, {**facts, "texts": len(rows), "low": title_shape(low), "high": title_shape(high)}


def _on_principal_axis(library: Library, texts: Sequence[Text]) -> tuple[Vector, Vector, Rows, float]:
    """Returns the coordinates of the texts, NaN where they say nothing, those of the n stored ones that say
    something, their rows, and the spread.
    """
    corpus, own = library.corpus(), library.encode([text.content for text in texts])
    axis = principal_axis(vectors for _, vectors in _parts(corpus))
    coordinates = [(rows, axis.along(vectors)) for rows, vectors in _parts(corpus)]
    rows = np.concatenate([rows for rows, _ in coordinates])
    along = np.where(np.any(own, axis=1), axis.along(own), np.nan)
    return along, np.concatenate([found for _, found in coordinates]), rows, axis.spread


def _parts(corpus: Corpus) -> Iterator[tuple[Rows, Matrix]]:
    """Yields rows and vectors, some thousand at a time, of the texts that say something to the encoder."""
    present = np.flatnonzero(~corpus.removed)
    for first in range(0, len(present), TEXTS_AT_ONCE):
        indices = present[first : first + TEXTS_AT_ONCE]
        vectors = corpus.vectors(indices)
        known = np.any(vectors, axis=1)
        if known.any():
            yield corpus.rows[indices[known]], vectors[known]
