"""Which format a document has: by its structure, else by its name or what the server called it."""

import re
from urllib.parse import urlsplit

from palate.document.archive import ZIP_MARKS
from palate.document.charset import CONTROL_BYTES
from palate.document.encoding import is_text
from palate.document.reader import N_FIRST_BYTES, DocumentReader
from palate.errors import BadSource
from palate.source.archive_formats import archive_format
from palate.source.column_names import field_of
from palate.source.formats import CONTENT_TYPES, FOREIGN_MARKS, SUFFIXES, Format
from palate.source.json_formats import json_format
from palate.source.mail_formats import mail_format
from palate.table.reader import JSON_START, has_table, is_binary_table

REFERENCE_STARTS: dict[Format, re.Pattern[str]] = {
    "ris": re.compile(
        r"\s*(?:\d+\.\s*)?(?:TY[ \t]{1,4}-[ \t]|(?:A1|AU|AB|ID|T1|TI|KW)  - .*\n(?:.*\n){0,200}?ER  -)"
    ),
    "nbib": re.compile(r"\s*PMID- ?\d"),
    "wos": re.compile(r"\s*(?:FN .*\s+VR |PT [A-Z]\s*\n[A-Z][A-Z0-9] )"),
    "enw": re.compile(r"\s*%[0A-Z][ \t]\S.*\n(?:%[^\s\w]|%\w)[ \t]\S"),
    "ovid": re.compile(r"\s*<1>\s*\n(?:[A-Z][^\n]*\n[ \t]+\S|[A-Z]{2}  - )"),
    "bibtex": re.compile(
        r"(?:\s*%.*\n)*\s*@(?:(?:string|comment|preamble|article|book|misc)\s*[{(]|[a-z]+\s*\{[^,={}]*,)",
        re.IGNORECASE,
    ),
}
PDF_START = re.compile(rb"%PDF-|[\s\S]{0,1000}?%PDF-\d[\s\S]*? obj\b")  # a server's words may stand before it
BOOKMARKS = re.compile(  # Netscape's doctype or lists, or Pocket's
    r"<!doctype netscape-bookmark|<dt>\s*<(?:a|h3)\b[^<>]*\sadd_date=|<li>\s*<a\b[^<>]*\stime_added="
)
BOOKMARK_WORDS = ("netscape-bookmark", "add_date=", "time_added=")  # one of which they have
FEED_SUFFIXES = ("rss", "atom", "rdf", "opml")  # a page called so is what a server gave in place of the feed
ONE_NAME_SUFFIXES = ("", "csv", "tsv", "tab")  # where a first line of one word may be a header
ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]*)")
XML_ROOTS: dict[str, Format] = {
    "opml": "opml",
    "xml": "endnote-xml",
    "pubmedarticleset": "pubmed-xml",
    "pubmedarticle": "pubmed-xml",
}
FEED_ROOTS = {"rss", "feed", "rdf:rdf", "channel"}
PAGE_ROOTS = {"html", "head", "body"}


def format_of(document: DocumentReader, *, streamed: bool = False) -> Format:
    """Returns the format. streamed: it comes from standard input, where plain text means many texts, not one.

    Raises BadSource for an empty document, for one that is no text, and for a format that is not read.

    >>> format_of(DocumentReader.from_bytes("a.csv.gz", b"words"))
    'table'
    >>> format_of(DocumentReader.from_bytes("download.txt", b"TY  - JOUR"))
    'ris'
    """
    first_bytes = document.first_bytes()
    if not first_bytes.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise BadSource(f"{document.name} is empty; expected texts")
    if packed := _by_marks(document, first_bytes):
        return packed
    text = first_bytes.decode(document.encoding, "replace").removeprefix("\ufeff")
    suffix = _suffix(document)
    by_suffix, by_content = SUFFIXES.get(suffix), _by_content(document, text, suffix)
    if document.content_type:
        # a server's word weighs less than the content: many serve feeds as HTML and tables as text
        if "html" in document.content_type and by_content not in ("feed", "opml", "jsonfeed", "bookmarks"):
            return "page"
        by_type = CONTENT_TYPES.get(document.content_type.partition(";")[0].strip().lower())
        return by_content or by_type or by_suffix or _unknown(text)
    is_error_page = by_content == "page" and suffix in FEED_SUFFIXES
    if by_suffix and (by_suffix == "markdown" or is_error_page):  # Markdown may begin with anything
        return by_suffix
    return by_content or by_suffix or ("blocks" if streamed and not _is_markup(text) else _unknown(text))


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


def _by_marks(document: DocumentReader, first_bytes: bytes) -> Format | None:
    """The format of what is no text, and of mails, whose encoding changes from part to part."""
    if is_binary_table(document):
        return "table"
    if first_bytes.startswith(ZIP_MARKS):
        return archive_format(document)
    if b"%PDF-" in first_bytes[:1024] and PDF_START.match(first_bytes):
        return "pdf"
    if by_headers := mail_format(first_bytes):
        return by_headers
    for (at, mark), description in FOREIGN_MARKS.items():
        if first_bytes.startswith(mark, at):
            raise BadSource(f"{document.name} is {description}")
    if not is_text(first_bytes):
        n_control_bytes = len(first_bytes) - len(first_bytes.translate(None, CONTROL_BYTES))
        raise BadSource(
            f"{document.name} is no text: {n_control_bytes} of its first {len(first_bytes)} bytes are "
            "control bytes; expected text"
        )
    return None


def _by_content(document: DocumentReader, text: str, suffix: str) -> Format | None:
    """The format that the structure gives away; None where it is that of plain text."""
    if _is_markup(text) and not REFERENCE_STARTS["ovid"].match(text):
        lower = text.lower()
        if any(word in lower for word in BOOKMARK_WORDS) and BOOKMARKS.search(lower):
            return "bookmarks"
        root = root_of(text)
        if root in XML_ROOTS:
            return XML_ROOTS[root]
        if root in FEED_ROOTS:
            return "feed"
        is_page = root in PAGE_ROOTS or (not root and "<!doctype html" in lower[:1000])
        return "page" if is_page else None
    if JSON_START.match(text) and (by_object := json_format(document, text)):
        return by_object
    for format, pattern in REFERENCE_STARTS.items():
        if pattern.match(text):
            return format
    min_columns = 1 if suffix in ONE_NAME_SUFFIXES else 2
    return "table" if has_table(document, is_title_or_text, min_columns) else None


def is_title_or_text(name: str) -> bool:
    return field_of(name) in ("title", "text")


def _suffix(document: DocumentReader) -> str:
    path = urlsplit(document.url).path if document.url else document.name
    _, dot, suffix = path.lower().removesuffix(".gz").rpartition("/")[2].rpartition(".")
    return suffix if dot else ""


def _is_markup(text: str) -> bool:
    return text.lstrip().startswith("<")


def _unknown(text: str) -> Format:
    return "feed" if _is_markup(text) else "plain"
