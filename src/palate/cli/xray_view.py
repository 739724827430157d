"""An x-ray in the terminal: tables from the word pieces to the number; and its facts as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text as Cell

from palate.cli import show
from palate.insight.assessment import Assessment, reading_notes
from palate.insight.xray_data import XRay

if TYPE_CHECKING:
    from palate.parts import Vector

ROWS, COLUMNS = 40, 6  # pieces and layers that fit; the page shows all
WORDS_SHOWN = 12  # contributions
WIDE = 160  # characters a line where there is no terminal to fit
STRIP, LONG_STRIP = 16, 64  # cells
UP, DOWN = "#d9480f", "#1c7ed6"  # above and below 0, as on the page
SHADES = " ░▒▓█"


def show_xray(seen: XRay, outcome: Assessment) -> None:
    console = Console(markup=False, emoji=False, highlight=False, width=None if show.is_terminal() else WIDE)
    console.print(
        Cell(f"{show.clean(seen.encoder)}  ", style="bold").append(seen.model, style="not bold dim")
    )
    for line in reading_notes(seen, outcome):
        console.print(line)
    for title, table in (
        (
            "Pieces: lengths of what is added up, the sum after layer norm, share of the pooled vector",
            _pieces(seen),
        ),
        ("Shapes (batch, sequence, hidden)", _steps(seen)),
        (
            "Attention: which piece each looks at most (mean of the heads; not itself, not special ones)",
            _looks(seen),
        ),
        ("Hidden states: cosine of each piece to its start", _drift(seen)),
        ("Vector", _vector(seen)),
        ("Nearest stored texts", _nearest(outcome)),
        ("Feature blocks of the store, and their share of the value's log odds", _blocks(outcome)),
        (_score(outcome), _shares(outcome)),
        ("Number", f"{outcome.number}  ({outcome.number:064b})"),
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


def _piece(seen: XRay, place: int) -> Cell:
    piece = seen.pieces[place]
    return Cell(show.clean(piece.text), style="dim" if piece.side is None else "bold")


def _more(table: Table, seen: XRay) -> Table:
    if len(seen.pieces) > ROWS:
        table.caption = f"{ROWS} of {len(seen.pieces)} pieces; --html FILE or --json shows all"
        table.caption_justify = "left"
    return table


def _pieces(seen: XRay) -> Table:
    kinds = seen.pieces[0].kind is not None
    norms = {**seen.embeddings, **({"layer norm": seen.embedded} if seen.layers else {})}
    lengths = {name: np.linalg.norm(rows, axis=1) for name, rows in norms.items()}
    head = ["#", "<piece", "id", *(["type"] if kinds else []), "mask", "characters", *lengths, "<", "share"]
    table = _table(*head)
    for place, piece in enumerate(seen.pieces[:ROWS]):
        table.add_row(
            str(place),
            _piece(seen, place),
            str(piece.id),
            *([str(piece.kind)] if kinds else []),
            str(seen.mask[place]),
            "" if piece.side is None else f"{piece.start}-{piece.end}",
            *(f"{length[place]:.2f}" for length in lengths.values()),
            strip(seen.embedded[place], STRIP),
            f"{seen.shares[place]:.1%}",
        )
    return _more(table, seen)


def _steps(seen: XRay) -> Table:
    table = _table("<step", "<shape", "<times")
    for step in seen.steps:
        table.add_row(step.name, str(step.shape), f"x {step.times}" if step.times > 1 else "")
    return table


def _layers(seen: XRay) -> Sequence[int]:
    """As many as fit: the first, the last and some between."""
    return sorted({round(layer) for layer in np.linspace(0, seen.layers - 1, min(COLUMNS, seen.layers))})


def _looks(seen: XRay) -> Table | None:
    if not seen.layers:
        return None
    table = _table("<piece", *(f"<layer {layer + 1}" for layer in _layers(seen)))
    attended = seen.attended
    for place in range(min(ROWS, len(seen.pieces))):
        cells: list[RenderableType] = []
        for layer in _layers(seen):
            at, weight = int(attended.piece[layer, place]), float(attended.weight[layer, place])
            cells.append(
                Cell("") if at < 0 else _piece(seen, at).append(f" {weight:.0%}", style="not bold dim")
            )
        table.add_row(_piece(seen, place), *cells)
    return _more(table, seen)


def _drift(seen: XRay) -> Table | None:
    if not seen.layers:
        return None
    table = _table("<piece", "start", *(f"layer {layer + 1}" for layer in _layers(seen)))
    for place in range(min(ROWS, len(seen.pieces))):
        cosines = [
            float(seen.input_cosines[0, place]),
            *(float(seen.input_cosines[layer + 1, place]) for layer in _layers(seen)),
        ]
        table.add_row(
            _piece(seen, place), *(Cell(f"{cosine:.2f}", style=_shade(1 - cosine)) for cosine in cosines)
        )
    return _more(table, seen)


def _shade(amount: float) -> str:
    """From plain to warm."""
    return UP if amount > 0.5 else ("yellow" if amount > 0.25 else "")


def _vector(seen: XRay) -> Cell:
    length = float(np.linalg.norm(seen.pooled))
    return Cell(f"{seen.pooling}: {len(seen.pooled)} dims, length {length:.3f}  ").append_text(
        strip(seen.pooled, LONG_STRIP)
    )


def _nearest(outcome: Assessment) -> Table | None:
    if outcome.store is None:
        return None
    table = _table("cosine", "<id", "<title")
    for text, cosine in outcome.nearest:
        table.add_row(f"{cosine:.3f}", show.clean(text.id), Cell(show.title_of(text), overflow="ellipsis"))
    return table


def _blocks(outcome: Assessment) -> Table | None:
    if outcome.value is None:
        return None
    table = _table("<block", "columns", "filled", "length", "log odds")
    for name, columns, filled, length, logit in outcome.blocks:
        table.add_row(name, str(columns), str(filled), f"{length:.2f}", f"{logit:+.3f}")
    return table


def _score(outcome: Assessment) -> str:
    value = outcome.value
    return (
        f"Value for {show.clean(outcome.reader)}: score {value.score} ± {show.spread(value)}" if value else ""
    )


def _shares(outcome: Assessment) -> Table | None:
    if outcome.value is None:
        return None
    table = _table("<because of", "<block", "log odds", "<")
    most = abs(outcome.contributions[0].amount) or 1.0
    for block, name, amount in outcome.contributions[:WORDS_SHOWN]:
        bar = ("█" if amount > 0 else "░") * max(1, round(show.BAR_CELLS * abs(amount) / most))
        table.add_row(
            Cell(show.clean(name), style="bold"),
            block,
            f"{amount:+.3f}",
            Cell(bar, style=UP if amount > 0 else DOWN),
        )
    return table


def strip(values: Vector, cells: int) -> Cell:
    """A row of numbers as shaded cells, each the mean of its part, shaded by the largest; warm above 0, cold
    below.
    """
    means = [float(part.mean()) for part in np.array_split(values, min(cells, len(values)))]
    most = max(map(abs, means)) or 1.0
    found = Cell()
    for mean in means:
        found.append(SHADES[round((len(SHADES) - 1) * abs(mean) / most)], style=UP if mean > 0 else DOWN)
    return found


def xray_fields(seen: XRay, outcome: Assessment) -> dict[str, Any]:
    """All but the raw tensors, which `palate.insight.xray.xray` gives."""
    lengths = {
        name: np.linalg.norm(rows, axis=1)
        for name, rows in {**seen.embeddings, "layer norm": seen.embedded}.items()
    }
    pieces = [
        {
            "piece": piece.text,
            "id": piece.id,
            "type": piece.kind,
            "mask": int(seen.mask[place]),
            "text": piece.side,
            "characters": None if piece.side is None else [piece.start, piece.end],
            "continues": piece.continues,
            "lengths": {name: float(length[place]) for name, length in lengths.items()},
            "share": float(seen.shares[place]),
            "cosines": [float(cosine) for cosine in seen.input_cosines[:, place]],
            "looks": [
                {"at": int(at), "weight": float(weight), "itself": float(itself), "special": float(special)}
                for at, weight, itself, special in zip(
                    *(facts[:, place] for facts in seen.attended), strict=True
                )
            ],
        }
        for place, piece in enumerate(seen.pieces)
    ]
    value = outcome.value
    return {
        "encoder": seen.encoder,
        "model": seen.model,
        "texts": seen.texts,
        "pieces": pieces,
        "pieces_in_all": seen.n_pieces,
        "window": seen.window,
        "layers": seen.layers,
        "heads": seen.heads,
        "steps": [{"step": name, "shape": shape, "times": times} for name, shape, times in seen.steps],
        "pooling": seen.pooling,
        "length": float(np.linalg.norm(seen.pooled)),
        "vector": seen.vector.tolist(),
        "number": outcome.number,
        "agreement": outcome.agreement,
        "similarity": outcome.similarity,
        "store": outcome.store,
        "known": outcome.known,
        "reader": outcome.reader or None,
        "nearest": [
            {"id": text.id, "title": text.title, "similarity": cosine} for text, cosine in outcome.nearest
        ],
        "value": value
        and {"mean": show.finite(value.mean), "sd": show.finite(value.sd), "score": value.score},
        "blocks": [block._asdict() for block in outcome.blocks],
        "contributions": [share._asdict() for share in outcome.contributions],
    }
