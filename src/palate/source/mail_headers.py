"""What the headers of a mail say, as plain text."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from palate.document.charset import decode
from palate.table.cells import clean_text, web_address

MAX_SENDER_CHARACTERS = 200  # looked at: Python reads nested comments by recursion
MOZILLA_FLAGGED = 0x4  # a bit of X-Mozilla-Status


def header_of(mail: Message, name: str) -> str:
    """Returns the first header of this name in one line, decoded (RFC 2047); "" where there is none.

    Bytes beyond ASCII, which no header may have, are read as UTF-8, else as those of the body.

    >>> from email import message_from_bytes
    >>> header_of(message_from_bytes(b"Subject: =?iso-8859-1?q?caf=E9?=\\n =?utf-8?b?w6k=?= x"), "subject")
    'caféé x'
    """
    raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    if isinstance(raw, str) and raw.isascii() and "=?" not in raw:
        return " ".join(raw.split())
    text = str(raw).encode("utf-8", "surrogateescape")
    charset = mail.get_content_charset() or "cp1252"
    line = " ".join(decode(text, f"charset={charset}").split())
    # two encoded words may stand side by side without the blank between them
    line = re.sub(r"\?=(?==\?)", "?= ", line)
    try:
        parts = decode_header(line)
    except (HeaderParseError, ValueError):
        parts = [(line, None)]
    # decode_header gives bytes: those of the words' charset, or Python's escapes of what was not encoded
    joined = "".join(
        part
        if isinstance(part, str)
        else decode(part, f"charset={charset}")
        if charset
        else part.decode("raw-unicode-escape", "replace")
        for part, charset in parts
    )
    return " ".join(clean_text(joined).split())


def sender_of(mail: Message) -> list[str]:
    """Returns who wrote it: the name, or the address where there is none.

    >>> from email import message_from_bytes
    >>> sender_of(message_from_bytes(b'From: "Doe, Jane" <jane@example.org>'))
    ['Doe, Jane']
    """
    name, address = parseaddr(header_of(mail, "From")[:MAX_SENDER_CHARACTERS])
    sender = name or address
    return [sender] if sender else []


def address_in(mail: Message, *names: str) -> str:
    """Returns the first web address in these headers; "" where there is none."""
    values = (header_of(mail, name).strip("<> ") for name in names)
    return next(filter(None, map(web_address, values)), "")


def is_flagged(mail: Message) -> bool:
    """Tells whether the reader gave it a star or flag, as mbox files of Thunderbird, Gmail and others say it.

    >>> from email import message_from_bytes
    >>> is_flagged(message_from_bytes(b"X-Gmail-Labels: Inbox,Starred\\n"))
    True
    """
    mozilla = header_of(mail, "X-Mozilla-Status")
    return (
        "F" in header_of(mail, "X-Status")
        or "starred" in header_of(mail, "X-Gmail-Labels").lower().split(",")
        or bool(re.fullmatch(r"[0-9a-fA-F]{4}", mozilla) and int(mozilla, 16) & MOZILLA_FLAGGED)
    )
