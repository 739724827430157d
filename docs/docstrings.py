"""Docstrings as reStructuredText: what a parameter is begins a line of its own, as do errors and sources."""

import inspect
import re
from collections.abc import Collection, Sequence
from typing import Any

LITERAL = re.compile(r"(`[^`]*`)")
MARKUP = re.compile(r"([\\*|]|(?<=\w)_(?!\w))")
NAMES = r"\*{0,2}[a-z]\w*(?:, \*{0,2}[a-z]\w*)*"


def as_rst(lines: Sequence[str], thing: Any = None) -> list[str]:
    """Returns the lines of a docstring as reStructuredText.

    Backticks hold code; what else would be markup is text. Names of parameters or fields of `thing` before a
    colon, where a sentence begins, begin an item; `Raises` and `Source:` begin a paragraph. Examples stay.

    >>> as_rst(["Counts *all*. Raises BadValue below 0."])
    ['Counts \\\\*all\\\\*.', '', 'Raises BadValue below 0.']
    """
    names = names_of(thing)
    done: list[str] = []
    for block in blocks_of(lines):
        done += ["", *(block if is_example(block) else mended(block, names))]
    return done[1:]


def blocks_of(lines: Sequence[str]) -> list[list[str]]:
    """The paragraphs of a docstring; an example begins one, and ends with an empty line."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if not line.strip() or (line.startswith(">>>") and blocks[-1] and not is_example(blocks[-1])):
            blocks.append([])
        if line.strip():
            blocks[-1].append(line)
    return [block for block in blocks if block]


def is_example(block: Sequence[str]) -> bool:
    return block[0].startswith(">>>")


def names_of(thing: Any) -> frozenset[str]:
    """Names of the parameters and fields of a function or a class."""
    try:
        parameters = set(inspect.signature(thing).parameters)
    except (TypeError, ValueError):  # not callable, or one that keeps them to itself
        parameters = set()
    return frozenset(parameters | set(getattr(thing, "__annotations__", ())))


def mended(block: Sequence[str], names: Collection[str]) -> list[str]:
    if block[0].startswith("- "):
        return [escaped(line) for line in block]
    listed = next((place for place, line in enumerate(block) if line.startswith("- ")), len(block))
    begins = rf"(?:^|(?<=[.;:)] ))(?=({NAMES}): |(?:Raises|Source:|Returns) )"
    text = " ".join(line.strip() for line in block[:listed])
    done: list[str] = []
    start = 0
    cuts = [at.start() for at in re.finditer(begins, text) if at[1] is None or is_named(at[1], names)]
    for end in [*cuts, len(text)]:
        if piece := text[start:end].strip():
            done += ["", item(piece, names)]
        start = end
    return [*done[1:], *([""] if listed < len(block) else []), *(escaped(line) for line in block[listed:])]


def is_named(listing: str, names: Collection[str]) -> bool:
    return all(name.lstrip("*") in names for name in listing.split(", "))


def item(piece: str, names: Collection[str]) -> str:
    """A paragraph, or an item of a list where it begins with the names of parameters."""
    listing, colon, rest = piece.partition(": ")
    if not colon or not re.fullmatch(NAMES, listing) or not is_named(listing, names):
        return escaped(piece)
    return f"- {', '.join(f'**{escaped(name)}**' for name in listing.split(', '))}: {escaped(rest)}"


def escaped(text: str) -> str:
    """Text without markup: what stands in backticks is code, all else is as it is."""
    parts = LITERAL.split(text)
    return "".join(
        f"`{part}`" if place % 2 else MARKUP.sub(r"\\\1", part) for place, part in enumerate(parts)
    )
