"""Position: a text among the stored ones, along one axis, in thousandths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from palate.errors import BadValue
from palate.insight.axis import position, principal_axis
from palate.shapes import title_shape

if TYPE_CHECKING:
    from palate.library import Library
    from palate.parts import Matrix, Rows, Vector
    from palate.reader import Reader
    from palate.workspace.corpus import Corpus

AxisName = Literal["principal", "taste"]
TEXTS_AT_ONCE = 16_384  # whose vectors are in memory


def position_report(library: Library, reader: Reader, text: str, axis: AxisName) -> dict[str, Any]:
    """Places a text among the stored ones, 0 to 1000: the share of them below it.

    axis: principal, along the direction in which they differ most (spread: its share of their variance); or
    taste, by a reader's taste alone. low, high: the texts at both ends. Costs a pass over all texts, for the
    principal axis two. Raises BadValue where there are fewer than two, or the encoder knows nothing in the
    text."""
    n_texts = library.n_texts
    if n_texts < 2:
        raise BadValue(
            f"a place among the stored texts needs two of them, there are {n_texts};"
            " add texts with: palate add"
        )
    facts: dict[str, Any] = {"axis": axis}
    if axis == "taste":
        own, others, rows = reader.logits([text])
        facts["reader"] = reader.name
    else:
        own, others, rows, facts["spread"] = _on_principal_axis(library, text)
    low, high = library.texts_at([int(rows[others.argmin()]), int(rows[others.argmax()])])
    titles = {"low": title_shape(low), "high": title_shape(high)}
    return {**facts, "position": position(float(own[0]), others), "texts": len(rows), **titles}


def _on_principal_axis(library: Library, text: str) -> tuple[Vector, Vector, Rows, float]:
    """Returns the text's coordinate (1,), those of the n texts that say something, their rows, the spread."""
    corpus, vector = library.corpus(), library.encode([text])
    if not np.any(vector):
        raise BadValue(
            "the text says nothing to the store's encoder, so it has no place on the axis; give it words"
        )
    axis = principal_axis(vectors for _, vectors in _parts(corpus))
    coordinates = [(rows, axis.along(vectors)) for rows, vectors in _parts(corpus)]
    rows = np.concatenate([rows for rows, _ in coordinates])
    return axis.along(vector), np.concatenate([along for _, along in coordinates]), rows, axis.spread


def _parts(corpus: Corpus) -> Iterator[tuple[Rows, Matrix]]:
    """Yields rows and vectors, some thousand at a time, of the texts that say something to the encoder."""
    present = np.flatnonzero(~corpus.removed)
    for first in range(0, len(present), TEXTS_AT_ONCE):
        indices = present[first : first + TEXTS_AT_ONCE]
        vectors = corpus.vectors(indices)
        known = np.any(vectors, axis=1)
        if known.any():
            yield corpus.rows[indices[known]], vectors[known]
