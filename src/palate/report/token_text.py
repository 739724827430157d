"""Tokens as one can read them: what has no picture of its own gets one."""

from __future__ import annotations

import unicodedata

PICTURES = {" ": "·", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "⍽", "\x7f": "␡"}
UNSEEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))  # categories of characters that nothing shows


def visible(text: str, *, blanks: bool = True) -> str:
    """Returns text from a model with every character to be seen, safe for a terminal and for a page.

    Use it for tokens; for running text leave blanks as they are with blanks=False. Marks that turn the
    direction of writing and other characters without a picture become their numbers.

    >>> visible(" a\\n"), visible("\\x1b[0m\\u202e"), visible("a b", blanks=False)
    ('·a⏎', '␛[0m‹U+202E›', 'a b')
    """
    return "".join(" " if character == " " and not blanks else _picture(character) for character in text)


def _picture(character: str) -> str:
    if character in PICTURES:
        return PICTURES[character]
    if character < " ":
        return chr(0x2400 + ord(character))
    return f"‹U+{ord(character):04X}›" if unicodedata.category(character) in UNSEEN else character
