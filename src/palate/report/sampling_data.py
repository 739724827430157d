"""What the script of the sampling page computes from: the recorded logits, packed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.report.token_text import visible

if TYPE_CHECKING:
    from palate.model.steps import SamplingXRay, TokenStep

MAX_TOKENS = 150_000  # recorded tokens of all steps together that a page has: about 3 MB
MIN_TOKENS = 200  # of one step, which a page always has
Array = np.ndarray[Any, np.dtype[Any]]


def sampling_data(xray: SamplingXRay) -> dict[str, Any]:
    """Returns what goes into the page as JSON. Arrays are little-endian, in base64.

    cap: tokens of a step that are there at most; others are counted in the histogram, but for the chosen one,
    which stands last. names: of all tokens that are there.
    """
    settings = xray.sampling
    cap = max(MIN_TOKENS, MAX_TOKENS // max(1, len(xray.steps)))
    steps = [_step(step, cap, has_penalty=settings.repetition_penalty != 1) for step in xray.steps]
    ids = {int(number) for step in xray.steps for number in step.tokens[_shown(step, cap)]}
    return {
        "temperature": settings.temperature,
        "topK": settings.top_k,
        "topP": settings.top_p,
        "minP": settings.min_p,
        "penalty": settings.repetition_penalty,
        "cap": cap,
        "steps": steps,
        "names": {str(number): visible(xray.names[number]) for number in sorted(ids)},
    }


def _shown(step: TokenStep, cap: int) -> list[int]:
    """Returns which of a step's tokens a page has: the first ones, and the chosen one."""
    first = list(range(min(cap, len(step.tokens))))
    return [*first, step.chosen] if step.chosen >= cap else first


def _step(step: TokenStep, cap: int, *, has_penalty: bool) -> dict[str, Any]:
    shown = _shown(step, cap)
    left_out = np.delete(step.penalised, shown)
    return {
        "tokens": _packed(step.tokens[shown], "<i4"),
        "logits": _packed(step.penalised[shown], "<f4"),
        **({"raw": _packed(step.raw[shown], "<f4")} if has_penalty else {}),
        "scaled": float(step.scaled[0]),
        "logSoftmax": float(step.log_softmax[0]),
        "low": step.rest_low,
        "width": step.rest_width,
        "counts": _counts(step, left_out).tolist(),
        "number": step.number,
        "chosen": shown.index(step.chosen),
        "rank": step.chosen + 1,
        "entropy": step.entropy,
        "logProb": step.log_prob,
        "branches": [[one.token, visible(one.text, blanks=False)] for one in step.branches],
    }


def _counts(step: TokenStep, left_out: Array) -> Array:
    """Returns the histogram of the rest with the recorded tokens that the page leaves out."""
    finite = left_out[np.isfinite(left_out)]
    bins = np.floor((finite - step.rest_low) / step.rest_width).clip(min=0).astype(int)
    counts = np.zeros(max(len(step.rest_counts), bins.max(initial=0) + 1), dtype=np.int64)
    counts[: len(step.rest_counts)] = step.rest_counts
    np.add.at(counts, bins, 1)
    return counts


def _packed(values: Array, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode()
