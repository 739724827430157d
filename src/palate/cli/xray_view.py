"""An x-ray in the terminal: tables from the word pieces to the number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text as Cell

from palate.cli import show
from palate.cli.tables import spread
from palate.insight.assessment import Assessment, reading_notes
from palate.insight.xray_data import XRay

if TYPE_CHECKING:
    from palate.parts import Vector

MAX_PIECES, MAX_LAYERS = 40, 6  # that fit; the page shows all
MAX_CONTRIBUTIONS = 12
LINE_CHARACTERS = 160  # where there is no terminal to fit
STRIP_CELLS, LONG_STRIP_CELLS = 16, 64
ABOVE_COLOUR, BELOW_COLOUR = "#d9480f", "#1c7ed6"  # above and below 0, as on the page
SHADES = " ░▒▓█"


def show_xray(xray: XRay, assessment: Assessment) -> None:
    """Prints an x-ray."""
    console = Console(
        markup=False, emoji=False, highlight=False, width=None if show.is_terminal() else LINE_CHARACTERS
    )
    console.print(
        Cell(f"{show.clean(xray.encoder)}  ", style="bold").append(xray.model, style="not bold dim")
    )
    for line in reading_notes(xray, assessment):
        console.print(line)
    for title, table in (
        (
            "Pieces: lengths of what is added up, the sum after layer norm, share of the pooled vector",
            _pieces(xray),
        ),
        ("Shapes (batch, sequence, hidden)", _steps(xray)),
        (
            "Attention: which piece each looks at most (mean of the heads; not itself, not special ones)",
            _looks(xray),
        ),
        ("Hidden states: cosine of each piece to its start", _drift(xray)),
        ("Vector", _vector(xray)),
        ("Nearest stored texts", _nearest(assessment)),
        ("Feature blocks of the store, and their share of the value's log odds", _blocks(assessment)),
        (_score(assessment), _shares(assessment)),
        ("Number", f"{assessment.number}  ({assessment.number:064b})"),
    ):
        if table is not None:
            console.print()
            console.print(title, style="bold")
            console.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        left = column.startswith("<")
        table.add_column(column.lstrip("<"), justify="left" if left else "right", no_wrap=True)
    return table


def _piece(xray: XRay, index: int) -> Cell:
    piece = xray.pieces[index]
    return Cell(show.clean(piece.text), style="dim" if piece.side is None else "bold")


def _more(table: Table, xray: XRay) -> Table:
    if len(xray.pieces) > MAX_PIECES:
        table.caption = f"{MAX_PIECES} of {len(xray.pieces)} pieces; --html FILE or --json shows all"
        table.caption_justify = "left"
    return table


def _pieces(xray: XRay) -> Table:
    kinds = xray.pieces[0].kind is not None
    norms = {**xray.embeddings, **({"layer norm": xray.embedded} if xray.layers else {})}
    lengths = {name: np.linalg.norm(rows, axis=1) for name, rows in norms.items()}
    headings = [
        "#",
        "<piece",
        "id",
        *(["type"] if kinds else []),
        "mask",
        "characters",
        *lengths,
        "<",
        "share",
    ]
    table = _table(*headings)
    for index, piece in enumerate(xray.pieces[:MAX_PIECES]):
        table.add_row(
            str(index),
            _piece(xray, index),
            str(piece.id),
            *([str(piece.kind)] if kinds else []),
            str(xray.mask[index]),
            "" if piece.side is None else f"{piece.start}-{piece.end}",
            *(f"{length[index]:.2f}" for length in lengths.values()),
            strip(xray.embedded[index], STRIP_CELLS),
            f"{xray.shares[index]:.1%}",
        )
    return _more(table, xray)


def _steps(xray: XRay) -> Table:
    table = _table("<step", "<shape", "<times")
    for step in xray.steps:
        table.add_row(step.name, str(step.shape), f"x {step.times}" if step.times > 1 else "")
    return table


def _layers(xray: XRay) -> Sequence[int]:
    """Returns as many layers as fit: the first, the last and some between."""
    return sorted({round(layer) for layer in np.linspace(0, xray.layers - 1, min(MAX_LAYERS, xray.layers))})


def _looks(xray: XRay) -> Table | None:
    if not xray.layers:
        return None
    table = _table("<piece", *(f"<layer {layer + 1}" for layer in _layers(xray)))
    attended = xray.attended
    for index in range(min(MAX_PIECES, len(xray.pieces))):
        cells: list[RenderableType] = []
        for layer in _layers(xray):
            at, weight = int(attended.piece[layer, index]), float(attended.weight[layer, index])
            cells.append(
                Cell("") if at < 0 else _piece(xray, at).append(f" {weight:.0%}", style="not bold dim")
            )
        table.add_row(_piece(xray, index), *cells)
    return _more(table, xray)


def _drift(xray: XRay) -> Table | None:
    if not xray.layers:
        return None
    table = _table("<piece", "start", *(f"layer {layer + 1}" for layer in _layers(xray)))
    for index in range(min(MAX_PIECES, len(xray.pieces))):
        cosines = [
            float(xray.input_cosines[0, index]),
            *(float(xray.input_cosines[layer + 1, index]) for layer in _layers(xray)),
        ]
        table.add_row(
            _piece(xray, index), *(Cell(f"{cosine:.2f}", style=_shade(1 - cosine)) for cosine in cosines)
        )
    return _more(table, xray)


def _shade(amount: float) -> str:
    """Returns a style from plain to warm."""
    return ABOVE_COLOUR if amount > 0.5 else ("yellow" if amount > 0.25 else "")


def _vector(xray: XRay) -> Cell:
    length = float(np.linalg.norm(xray.pooled))
    return Cell(f"{xray.pooling}: {len(xray.pooled)} dims, length {length:.3f}  ").append_text(
        strip(xray.pooled, LONG_STRIP_CELLS)
    )


def _nearest(assessment: Assessment) -> Table | None:
    if assessment.store is None:
        return None
    table = _table("cosine", "<id", "<title")
    for text, cosine in assessment.nearest:
        table.add_row(f"{cosine:.3f}", show.clean(text.id), Cell(show.title_of(text), overflow="ellipsis"))
    return table


def _blocks(assessment: Assessment) -> Table | None:
    if assessment.value is None:
        return None
    table = _table("<block", "columns", "filled", "length", "log odds")
    for name, columns, filled, length, logit in assessment.blocks:
        table.add_row(name, str(columns), str(filled), f"{length:.2f}", f"{logit:+.3f}")
    return table


def _score(assessment: Assessment) -> str:
    value = assessment.value
    return (
        f"Value for {show.clean(assessment.reader)}: score {value.score} ± {spread(value)}" if value else ""
    )


def _shares(assessment: Assessment) -> Table | None:
    if assessment.value is None:
        return None
    table = _table("<because of", "<block", "log odds", "<")
    largest = abs(assessment.contributions[0].amount) or 1.0
    for block, name, amount in assessment.contributions[:MAX_CONTRIBUTIONS]:
        bar = ("█" if amount > 0 else "░") * max(1, round(show.BAR_CELLS * abs(amount) / largest))
        table.add_row(
            Cell(show.clean(name), style="bold"),
            block,
            f"{amount:+.3f}",
            Cell(bar, style=ABOVE_COLOUR if amount > 0 else BELOW_COLOUR),
        )
    return table


def strip(values: Vector, cells: int) -> Cell:
    """Returns numbers as shaded cells, each the mean of its part, relative to the largest; warm above 0, cold
    below.
    """
    means = [float(part.mean()) for part in np.array_split(values, min(cells, len(values)))]
    largest = max(map(abs, means)) or 1.0
    cells_shown = Cell()
    for mean in means:
        cells_shown.append(
            SHADES[round((len(SHADES) - 1) * abs(mean) / largest)],
            style=ABOVE_COLOUR if mean > 0 else BELOW_COLOUR,
        )
    return cells_shown
