"""Mojibake: letters that were read in the wrong encoding, and characters that no text has."""

import re
from collections.abc import Iterable
from typing import NamedTuple

# UTF-8 that was read as cp1252 or Latin-1: a lead byte's letter before a continuation byte's
MISREAD = re.compile(
    "[\u00c2\u00c3\u00c4\u00c5][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]|\u00e2\u20ac[\u0080-\u00bf\u2018-\u201e\u2122\u0153\u00a6\u02dc\u009d]"
)
LOST = "\ufffd"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")


class Trouble(NamedTuple):
    """How many texts have letters that were read in the wrong encoding, characters that were lost, control
    characters; first: index of the first such text, -1 for none.
    """

    misread: int
    lost: int
    control: int
    first: int


def trouble_in(contents: Iterable[str]) -> Trouble:
    """Counts the texts with trouble of their encoding.

    >>> trouble_in(["caf\u00e9", "caf\u00c3\u00a9", "caf\ufffd"])
    Trouble(misread=1, lost=1, control=0, first=1)
    """
    misread = lost = control = 0
    first = -1
    for index, content in enumerate(contents):
        found = (bool(MISREAD.search(content)), LOST in content, bool(CONTROL.search(content)))
        misread, lost, control = misread + found[0], lost + found[1], control + found[2]
        if first < 0 and any(found):
            first = index
    return Trouble(misread, lost, control, first)
