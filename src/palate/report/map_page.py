"""Map page: one self-contained, interactive page of a map, by WebGL2."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from palate.insight.map_scene import Colouring, Label, unit_square
from palate.insight.palette import NONE
from palate.report.pages import page

if TYPE_CHECKING:
    from palate.parts import Matrix, Vector
    from palate.report.pile import Pile

STEPS = 65_535  # of a position or day, in 16 bits
TITLED_TEXTS = 250_000  # beyond which titles, 60 bytes each, would make the page too large to open
MAX_TITLE_CHARACTERS = 120
METHODS = {"tsne": "by t-SNE", "pca": "by principal components"}


def map_page(
    pile: Pile,
    positions: Matrix,
    colouring: Colouring,
    labels: tuple[Label, ...] = (),
    *,
    method: str = "tsne",
) -> str:
    """Returns the page: 7 bytes a text, and 40 for its title, link and id.

    positions: (n, 2). labels: their x and y in the unit square. It runs under a strict
    Content-Security-Policy, from a file, and loads nothing. Of more than 250,000 texts the first have titles.
    """
    square = unit_square(np.asarray(positions, np.float64))
    moments, first, last = _days(pile.moments)
    data: dict[str, Any] = {
        "n": len(pile),
        "positions": _packed(np.rint(square * STEPS).astype("<u2")),
        "codes": _packed(colouring.codes),
        "moments": moments,
        "first": first,
        "last": last,
        "colours": colouring.colours,
        "none": NONE,
        "legend": [entry._asdict() for entry in colouring.legend],
        "ends": colouring.ends,
        "labels": [
            {**label._asdict(), "x": round(label.x, 5), "y": round(label.y, 5)}
            for label in sorted(labels, key=lambda label: -label.size)
        ],
        "titles": _titles(pile),
    }
    left_out = len(pile) - TITLED_TEXTS
    return page(
        "map.html",
        name=Path(pile.name).name,
        n=len(pile),
        method=METHODS[method],
        colouring=colouring,
        note=f"Titles of {left_out:,} texts are left out; the page would be too large."
        if left_out > 0
        else "",
        data=Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")),  # noqa: S704
    )


def _titles(pile: Pile) -> str:
    texts = pile.texts[:TITLED_TEXTS]
    named = {
        "titles": [(text.title or text.body)[:MAX_TITLE_CHARACTERS] for text in texts],
        "urls": [text.url for text in texts],
        "ids": [text.id for text in texts],
    }
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(json.dumps(named, ensure_ascii=False).encode()) + packer.flush()
    return base64.b64encode(packed).decode("ascii")


def _days(moments: Vector) -> tuple[str, float, float]:
    """Returns the moments in 16 bits, 0 for none, with the first and last; "" where not two differ."""
    known = np.isfinite(moments)
    if not known.any() or moments[known].min() == moments[known].max():
        return "", 0.0, 0.0
    first, last = float(moments[known].min()), float(moments[known].max())
    shares = np.where(known, (np.nan_to_num(moments) - first) / (last - first), 0)
    return _packed(np.where(known, 1 + np.rint(shares * (STEPS - 1)), 0).astype("<u2")), first, last


def _packed(array: np.ndarray[Any, Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
