"""Sampling page: one HTML file that shows how each token of a draft was chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from palate.report.pages import page
from palate.report.sampling_data import sampling_data
from palate.report.token_text import visible
from palate.shapes import Shape
from palate.shapes.sampling import sampling_shape

if TYPE_CHECKING:
    from palate.model.steps import SamplingXRay

MAX_PROMPT_TOKENS = 1000  # the last are shown
PLAIN_STEPS, PLAIN_TOKENS = 3, 10  # that are written as tables where there is no JavaScript
ROWS = 15  # of the table of a step
SHADES = (0.5, 0.2, 0.05, 0.01)  # probabilities at which the colour of a token of the draft changes
ENDINGS = {
    "end": "the model ended it",
    "stop": "it came to a stop string or token",
    "limit": "it had no more tokens",
}


def sampling_page(xray: SamplingXRay) -> str:
    """Returns the page as HTML, below 3 MB for 128 steps of 200 recorded tokens.

    Write it to a file and open that in any browser of 2023 or later. Its sliders compute every stage anew
    from the recorded logits. See `palate.report.pages` for what it may run.
    """
    shape = sampling_shape(xray, n_tokens=PLAIN_TOKENS)
    return page(
        "sampling.html",
        shape=shape,
        facts=_facts(shape),
        settings=_settings(shape),
        prompt=[{**piece, "text": visible(piece["token"])} for piece in shape["prompt"][-MAX_PROMPT_TOKENS:]],
        draft=[_written(xray, step) for step in shape["steps"]],
        shades=SHADES,
        curve=_curve(shape["steps"]),
        plain=shape["steps"][:PLAIN_STEPS],
        visible=visible,
        data={**sampling_data(xray), "rows": ROWS},
    )


def _facts(shape: Shape) -> list[tuple[str, str]]:
    counts, total = shape["tokens"], shape["log_prob"]
    return [
        ("prompt + new tokens", f"{counts['prompt']} + {counts['new']} = {counts['all']}"),
        (
            "log probability",
            "−∞" if total is None else f"{total:.2f}".replace("-", "−"),
        ),
        ("perplexity", "-" if shape["perplexity"] is None else f"{shape['perplexity']:.2f}"),
        ("it ended because", ENDINGS[shape["finish"]]),
    ]


def _settings(shape: Shape) -> list[str]:
    """Returns how it was sampled, in words."""
    given = shape["sampling"]
    greedy = given["temperature"] == 0
    lines = [
        "temperature 0: greedy, the likeliest token is always taken and nothing is drawn"
        if greedy
        else f"temperature {given['temperature']:g}",
        f"top-k {given['top_k']}" if given["top_k"] else "no top-k",
        f"top-p {given['top_p']:g}" if given["top_p"] < 1 else "no top-p",
        f"min-p {given['min_p']:g}" if given["min_p"] else "no min-p",
        f"repetition penalty {given['repetition_penalty']:g}"
        if given["repetition_penalty"] != 1
        else "no repetition penalty",
        f"at most {given['length']} tokens with the prompt"
        if given["length"] is not None
        else f"at most {given['new_tokens']} new tokens",
        f"seed {given['seed']}",
    ]
    stops = [*given["stop"], *given["stop_tokens"]]
    return [*lines, *(f"stops at {visible(stop)}" for stop in stops)]


def _written(xray: SamplingXRay, step: Shape) -> dict[str, Any]:
    """Returns a token of the draft as the page shows it. shade: 0 for likely to 4 for unlikely."""
    prob = 0.0 if step["log_prob"] is None else math.exp(step["log_prob"])
    return {
        "text": visible(step["token"]),
        "prob": prob,
        "shade": sum(prob < edge for edge in SHADES),
        "special": step["id"] in xray.special,
        "breaks": step["token"].endswith("\n"),
    }


def _curve(steps: list[Shape]) -> dict[str, Any]:
    """Returns the points of entropy, from 0 to `top` nats over a height of 100, and bars of probability."""
    entropies = [step["entropy"] or 0.0 for step in steps]
    top = max(1, math.ceil(max(entropies, default=0)))
    heights = [100 - 100 * entropy / top for entropy in entropies]
    ends = [(0.0, heights[0]), *((n + 0.5, y) for n, y in enumerate(heights)), (len(steps), heights[-1])]
    return {"top": top, "points": " ".join(f"{x:g},{y:.1f}" for x, y in ends)}
