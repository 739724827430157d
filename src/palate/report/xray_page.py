"""X-ray page: one HTML file that shows a text's way through the encoder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from palate.insight.assessment import Assessment, reading_notes
from palate.insight.xray_data import XRay
from palate.insight.xray_pictures import picture_data
from palate.report.pages import page

MAX_WIDE_PIECES = 40  # at most so many are set wide, with lines between them and names along the square
MAX_CONTRIBUTIONS = 40  # listed


class _Link(NamedTuple):
    name: str
    short: str


def xray_page(xray: XRay, assessment: Assessment) -> str:
    """Returns the page as HTML, about 30 kB and 10 kB a piece, below 3 MB for 256 pieces of all-MiniLM-L6-v2.

    Write it to a file and open that in any browser of 2023 or later. See `palate.report.pages` for what it
    may run. Of models with many layers and heads attention is drawn for the first pieces only, and the page
    says so."""
    return page(
        "xray.html",
        xray=xray,
        assessment=assessment,
        notes=reading_notes(xray, assessment),
        sections=_sections(xray, assessment),
        drawn=picture_data(xray),
        max_wide_pieces=MAX_WIDE_PIECES,
        max_contributions=MAX_CONTRIBUTIONS,
        largest_contribution=max((abs(share.amount) for share in assessment.contributions), default=0) or 1,
        ord=ord,
        **_tables(xray),
        **_attention_means(xray),
    )


def _sections(xray: XRay, assessment: Assessment) -> list[_Link]:
    names = ["pieces", "numbers", "shapes", "embeddings"]
    names += ["attention", "looks", "layers"] if xray.layers else []
    names += ["vector", *(["nearest", "value"] if assessment.store is not None else []), "number"]
    return [_Link(name, "In words" if name == "looks" else name.capitalize()) for name in names]


def _tables(xray: XRay) -> dict[str, Any]:
    """Returns what the tables of the page show."""
    vectors = {
        **xray.embeddings,
        **({"sum": xray.summed, "layer norm": xray.embedded} if xray.layers else {}),
    }
    kinds = xray.pieces[0].kind is not None
    given = ["#", "piece", "input id", *["token type"][: int(kinds)], *["mask"][: xray.layers], "characters"]
    order = np.argsort(-xray.shares, kind="stable").tolist()
    return {
        "characters_of": [
            "" if piece.side is None else xray.texts[piece.side][piece.start : piece.end]
            for piece in xray.pieces
        ],
        "words": _words(xray),
        "lengths": {name: np.linalg.norm(rows, axis=1).tolist() for name, rows in vectors.items()},
        "number_columns": [*given, *(f"|{name}|" for name in vectors), "vector"],
        "layer_names": [f"layer {layer + 1}" for layer in range(xray.layers)],
        "added": _listed(xray.embeddings),
        "pooled_length": float(np.linalg.norm(xray.pooled)),
        "shares": [(index, float(xray.shares[index])) for index in order],
        "largest_share": float(np.abs(xray.shares).max()) or 1.0,
    }


def _attention_means(xray: XRay) -> dict[str, float]:
    """Returns the shares of attention that pieces keep and that they give to special pieces."""
    if not xray.layers:
        return {}
    own, special = xray.attended.own, xray.attended.special
    plain = ~xray.special
    return {"own_share": float(own[:, plain].mean()), "special_share": float(special[:, plain].mean())}


def _words(xray: XRay) -> list[list[int]]:
    """Returns the pieces of each word, by their indices."""
    words: list[list[int]] = []
    for index, piece in enumerate(xray.pieces):
        if piece.continues and words:
            words[-1].append(index)
        else:
            words.append([index])
    return words


def _listed(names: Iterable[str]) -> str:
    *rest, last = names
    return (f"{', '.join(rest)} and {last}" if rest else last).capitalize()
