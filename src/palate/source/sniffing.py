"""Which format a document has: by its name, by what the server called it, and by its first bytes."""

import csv
import re
from typing import Literal
from urllib.parse import urlsplit

from palate.document.charset import CONTROL_BYTES, marked_encoding
from palate.document.reader import N_FIRST_BYTES, DocumentReader
from palate.errors import BadSource
from palate.source.columns import TEXT_COLUMNS, TITLE_COLUMNS
from palate.source.jsonfeed import is_jsonfeed
from palate.source.tables import delimiter_of

Format = Literal[
    "csv",
    "tsv",
    "jsonl",
    "json",
    "jsonfeed",
    "parquet",
    "plain",
    "blocks",
    "markdown",
    "feed",
    "opml",
    "ris",
    "bibtex",
    "nbib",
    "page",
]

SUFFIXES: dict[str, Format] = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "json",
    "parquet": "parquet",
    "pq": "parquet",
    "txt": "plain",
    "text": "plain",
    "md": "markdown",
    "markdown": "markdown",
    "rss": "feed",
    "atom": "feed",
    "rdf": "feed",
    "xml": "feed",
    "opml": "opml",
    "ris": "ris",
    "bib": "bibtex",
    "bibtex": "bibtex",
    "nbib": "nbib",
    "medline": "nbib",
    "html": "page",
    "htm": "page",
    "xhtml": "page",
}

CONTENT_TYPES: dict[str, Format] = {
    "application/xml": "feed",
    "text/xml": "feed",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/markdown": "markdown",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/json": "json",
    "application/x-research-info-systems": "ris",
    "application/x-bibtex": "bibtex",
}

# What a file with this suffix may hold instead: PubMed, for one, hands references out as .txt.
MISNAMED_FORMATS: dict[Format, tuple[Format, ...]] = {
    "feed": ("opml", "jsonfeed"),
    "json": ("jsonfeed",),
    "plain": ("ris", "nbib"),
}

# Bytes that first_character something which holds no text palate reads -> what it is, and the mend.
FOREIGN_FORMATS = {
    b"%PDF": "a PDF; turn it into text first, for example with pdftotext",
    b"PK\x03\x04": "a zip archive or an Office document; unpack it, or save it as text",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as text or CSV",
    b"{\\rtf": "an RTF document; save it as plain text",
    b"BZh": "packed with bzip2; unpack it with bunzip2",
    b"\xfd7zXZ": "packed with xz; unpack it with unxz",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it with unzstd",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"SQLite format 3": "an SQLite database; write the table with the texts to CSV",
    b"\x89PNG": "a picture; expected text",
    b"\xff\xd8\xff": "a picture; expected text",
    b"GIF8": "a picture; expected text",
    b"\x7fELF": "a program; expected text",
    b"OggS": "a sound file; expected text",
    b"ID3": "a sound file; expected text",
}

REFERENCE_STARTS: dict[Format, re.Pattern[str]] = {
    "ris": re.compile(r"\s*(?:\d+\.\s*)?TY  - "),
    "nbib": re.compile(r"\s*PMID- ?\d"),
    "bibtex": re.compile(r"(?:\s*%.*\n)*\s*@[A-Za-z]+\s*[{(]"),
}
ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]*)")
FEED_ROOTS = {"rss", "feed", "rdf:rdf", "channel", "opml"}
PAGE_ROOTS = {"html", "head", "body"}


