"""An x-ray of sampling in the terminal: a line for each token, and the stages of some."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text as Cell

from palate.cli import show
from palate.report.token_text import visible
from palate.shapes import Shape
from palate.shapes.sampling import sampling_shape

if TYPE_CHECKING:
    from palate.model.steps import SamplingXRay

FIRST_STEPS, OPEN_STEPS = 2, 2  # whose stages are shown: the first, and those of the highest entropy
STAGE_TOKENS = 8
BAR_CELLS = 20
LIKELY, UNLIKELY = 0.2, 0.05  # probabilities at which a token's colour changes


def show_sampling(xray: SamplingXRay) -> None:
    """Prints how each token was chosen: tables in a terminal, elsewhere a line with tabs for each step: its
    number, token, id, probability at temperature 1, rank, entropy in nats, number drawn.
    """
    shape = sampling_shape(xray, n_tokens=STAGE_TOKENS)
    if not show.is_terminal():
        for index, step in enumerate(shape["steps"]):
            show.out("\t".join(line_of(index, step)))
        return
    console = show.terminal()
    counts = shape["tokens"]
    console.print(f"{visible(shape['model'], blanks=False)}: {visible(shape['text'], blanks=False)}")
    console.print(
        f"prompt {counts['prompt']} + new {counts['new']} = {counts['all']} tokens, "
        f"log probability {_number(shape['log_prob'], 2)}, perplexity {_number(shape['perplexity'], 2)}",
        style="dim",
    )
    console.print()
    console.print(steps_table(shape["steps"]))
    for index in detailed(shape["steps"]):
        step = shape["steps"][index]
        console.print()
        console.print(f"Step {index + 1}: {visible(step['token'])}, {_fell(step)}", style="bold")
        console.print(stages_table(step, shape["sampling"]))
    console.print()
    console.print("--html FILE shows every step, and what other settings would have drawn", style="dim")


def line_of(index: int, step: Shape) -> list[str]:
    """Returns the cells of one step, from 1."""
    return [
        str(index + 1),
        visible(step["token"]),
        str(step["id"]),
        f"{_prob(step):.6f}",
        str(step["rank"]),
        _number(step["entropy"], 4),
        "" if step["number"] is None else f"{step['number']:.6f}",
    ]


def detailed(steps: list[Shape]) -> list[int]:
    """Returns the steps whose stages are shown.

    >>> detailed([{"entropy": entropy} for entropy in (1.0, 2.0, 0.5, 4.0, 3.0, 0.1)])
    [0, 1, 3, 4]
    """
    later = sorted(range(FIRST_STEPS, len(steps)), key=lambda index: -(steps[index]["entropy"] or 0))
    return sorted([*range(min(FIRST_STEPS, len(steps))), *later[:OPEN_STEPS]])


def steps_table(steps: list[Shape]) -> Table:
    """Returns a table with a line for each step."""
    table = _table("#", "<token", "probability", "<", "rank", "entropy", "number")
    for index, step in enumerate(steps):
        prob = _prob(step)
        colour = "" if prob >= LIKELY else "yellow" if prob >= UNLIKELY else "red"
        table.add_row(
            str(index + 1),
            Cell(visible(step["token"]), style="bold"),
            f"{prob:.1%}",
            Cell("█" * max(1, round(BAR_CELLS * prob)), style=colour),
            str(step["rank"]),
            _number(step["entropy"], 2),
            _number(step["number"], 4),
        )
    return table


def stages_table(step: Shape, sampling: Shape) -> Table:
    """Returns a table of the likeliest tokens of a step, and of the one that was chosen, at each stage."""
    punished = sampling["repetition_penalty"] != 1
    columns = ["#", "<token", "logit", *(["penalised"] if punished else []), "/ temp"]
    table = _table(*columns, "log-softmax", "drawn", "<interval")
    for one in step["tokens"]:
        interval = one["interval"]
        table.add_row(
            str(one["rank"]),
            visible(one["token"]),
            _number(one["raw"], 3),
            *([_number(one["penalised"], 3)] if punished else []),
            _number(one["scaled"], 3),
            _number(one["log_softmax"], 3),
            "cut" if interval is None else f"{one['probability']:.2%}",
            f"by {_cut_by(one)}" if interval is None else f"{interval[0]:.4f}-{interval[1]:.4f}",
            style="bold green" if one["chosen"] else "" if interval else "dim",
        )
    return table


def _cut_by(one: Shape) -> str:
    """Returns the filter that a token did not come through."""
    return "top-k" if not one["by_top_k"] else "top-p" if not one["by_top_p"] else "min-p"


def _fell(step: Shape) -> str:
    if step["number"] is None:
        return "the likeliest: greedy, nothing is drawn"
    return f"on which the number {step['number']:.4f} fell"


def _prob(step: Shape) -> float:
    return 0.0 if step["log_prob"] is None else math.exp(step["log_prob"])


def _number(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}f}"


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        left = column.startswith("<")
        name = column.lstrip("<")
        # where it is narrow, tokens fold and numbers stay whole
        table.add_column(name, justify="left" if left else "right", no_wrap=name != "token")
    return table
