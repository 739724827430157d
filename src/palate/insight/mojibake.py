"""Mojibake: UTF-8 that was read as Windows-1252 or Latin-1, and other traces of a wrong encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

REPLACEMENT = "\ufffd"
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")  # NEL, tab and line ends are text
# the characters as which Windows-1252 and Latin-1 show the bytes 0x80 to 0xBF
HIGH = (
    "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)) + "\x81\x8d\x8f\x90\x9d"
)
TAIL = f"[\x80-\xbf{re.escape(HIGH)}]"
# without 0xDF: its letters are those of N'Ko alone, and "ß" before a quote or dash is real German
SEQUENCE = re.compile(f"[\xc2-\xde]{TAIL}|[\xe0-\xef]{TAIL}{{2}}|[\xf0-\xf4]{TAIL}{{3}}")
# or, tried first, a capital with an accent at the end of a word before a quote or dash, or a
# small one before two of them, or before one and a price in euros: real text, which is no group
REAL_OR_SEQUENCE = re.compile(
    f"[A-ZÀ-Þ][\xc2-\xdf][”’“‘»–—…]|[\xe0-\xf4][”’“‘»–—…][”’“‘»–—…€]|({SEQUENCE.pattern})"
)
MAX_ROUNDS = 3  # texts may have been spoiled more than once


@dataclass(frozen=True)
class EncodingTrouble:
    """Rows of n cells with traces of a wrong encoding, ascending.

    mojibake: with sequences such as "Ã©" for "é". replaced: with U+FFFD, which stands for what was lost.
    controls: with control characters.
    """

    mojibake: tuple[int, ...] = ()
    replaced: tuple[int, ...] = ()
    controls: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.mojibake or self.replaced or self.controls)


def has_mojibake(text: str) -> bool:
    """Tells whether a text has UTF-8 that was read as Windows-1252 or Latin-1.

    >>> [has_mojibake(text) for text in ("cafÃ©", "itâ€™s", "café", "SÃO", "Â°C")]
    [True, True, False, False, True]
    """
    if text.isascii():
        return False
    return any(match[1] and _undone(match[1]) is not None for match in REAL_OR_SEQUENCE.finditer(text))


def without_mojibake(text: str) -> str:
    """Returns the text with its mojibake undone, control characters and U+FFFD left as they are.

    >>> without_mojibake("cafÃ© Â°C, itâ€™s"), without_mojibake("naïve, OLÁ”")
    ('café °C, it’s', 'naïve, OLÁ”')
    >>> without_mojibake("café".encode().decode("cp1252").encode().decode("cp1252"))
    'café'
    """
    for _ in range(MAX_ROUNDS):
        if not has_mojibake(text):
            break
        text = REAL_OR_SEQUENCE.sub(lambda match: (match[1] and _undone(match[1])) or match[0], text)
    return text


def without_controls(text: str) -> str:
    """Returns the text without control characters. Those from 0x80 on were letters of Windows-1252 that were
    read as Latin-1, and become these.

    >>> without_controls("a\\x07b\\x96c")
    'ab–c'
    """
    return CONTROLS.sub(
        lambda match: match[0].encode("latin-1").decode("cp1252", "ignore") if match[0] > "\x7f" else "", text
    )


def encoding_trouble(cells: Iterable[object]) -> EncodingTrouble:
    """Returns which cells have traces of a wrong encoding. What is no string has none.

    >>> encoding_trouble(["cafÃ©", 3, "caf\ufffd", "a\\x07b", "a\\tb"])
    EncodingTrouble(mojibake=(0,), replaced=(2,), controls=(3,))
    """
    mojibake, replaced, controls = list[int](), list[int](), list[int]()
    for row, cell in enumerate(cells):
        if not isinstance(cell, str):
            continue
        if CONTROLS.search(cell):
            controls.append(row)
        if not cell.isascii():
            if REPLACEMENT in cell:
                replaced.append(row)
            if has_mojibake(cell):
                mojibake.append(row)
    return EncodingTrouble(tuple(mojibake), tuple(replaced), tuple(controls))


def _undone(sequence: str) -> str | None:
    """Returns the characters that a sequence was before; None where it is no UTF-8 in the wrong clothes."""
    try:
        return bytes(_byte(character) for character in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _byte(character: str) -> int:
    """Returns the byte that Windows-1252, or else Latin-1, shows as this character."""
    code = ord(character)
    return code if code < 0x100 else character.encode("cp1252")[0]
