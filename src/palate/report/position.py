"""Position: a text among the stored ones, along one axis, in thousandths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from palate.errors import BadValue
from palate.insight.axis import position, principal_axis
from palate.shapes import title_shape
from palate.threads import one_thread

if TYPE_CHECKING:
    from palate.library import Library
    from palate.parts import Rows, Vector
    from palate.reader import Reader

AxisName = Literal["principal", "taste"]


def position_report(library: Library, reader: Reader, text: str, axis: AxisName) -> dict[str, Any]:
    """Places a text among the stored ones, 0 to 1000: the share of them below it.

    axis: principal, along the direction in which they differ most (spread: its share of their variance); or
    taste, by a reader's taste alone. low, high: the texts at both ends. Costs a pass over all texts. Raises
    BadValue where there are fewer than two, or the encoder knows nothing in the text."""
    n_texts = len(library.corpus())
    if n_texts < 2:
        raise BadValue(
            f"a place among the stored texts needs two of them, there are {n_texts};"
            " add texts with: palate add"
        )
    facts: dict[str, Any] = {"axis": axis}
    if axis == "taste":
        own, others = reader.logits([text])
        rows = library.corpus().rows
        facts["reader"] = reader.name
    else:
        own, others, rows, facts["spread"] = _on_principal_axis(library, text)
    ends = {"low": int(rows[others.argmin()]), "high": int(rows[others.argmax()])}
    texts = library.store.texts.get(ends.values())
    titles = {end: title_shape(texts[row]) for end, row in ends.items()}
    return {**facts, "position": position(float(own[0]), others), "texts": len(rows), **titles}


def _on_principal_axis(library: Library, text: str) -> tuple[Vector, Vector, Rows, float]:
    """Returns the text's coordinate (1,), those of the n texts that say something, their rows, the spread."""
    corpus = library.corpus()
    with one_thread():
        vector, known = library.encode([text]), np.any(corpus.vectors, axis=1)
        if not np.any(vector):
            raise BadValue(
                "the text says nothing to the store's encoder, so it has no place on the axis; give it words"
            )
        vectors = corpus.vectors[known]
        axis = principal_axis(vectors)
        return axis.along(vector), axis.along(vectors), corpus.rows[known], axis.spread
