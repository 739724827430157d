"""The shape of an x-ray of sampling: how each token of a draft was chosen."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from palate.shapes import Shape, finite

if TYPE_CHECKING:
    from palate.model.steps import SamplingXRay, TokenStep

SHOWN_TOKENS = 20


def sampling_shape(xray: SamplingXRay, *, n_tokens: int = SHOWN_TOKENS) -> Shape:
    """A draft with every step: all stages of its n_tokens likeliest tokens, and of the one that was chosen.

    Logarithms are natural. log_prob, perplexity: as the model gives them, at temperature 1 without filters.
    """
    log_probs = [step.log_prob for step in xray.steps]
    so_far = np.cumsum(log_probs).tolist()
    return {
        "model": xray.model,
        "read": xray.read,
        "prompt": [
            {"id": number, "token": piece, "special": number in xray.special}
            for number, piece in zip(xray.prompt_ids, xray.pieces, strict=True)
        ],
        "text": xray.text,
        "finish": xray.finish,
        "sampling": asdict(xray.sampling),
        "tokens": {
            "prompt": len(xray.prompt_ids),
            "new": len(xray.steps),
            "all": len(xray.prompt_ids) + len(xray.steps),
        },
        "log_prob": finite(sum(log_probs)),
        "perplexity": perplexity(log_probs),
        "steps": [
            {**_step(xray, step, n_tokens), "log_prob_so_far": finite(total)}
            for step, total in zip(xray.steps, so_far, strict=True)
        ],
    }


def perplexity(log_probs: list[float]) -> float | None:
    """Returns how many equally likely tokens each token was as surprising as; None for none, or too many to
    count.

    >>> perplexity([math.log(0.5), math.log(0.125)])
    4.0
    """
    mean = -sum(log_probs) / len(log_probs) if log_probs else math.inf
    return round(math.exp(mean), 6) if mean < 700 else None


def _step(xray: SamplingXRay, step: TokenStep, n_tokens: int) -> Shape:
    shown = [*range(min(n_tokens, len(step.tokens))), *[step.chosen][: step.chosen >= n_tokens]]
    until = np.cumsum(np.exp(step.log_probs))
    return {
        "id": int(step.tokens[step.chosen]),
        "token": xray.names[int(step.tokens[step.chosen])],
        "rank": step.chosen + 1,
        "log_prob": finite(step.log_prob),
        "entropy": finite(step.entropy),
        "number": None if xray.sampling.greedy else step.number,
        "tokens": [_token(xray, step, index, until) for index in shown],
        "branches": [
            {"id": one.token, "token": xray.names[one.token], "text": one.text} for one in step.branches
        ],
    }


def _token(
    xray: SamplingXRay, step: TokenStep, index: int, until: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Shape:
    """One token at all stages; probability and interval are None where it is cut."""
    number, prob = int(step.tokens[index]), math.exp(step.log_probs[index])
    kept = bool(step.by_min_p[index])
    return {
        "rank": index + 1,
        "id": number,
        "token": xray.names[number],
        "chosen": index == step.chosen,
        "raw": finite(float(step.raw[index])),
        "penalised": finite(float(step.penalised[index])),
        "scaled": finite(float(step.scaled[index])),
        "log_softmax": finite(float(step.log_softmax[index])),
        "by_top_k": bool(step.by_top_k[index]),
        "by_top_p": bool(step.by_top_p[index]),
        "by_min_p": kept,
        "probability": prob if kept else None,
        "interval": [float(until[index]) - prob, float(until[index])] if kept else None,
    }
