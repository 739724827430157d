"""The encoding of a text that does not state one: from its zeros, its UTF-8 sequences, or a guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from palate.document.charset import CONTROL_BYTES, guessed_encoding, marked_encoding

MAX_CONTROL_SHARE = 0.05  # of the first bytes of a text
MAX_ODD_SHARE = 0.25  # of control bytes in UTF-8 with zeros; UTF-16 has as many where letters are not Latin
MIN_ZERO_SHARE = 0.4  # of the bytes of UTF-16 that could be UTF-8 as well; of others, MIN_RARE_ZERO_SHARE
MIN_RARE_ZERO_SHARE = 0.01
N_GUESS_BYTES = 1 << 15  # of lines beyond ASCII, given to the guess
MIN_GUESS_BYTES = 12  # beyond ASCII; fewer tell no encoding from another
UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
CONTROL_CHARACTER = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # as CONTROL_BYTES, save NUL
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
# surrogates that stand for stray bytes -> what Windows takes these bytes for
STRAY_CHARACTERS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}


@dataclass(frozen=True)
class Survey:
    """What was found of bytes that are not all UTF-8. n_strays: those that are not, if encoding is utf-8."""

    encoding: str
    n_strays: int


def sniff_encoding(first_bytes: bytes) -> str:
    """Returns the encoding that a byte order mark or the places of zeros give away; utf-8 where none does.

    >>> sniff_encoding("title,year".encode("utf-16-be")), sniff_encoding(b"title,year")
    ('utf-16-be', 'utf-8')
    """
    return marked_encoding(first_bytes) or _by_zeros(first_bytes[: len(first_bytes) // 4 * 4]) or "utf-8"


def is_text(first_bytes: bytes) -> bool:
    """Tells whether bytes that begin so can be a text: hardly any control bytes, or UTF-16 or UTF-32.

    >>> is_text(b"some words"), is_text(bytes(range(1, 32)))
    (True, False)
    """
    n_control_bytes = len(first_bytes) - len(first_bytes.translate(None, CONTROL_BYTES))
    if n_control_bytes <= MAX_CONTROL_SHARE * len(first_bytes):
        return True
    return sniff_encoding(first_bytes) != "utf-8"


def survey(lines: Iterable[bytes]) -> Survey:
    """Decides how to read lines of which one is not UTF-8.

    Text in another encoding hardly ever holds valid sequences of UTF-8: where these are as many as the bytes
    that fit none, it is UTF-8 with strays. Else the encoding is guessed. Costs one pass over the lines.

    >>> survey(["naïve café".encode(), b"caf\\xe9"]), survey([b"caf\\xe9"]).encoding
    (Survey(encoding='utf-8', n_strays=1), 'cp1252')
    """
    n_sequences = n_strays = 0
    sample = bytearray()
    for line in lines:
        if line.isascii():
            continue
        rest, n = UTF8_SEQUENCE.subn(b"", line)
        n_sequences += n
        n_strays += len(BEYOND_ASCII.findall(rest))
        if len(sample) < N_GUESS_BYTES:
            sample += line
    if n_sequences >= n_strays:
        return Survey("utf-8", n_strays)
    if n_strays < MIN_GUESS_BYTES:
        return Survey("cp1252", n_strays)
    return Survey(guessed_encoding(bytes(sample[:N_GUESS_BYTES])), n_strays)


def decode_with_strays(data: bytes) -> str:
    """Returns UTF-8 as a string, each byte that does not belong as cp1252 takes it.

    >>> decode_with_strays("naïve ".encode() + b"caf\\xe9")
    'naïve café'
    """
    return data.decode("utf-8", "surrogateescape").translate(STRAY_CHARACTERS)


def _by_zeros(head: bytes) -> str:
    n, zeros = len(head), head.count(0)
    if not zeros:
        return ""
    if zeros * 2 >= n:
        for encoding, high in (("utf-32-le", (2, 3)), ("utf-32-be", (0, 1))):
            if all(head[at::4].count(0) * 20 >= len(head[at::4]) * 19 for at in high) and _fits(
                head, encoding
            ):
                return encoding
    could_be_utf8 = _fits(head, "utf-8", MAX_ODD_SHARE)
    if zeros < n * (MIN_ZERO_SHARE if could_be_utf8 else MIN_RARE_ZERO_SHARE):
        return ""
    for encoding, high_byte in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[high_byte::2].count(0) >= 0.9 * zeros and _fits(head, encoding):
            return encoding
    return ""


def _fits(head: bytes, encoding: str, max_controls: float = MAX_CONTROL_SHARE) -> bool:
    """Whether bytes are text in an encoding, with few control characters; the last character may be cut."""
    try:
        text = head.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end < len(head) - 4:
            return False
        text = head[: error.start].decode(encoding)
    return len(CONTROL_CHARACTER.findall(text)) <= max_controls * len(text)
