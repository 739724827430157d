"""Lists of texts: figures, title, id, source, date and how each begins; the same on screen and in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from palate.cli import show
from palate.cli.show import clean, title_of

if TYPE_CHECKING:
    from palate.text import Text


class TextRow(NamedTuple):
    """One text of a list. figures: what stands before it. remark: what belongs to its title."""

    figures: tuple[str, ...]
    text: Text
    remark: str = ""


def show_texts(headings: Sequence[str], rows: Sequence[TextRow]) -> None:
    """Prints a list of texts: two lines each in a terminal, where titles are cropped, ids never; else one
    line, with tabs between the fields.

    headings: of the figures."""
    if not show.is_terminal():
        for row in rows:
            title = title_of(row.text) + (f" ({row.remark})" if row.remark else "")
            show.out("\t".join([*row.figures, clean(row.text.id), title, *_about(row.text)]))
    elif rows:
        _print_table(headings, rows)


def _print_table(headings: Sequence[str], rows: Sequence[TextRow]) -> None:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text as Cell

    console = show.terminal()
    table = Table(box=None, expand=True, header_style="dim", padding=(0, 2, 0, 0))
    widths = []
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right", no_wrap=True)
        widths.append(max(len(heading), *(len(row.figures[number]) for row in rows)) + 2)
    table.add_column("title, and below it id, source, date and text", ratio=1)
    room = console.width - sum(widths) - 2
    for row in rows:
        title = Cell(title_of(row.text), no_wrap=True, overflow="ellipsis")
        known = (clean(row.text.id), row.remark, *_about(row.text))
        below = Cell(show.BETWEEN.join(filter(None, known)), style="dim", overflow="fold")
        needed = Cell(show.BETWEEN.join(filter(None, known[:-1])))
        below.truncate(max(room, needed.cell_len), overflow="ellipsis")
        bold = "score" if "score" in headings else headings[0]
        figures = [
            Cell(figure, style="bold" if heading == bold else "")
            for heading, figure in zip(headings, row.figures, strict=True)
        ]
        table.add_row(*figures, Group(title, below))
    console.print(table)


def _about(text: Text) -> tuple[str, str, str]:
    """The source, date and beginning of a text; of one without a title the beginning stands in its place."""
    published = text.published.date().isoformat() if text.published else ""
    return clean(text.source), published, clean(text.snippet) if text.title else ""
