"""The shape of an x-ray: all of its facts but the raw tensors, which `palate.insight.xray.xray` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from palate.shapes import Shape, found_shape, value_shape

if TYPE_CHECKING:
    from palate.insight.assessment import Assessment
    from palate.insight.xray_data import XRay
    from palate.parts import Vector


def xray_shape(xray: XRay, assessment: Assessment) -> Shape:
    """The way of a text through its encoder, and what a store and a reader make of it."""
    return {
        "encoder": xray.encoder,
        "model": xray.model,
        "texts": xray.texts,
        "pieces": _pieces(xray),
        "pieces_in_all": xray.n_pieces,
        "window": xray.window,
        "layers": xray.layers,
        "heads": xray.heads,
        "steps": [{"step": name, "shape": shape, "times": times} for name, shape, times in xray.steps],
        "pooling": xray.pooling,
        "length": float(np.linalg.norm(xray.pooled)),
        "vector": xray.vector.tolist(),
        "number": assessment.number,
        "agreement": assessment.agreement,
        "similarity": assessment.similarity,
        "store": assessment.store,
        "known": assessment.known,
        "reader": assessment.reader or None,
        "nearest": [found_shape(found) for found in assessment.nearest],
        "value": assessment.value and value_shape(assessment.value),
        "blocks": [block._asdict() for block in assessment.blocks],
        "contributions": [share._asdict() for share in assessment.contributions],
    }


def _pieces(xray: XRay) -> list[Shape]:
    lengths: dict[str, Vector] = {
        name: np.linalg.norm(rows, axis=1)
        for name, rows in {**xray.embeddings, "layer norm": xray.embedded}.items()
    }
    return [
        {
            "piece": piece.text,
            "id": piece.id,
            "type": piece.kind,
            "mask": int(xray.mask[index]),
            "text": piece.side,
            "characters": None if piece.side is None else [piece.start, piece.end],
            "continues": piece.continues,
            "lengths": {name: float(length[index]) for name, length in lengths.items()},
            "share": float(xray.shares[index]),
            "cosines": [float(cosine) for cosine in xray.input_cosines[:, index]],
            "looks": _looks(xray, index),
        }
        for index, piece in enumerate(xray.pieces)
    ]


def _looks(xray: XRay, index: int) -> list[Shape]:
    """For each layer, the piece that this one attends to most."""
    facts = zip(*(layers[:, index] for layers in xray.attended), strict=True)
    return [
        {"at": int(at), "weight": float(weight), "itself": float(itself), "special": float(special)}
        for at, weight, itself, special in facts
    ]
