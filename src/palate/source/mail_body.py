"""What a mail says: its plain or HTML part as plain text, without signature and list footer."""

import re
from email.message import Message
from typing import Any

from palate.document.charset import decode
from palate.source.page_body import page_text
from palate.table.cells import clean_text

MAX_PARTS = 1000
MAX_SIGNATURE_LINES = 12  # and of the footer of a mailing list
SIGNATURE = re.compile(r"\n-- ?\n")
LIST_FOOTER = re.compile(r"\n[_-]{20,}\n[^\n]*mailing list\b", re.IGNORECASE)
# what newsletters put behind their first line, so that no more of them is shown in a list of mails
PADDING = re.compile(r"(?:[\u034f\u00ad\u200b-\u200f\u2007\u2060\ufeff][ \u00a0]*){4,}")
ADDRESS = re.compile(r"https?://\S+")
ENCRYPTED_TYPES = ("multipart/encrypted", "application/pgp-encrypted")


def body_of(mail: Message) -> tuple[str, int]:
    """Returns what the mail says, and how many files are attached.

    The plain part counts, unless it is less than half of what the HTML part says, as with newsletters that
    only point to a web page.

    >>> from email import message_from_bytes
    >>> body_of(message_from_bytes(b"Content-Type: text/html\\n\\n<p>Cats <b>sleep</b>.<img src='pixel'>"))
    ('Cats sleep.', 0)
    """
    plain, html, n_attached = list[str](), list[str](), 0
    for part in _leaves(mail):
        kind = part.get_content_type()
        if kind.startswith("multipart/"):  # its boundary is missing, so that it is one text
            kind = "text/plain"
        if _is_attached(part) or not kind.startswith("text/"):
            n_attached += 1
        elif kind == "text/html":
            html.append(page_text(_decoded(part)))
        elif kind in ("text/plain", "text/markdown", "text/enriched"):
            plain.append(_flowed(part, _decoded(part)))
        else:
            n_attached += 1
    told, shown = "\n\n".join(plain), "\n\n".join(html)
    body = shown if _n_words(told) * 2 < _n_words(shown) else told
    return _without_signature(PADDING.sub(" ", body)), n_attached


def is_encrypted(mail: Message) -> bool:
    """Tells whether only the one who has the key can read it (PGP, S/MIME)."""
    kind = mail.get_content_type()
    if kind in ENCRYPTED_TYPES:
        return True
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return "signed" not in str(mail.get_param("smime-type") or "")
    payload = mail.get_payload(decode=True)
    return isinstance(payload, bytes) and payload.lstrip().startswith(b"-----BEGIN PGP MESSAGE-----")


def _leaves(mail: Message) -> list[Message]:
    """The parts that have no parts, in order; a mail within a mail is one."""
    leaves, waiting = list[Message](), [mail]
    while waiting and len(leaves) < MAX_PARTS:
        part = waiting.pop()
        # of a part that is text, get_payload would decode, and raise what a nonsense charset makes of it
        inner: Any = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and inner:
            waiting += reversed(inner)
        else:
            leaves.append(part)
    return leaves


def _is_attached(part: Message) -> bool:
    has_name = part.get_param("filename", header="content-disposition") or part.get_param("name")
    return bool(has_name) or part.get_content_disposition() == "attachment"


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    charset = str(part.get_param("charset") or "")
    return clean_text(decode(data if isinstance(data, bytes) else b"", f"charset={charset}")).replace(
        "\r\n", "\n"
    )


def _flowed(part: Message, text: str) -> str:
    """Joins the lines of a paragraph that was broken for display (RFC 3676)."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    return re.sub(r"(?<!\n--) \n(?![>\n])", " ", text)


def _n_words(text: str) -> int:
    return len(ADDRESS.sub("", text).split())


def _without_signature(text: str) -> str:
    text = text.strip()
    starts = [found.start() for found in (*SIGNATURE.finditer(text), *LIST_FOOTER.finditer(text))]
    for start in sorted(starts, reverse=True):
        if start > 0 and text.count("\n", start) <= MAX_SIGNATURE_LINES:
            text = text[:start].rstrip()
    return text