def format_of(document: DocumentReader, *, streamed: bool = False) -> Format:
    """Returns the format. streamed: it comes from standard input, where plain text means many texts, not one.

    Raises BadSource for an empty document and for one that is no text.

    >>> format_of(DocumentReader.from_bytes("a.csv.gz", b"words"))
    'csv'
    >>> format_of(DocumentReader.from_bytes("download", b"TY  - JOUR"))
    'ris'
    """
    first_bytes = document.first_bytes()
    if not first_bytes.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise BadSource(f"{document.name} is empty; expected texts")
    if first_bytes.startswith(b"PAR1"):
        return "parquet"
    _refuse_foreign(document.name, first_bytes)
    text = _decoded(first_bytes)
    by_content = _by_content(text)
    path = urlsplit(document.url).path if document.url else document.name
    by_suffix = SUFFIXES.get(path.lower().removesuffix(".gz").rpartition(".")[2])
    if (
        by_content == "json"
        and text.lstrip().startswith("{")
        and by_suffix != "jsonl"
        and is_jsonfeed(document)
    ):
        by_content = "jsonfeed"
    # a server's word weighs less than the content: many serve feeds as HTML and tables as text
    if document.content_type:
        is_feed = root_of(text) in FEED_ROOTS or by_content == "jsonfeed"
        if "html" in document.content_type and not is_feed:
            return "page"
        by_type = CONTENT_TYPES.get(document.content_type.partition(";")[0].strip().lower())
        return by_content or by_type or by_suffix or "plain"
    if by_content in MISNAMED_FORMATS.get(by_suffix or "plain", ()):
        return by_content or "plain"
    return by_suffix or by_content or ("blocks" if streamed else "plain")


def root_of(text: str) -> str:
    """Returns the name of the first element of a markup document, in lower case; "" where there is none.

    >>> root_of("<?xml version='1.0'?><!-- <b> --><!DOCTYPE x><RSS version='2.0'>")
    'rss'
    """
    text, at = text[:N_FIRST_BYTES], 0
    while (at := text.find("<", at)) >= 0:
        if element := ELEMENT.match(text, at):
            return element[1].lower()
        end = text.find(
            "-->" if text.startswith("<!--", at) else "?>" if text.startswith("<?", at) else ">", at
        )
        if end < 0:
            break
        at = end
    return ""


def _by_content(text: str) -> Format | None:
    first_character = text.lstrip()[:1]
    if first_character == "<":
        root = root_of(text)
        if root == "opml":
            return "opml"
        if root in PAGE_ROOTS or (not root and "<!doctype html" in text[:1000].lower()):
            return "page"
        return "feed"
    if first_character in ("{", "["):
        return "json"
    for format, pattern in REFERENCE_STARTS.items():
        if pattern.match(text):
            return format
    return "csv" if _has_header(text) else None


def _has_header(text: str) -> bool:
    header = text.lstrip().partition("\n")[0][:10_000]
    cells = next(csv.reader([header.replace("\r", " ").strip()], delimiter=delimiter_of(header)), [])
    names = [cell.strip().lower() for cell in cells]
    if len(cells) == 1:  # "Summary" may begin a plain text
        return cells[0] in TEXT_COLUMNS or cells[0] in TITLE_COLUMNS
    return all(0 < len(name) <= 40 for name in names) and any(
        name in TEXT_COLUMNS or name in TITLE_COLUMNS for name in names
    )


def _decoded(first_bytes: bytes) -> str:
    encoding = marked_encoding(first_bytes)
    if encoding.startswith("utf"):
        first_bytes = first_bytes[: len(first_bytes) // 4 * 4]
    return first_bytes.decode(encoding or "utf-8", "replace").removeprefix("\ufeff")


def _refuse_foreign(name: str, first_bytes: bytes) -> None:
    for mark, description in FOREIGN_FORMATS.items():
        if first_bytes.startswith(mark):
            raise BadSource(f"{name} is {description}")
    n_control_bytes = len(first_bytes) - len(first_bytes.translate(None, CONTROL_BYTES))
    if n_control_bytes * 20 <= len(first_bytes) or marked_encoding(first_bytes):
        return
    for encoding, offset in (("utf-16le", 1), ("utf-16be", 0)):
        if (
            first_bytes[offset::2].count(0) * 3
            > len(first_bytes)
            > first_bytes[1 - offset :: 2].count(0) * 20
        ):
            raise BadSource(
                f"{name} looks like UTF-16 without a mark; turn it into UTF-8 with: "
                f"iconv -f {encoding} -t utf-8"
            )
    raise BadSource(
        f"{name} is no text: {n_control_bytes} of its first {len(first_bytes)} bytes are control bytes; "
        "expected text"
    )
