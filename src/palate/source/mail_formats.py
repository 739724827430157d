"""Whether bytes begin as a mail or as a mailbox."""

import re

from palate.source.formats import Format

MBOX_START = re.compile(rb"From (?:\S+ +[^\n]*\d{4}|\S+@\S+)[^\n]*\r?\n(?:[!-9;-~]+:|>?From )")
HEADER = re.compile(rb"([!-9;-~]+):([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)(?:\r?\n|\Z)")
# headers that only programs write: with one of them, and another header, it is a mail
WRITTEN_BY_PROGRAMS = {
    b"message-id", b"mime-version", b"received", b"return-path", b"delivered-to", b"content-type",
    b"dkim-signature", b"x-mozilla-status", b"x-gmail-labels", b"list-id",
}  # fmt: skip
COMMON = {b"from", b"to", b"subject", b"date"}


def mail_format(first_bytes: bytes) -> Format | None:
    """Returns mbox, mail, or None for what is neither, such as a letter with no more than "Subject:".

    >>> mail_format(b"From ann@b Thu Jan  1 2004\\nFrom: Ann\\n\\nHi"), mail_format(b"Note: call Ann")
    ('mbox', None)
    >>> mail_format(b"From: Ann <ann@example.org>\\r\\nSubject: Cats\\r\\n\\r\\nThey sleep.")
    'mail'
    """
    first_bytes = first_bytes.lstrip(b"\xef\xbb\xbf\r\n")
    if MBOX_START.match(first_bytes):
        return "mbox"
    headers: dict[bytes, bytes] = {}
    at = 0
    while header := HEADER.match(first_bytes, at):
        headers.setdefault(header[1].lower(), header[2])
        at = header.end()
    if at < len(first_bytes) and first_bytes[at : at + 1] not in b"\r\n":
        return None  # what follows the headers is a blank line
    by_hand = COMMON & headers.keys()
    by_programs = WRITTEN_BY_PROGRAMS & headers.keys()
    is_mail = by_programs and (by_hand or len(by_programs) > 1)
    return "mail" if is_mail or (len(by_hand) > 1 and b"@" in headers.get(b"from", b"")) else None
