"""Pictures of an x-ray as data: vectors and attention as packed bytes, which the page's script draws."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

from palate.insight.xray_data import XRay

# of the square root of an attention weight; coarse ones are off by 0.021 at most, near 1
FINE_LEVELS, COARSE_LEVELS = 255, 47
MAX_CELLS = 5_600_000  # of attention: 256 pieces in 6 layers of 12 heads
MAX_PACKED_CHARACTERS = 2_000_000  # of attention
# of the numbers of a strip: otherwise a few outlying dims would leave the rest pale
FULL_COLOUR_QUANTILE = 0.995


def picture_data(xray: XRay) -> dict[str, Any]:
    """Returns what the script of an x-ray page draws; attention is None for a model without layers.

    Attention is kept as the square root in 256 levels, or in 48 for long texts; of models with many layers
    and heads it is kept for the first n pieces only.
    """
    return {**_strips(xray), "attention": _attention(xray) if xray.layers else None}


def _strips(xray: XRay) -> dict[str, Any]:
    """Returns the vectors of all pieces, their lengths and the pooled vector."""
    first = int(np.flatnonzero(~xray.special)[0])
    added = {**xray.embeddings, **({"sum": xray.summed} if xray.layers else {})}
    strips = {**added, **({"layer norm": xray.embedded} if xray.layers else {})}
    common_scale = max(_full_scale(rows) for rows in added.values())  # what is added and the sum share one
    scales = {name: common_scale if name in added else _full_scale(rows) for name, rows in strips.items()}
    cells = np.stack(
        [np.clip(np.rint(127 * rows / scales[name]), -127, 127) for name, rows in strips.items()]
    )
    return {
        "pieces": [piece.text for piece in xray.pieces],
        "first": first,
        "lengths": {name: np.linalg.norm(rows, axis=1).round(3).tolist() for name, rows in strips.items()},
        "strips": {
            "dims": xray.summed.shape[1],
            "names": list(strips),
            "scales": list(scales.values()),
            "rows": _packed(cells.astype(np.int8)),
        },
        "pooled": {"values": xray.pooled.round(5).tolist(), "most": _full_scale(xray.pooled)},
    }


def _attention(xray: XRay) -> dict[str, Any]:
    """Returns the maps of all layers as bytes, for as many of the first pieces as the page has room for."""
    maps = np.concatenate([xray.attention, xray.mean[:, None], xray.rollout[:, None]], axis=1)
    # transposed: columns are alike, so they pack better
    roots = np.sqrt(np.clip(maps, 0, 1)).swapaxes(2, 3)
    n, levels = min(len(xray.pieces), int((MAX_CELLS / maps[..., 0, 0].size) ** 0.5)), FINE_LEVELS
    while (
        len(packed := _packed(np.rint(levels * roots[:, :, :n, :n]).astype(np.uint8))) > MAX_PACKED_CHARACTERS
    ):
        n, levels = (
            (n, COARSE_LEVELS)
            if levels == FINE_LEVELS
            else (int(n * (MAX_PACKED_CHARACTERS / len(packed)) ** 0.5), COARSE_LEVELS)
        )
    return {"layers": xray.layers, "names": _map_names(xray), "n": n, "levels": levels, "packed": packed}


def _full_scale(values: np.ndarray[Any, np.dtype[np.floating[Any]]]) -> float:
    return float(np.quantile(np.abs(values), FULL_COLOUR_QUANTILE)) or 1.0


def _packed(cells: np.ndarray[Any, np.dtype[np.integer[Any]]]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(cells).tobytes())).decode()


def _map_names(xray: XRay) -> list[str]:
    """Returns the names of the maps that are drawn for each layer."""
    return [*(str(head + 1) for head in range(xray.heads)), "mean", "rollout"]
