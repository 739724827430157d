"""Mails (mbox, .eml, Maildir, MHTML) -> texts, one per mail: its subject and what it says."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import BinaryIO

from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.errors import BadSource
from palate.source.items import Items, Skipped
from palate.source.mail_body import body_of, is_encrypted
from palate.source.mail_headers import address_in, header_of, is_flagged, sender_of
from palate.table.dates import read_date
from palate.text import Text, origin_of

MAX_MAIL_BYTES = 16 << 20  # read of one mail; what it says stands before what is attached
SEPARATOR = re.compile(rb"From (?:\S+|-) +.*\d{4}|From \S+@\S+\s*$")  # the line before each mail of an mbox
QUOTED_SEPARATOR = re.compile(rb">+From ")  # a line of the mail, which would look like one
MAILDIR_FLAGGED = re.compile(r":2,[A-Z]*F")  # in a file's name


def read_mbox(document: DocumentReader) -> Items:
    """Reads mail by mail, holding one at a time. A mail that is encrypted or says nothing is Skipped.

    >>> mbox = b"From a@b Thu Jan  1 2004\\nSubject: Cats\\n\\nThey sleep.\\n>From dawn\\n\\n"
    >>> mbox += b"From a@b Thu Jan  1 2004\\nSubject: Dogs\\n\\nThey bark.\\n"
    >>> [text.content for text in read_mbox(DocumentReader.from_bytes("pets.mbox", mbox))]
    ['Cats\\nThey sleep.\\nFrom dawn', 'Dogs\\nThey bark.']
    """
    number = 0
    with document.open() as stream:
        for number, raw in enumerate(_mails(stream), start=1):
            yield _text(document, raw, f"{document.name}, mail {number}")
    if not number:
        raise BadSource(f"{document.name} holds no mail; expected lines such as 'From ann@example.org …'")


def read_mail(document: DocumentReader) -> Items:
    """Reads the file as one mail.

    >>> eml = b"From: Ann <ann@example.org>\\nSubject: =?utf-8?q?C=C3=A2ts?=\\nMessage-ID: <1@b>\\n\\nSleep."
    >>> (text,) = read_mail(DocumentReader.from_bytes("1.eml", eml))
    >>> text.title, text.body, text.extra["authors"], text.origin
    ('Câts', 'Sleep.', ['Ann'], 'mail\\n1@b')
    """
    with document.open() as stream:
        raw = stream.read(MAX_MAIL_BYTES)
    yield _text(document, raw, document.name)


def _mails(stream: BinaryIO) -> Iterator[bytes]:
    """Yields the bytes of each mail, up to MAX_MAIL_BYTES of it."""
    mail, size, begun, after_blank = list[bytes](), 0, False, True
    while line := stream.readline(MAX_LINE_BYTES):
        if after_blank and SEPARATOR.match(line):
            if begun:
                yield b"".join(mail)
            mail, size, begun, after_blank = [], 0, True, False
            continue
        after_blank = not line.strip()
        if begun and size < MAX_MAIL_BYTES:
            size += len(line)
            mail.append(line[1:] if QUOTED_SEPARATOR.match(line) else line)
    if begun:
        yield b"".join(mail)


def _text(document: DocumentReader, raw: bytes, where: str) -> Text | Skipped:
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw.replace(b"\0", b""))
    except RecursionError:
        return Skipped(where, "mail has too many parts within parts")
    if is_encrypted(mail):
        return Skipped(where, "mail is encrypted; save it decrypted from the mail program")
    title, message_id = header_of(mail, "Subject"), header_of(mail, "Message-ID").strip("<> ")
    body, n_attached = body_of(mail)
    if not title and not body:
        return Skipped(where, "mail has neither subject nor text")
    extra = {
        "authors": sender_of(mail),
        "list": _list_name(header_of(mail, "List-Id")),
        "message_id": message_id,
        "attachments": n_attached,
        "starred": is_flagged(mail) or bool(MAILDIR_FLAGGED.search(document.name)),
    }
    return Text.of(
        body,
        title=title,
        source=document.name,
        url=address_in(mail, "Archived-At", "Snapshot-Content-Location"),
        published=_sent_at(mail),
        extra={name: value for name, value in extra.items() if value},
        origin=origin_of("mail", message_id) if message_id else "",
    )


def _sent_at(mail: Message) -> datetime | None:
    return read_date(header_of(mail, "Date")) or read_date(header_of(mail, "Received").rpartition(";")[2])


def _list_name(list_id: str) -> str:
    """Returns the name of "Pets <pets.example.org>", or its id where it has none (RFC 2919)."""
    name, _, id = list_id.partition("<")
    return name.strip(' "') or id.rstrip("> ")
