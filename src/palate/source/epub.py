"""EPUB books -> texts, one per book: its chapters in reading order."""

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from palate.document.archive import open_archive, read_member
from palate.document.charset import decode
from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.errors import BadSource
from palate.source.file_origin import file_origin
from palate.source.items import Items, Skipped
from palate.source.page_body import page_text
from palate.source.xml_parts import words_of, xml_part
from palate.table.dates import read_date
from palate.text import Text

CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
OPF = "{http://www.idpf.org/2007/opf}"


def read_epub(document: DocumentReader) -> Items:
    """Reads the book as one text, up to the length that a plain text may have.

    Title, authors, language and date are those of its package. Raises BadSource for one that is broken or
    protected.
    """
    with open_archive(document) as archive:
        path, package = _package(document, archive)
        chapters = _chapters(path, package)
        protected = read_member(document, archive, "META-INF/encryption.xml", MAX_LINE_BYTES).decode(
            "utf-8", "replace"
        )
        if any(f'"{chapter}"' in protected for chapter in chapters):
            raise BadSource(f"{document.name} is protected against copying (DRM); expected a book without")
        body = "\n\n".join(filter(None, _bodies(document, archive, chapters)))
    title = words_of(package, "title")[:1]
    if not body:
        yield Skipped(document.name, "book has no text")
        return
    authors = words_of(package, "creator")
    extra = {
        "authors": authors,
        "publisher": words_of(package, "publisher"),
        "tags": words_of(package, "subject"),
    }
    yield Text.of(
        body,
        title=title[0] if title else document.name.rpartition("/")[2].rpartition(".")[0],
        source=document.name,
        language=next(iter(words_of(package, "language")), ""),
        published=next(filter(None, map(read_date, words_of(package, "date"))), None),
        extra={name: value for name, value in extra.items() if value},
        origin=file_origin(document),
    )


def _package(document: DocumentReader, archive: zipfile.ZipFile) -> tuple[str, Element]:
    """The path of the package's file, and what it says."""
    container = xml_part(document, archive, "META-INF/container.xml")
    paths = (element.get("full-path") for element in container.iter(f"{CONTAINER}rootfile"))
    path = next(filter(None, paths), "")
    return path, xml_part(document, archive, path)


def _chapters(path: str, package: Element) -> list[str]:
    """The names of the chapters in the archive, in reading order; covers and notes set apart are left out."""
    folder = posixpath.dirname(path)
    hrefs = {
        item.get("id"): item.get("href") or ""
        for item in package.iter(f"{OPF}item")
        if "html" in (item.get("media-type") or "")
    }
    order = [item.get("idref") for item in package.iter(f"{OPF}itemref") if item.get("linear") != "no"]
    return [
        posixpath.normpath(posixpath.join(folder, unquote(hrefs[id].partition("#")[0])))
        for id in order
        if id in hrefs
    ]


def _bodies(document: DocumentReader, archive: zipfile.ZipFile, chapters: list[str]) -> Iterator[str]:
    left = MAX_LINE_BYTES
    for chapter in dict.fromkeys(chapters):
        html = decode(read_member(document, archive, chapter, MAX_LINE_BYTES))
        body = page_text(html)[:left]
        left -= len(body)
        yield body
        if left <= 0:
            return
