"""Elements of HTML for an x-ray page. Everything from outside goes through `shown`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import NamedTuple

from palate.insight.xray_data import XRay

# control characters, shown as their pictures
CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {127: 0x2421}


class Section(NamedTuple):
    """A section of the page. name: its anchor. short: its name in the bar of links. lead: one or two
    sentences on what it shows. html: the rest.
    """

    name: str
    short: str
    title: str
    lead: str
    html: str


def shown(text: str) -> str:
    """Escapes text from outside, for use between tags and in quotes; control characters become their
    pictures.
    """
    return escape(text.translate(CONTROLS))


def piece_html(xray: XRay, index: int) -> str:
    """Returns a piece as the vocabulary spells it, its mark of continuation in another colour."""
    piece = xray.pieces[index]
    spelling = shown(piece.text)
    if piece.continues and spelling.startswith("##"):
        spelling = f'<span class="mark">##</span>{spelling[2:]}'
    return f'<span class="piece{" special" if piece.side is None else ""}">{spelling}</span>'


def chips(
    xray: XRay, n_pieces: int, label: str, chip: Callable[[int], tuple[str, str, str]], kind: str = ""
) -> str:
    """Returns the first n_pieces as a list of buttons, those of a word side by side. chip: (above, below,
    title) of a piece.
    """
    words: list[list[str]] = []
    for index, piece in enumerate(xray.pieces[:n_pieces]):
        above, below, title = chip(index)
        second = " second" if piece.side == 1 else ""
        content = f"{above}{piece_html(xray, index)}{below}"
        button = f'<button type="button" class="chip{second}"{chosen(index)} title="{title}">{content}'
        words[-1:] = [[*words[-1], button]] if piece.continues and words else [*words[-1:], [button]]
    items = "".join(f"<li>{''.join(f'{button}</button>' for button in word)}</li>" for word in words)
    return f'<ol class="chips{kind}" aria-label="{escape(label)}">{items}</ol>'


def table(columns: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], label: str) -> str:
    """Returns a table. columns: names, `<` before those whose cells are words. rows: (attributes, cells as
    HTML).
    """
    names = "".join(f'<th scope="col"{_named(name)}>{escape(name.lstrip("<"))}</th>' for name in columns)
    body = "".join(f"<tr{attributes}>{''.join(cells)}</tr>" for attributes, cells in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bar(amount: float, largest: float) -> str:
    """Draws a bar from the left for an amount of 0 or more."""
    return _drawn(f'<rect class="plain" width="{100 * amount / largest:.1f}" height="10"/>')


def signed_bar(amount: float, largest: float) -> str:
    """Draws a bar from the middle, to the right above 0, to the left below."""
    width = 50 * abs(amount) / largest
    left, kind = (50.0, "up") if amount >= 0 else (50 - width, "down")
    zero = '<line class="zero" x1="50" x2="50" y1="0" y2="10"/>'
    return _drawn(f'<rect class="{kind}" x="{left:.1f}" width="{width:.1f}" height="10"/>{zero}')


def cell(html: str, kind: str = "") -> str:
    return f'<td class="{kind}">{html}</td>' if kind else f"<td>{html}</td>"


def heat(share: float) -> str:
    """Returns the class of one of ten shades."""
    return f"h{min(10, round(10 * share))}" if share >= 0.05 else ""


def chosen(index: int) -> str:
    """Returns the attribute that tells the script the piece of a row."""
    return f' data-piece="{index}"'


def _drawn(shapes: str) -> str:
    return (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{shapes}</svg>'
    )


def _named(name: str) -> str:
    return ' class="name"' if name.startswith("<") else ""
