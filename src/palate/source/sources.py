"""The kinds of Source: a document, a folder, an address, Python values; and the way from a document to its
reader.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from palate.address import shown_address
from palate.document.archive import members, open_archive
from palate.document.reader import DocumentReader
from palate.errors import BadSource, FetchRefused
from palate.source.bookmarks_html import read_bookmarks
from palate.source.bookmarks_json import read_bookmarks_json
from palate.source.docx import read_docx
from palate.source.epub import read_epub
from palate.source.feeds import read_feed
from palate.source.fetch import MAX_BODY_BYTES
from palate.source.fetch_cache import FetchCache
from palate.source.folder import files_in, read_each
from palate.source.formats import Format
from palate.source.items import Columns, Items, Skipped
from palate.source.jsonfeed import read_jsonfeed
from palate.source.mail import read_mail, read_mbox
from palate.source.odt import read_odt
from palate.source.opml import read_opml
from palate.source.page import read_page
from palate.source.pdf import read_pdf
from palate.source.plain import read_blocks, read_markdown, read_plain
from palate.source.references.bibtex import read_bibtex
from palate.source.references.endnote_xml import read_endnote_xml
from palate.source.references.enw import read_enw
from palate.source.references.nbib import read_nbib
from palate.source.references.ovid import read_ovid
from palate.source.references.pubmed_xml import read_pubmed_xml
from palate.source.references.ris import read_ris
from palate.source.references.wos import read_wos
from palate.source.request import parse
from palate.source.sniffing import format_of
from palate.source.starred import read_starred
from palate.source.tables import read_table
from palate.source.values import read_values

TABLE_READERS: dict[Format, Callable[[DocumentReader, Columns], Items]] = {
    "table": read_table,
    "ris": read_ris,
    "bibtex": read_bibtex,
    "nbib": read_nbib,
    "wos": read_wos,
    "enw": read_enw,
    "ovid": read_ovid,
    "endnote-xml": read_endnote_xml,
    "pubmed-xml": read_pubmed_xml,
}
TEXT_READERS: dict[Format, Callable[[DocumentReader], Items]] = {
    "plain": read_plain,
    "blocks": read_blocks,
    "markdown": read_markdown,
    "feed": read_feed,
    "jsonfeed": read_jsonfeed,
    "page": read_page,
    "starred": read_starred,
    "bookmarks": read_bookmarks,
    "bookmarks-json": read_bookmarks_json,
    "mail": read_mail,
    "mbox": read_mbox,
    "pdf": read_pdf,
    "epub": read_epub,
    "docx": read_docx,
    "odt": read_odt,
}
MAX_PARALLEL_FETCHES = 8  # feeds of an OPML list


class DocumentSource:
    """A file or standard input. Use UrlSource for what must be fetched first."""

    def __init__(
        self, document: DocumentReader, columns: Columns, cache: FetchCache, *, streamed: bool = False
    ) -> None:
        self.name, self.document, self.columns, self.cache, self.streamed = (
            document.name,
            document,
            columns,
            cache,
            streamed,
        )

    @property
    def unchanged(self) -> bool:
        return self.cache.unchanged

    def __iter__(self) -> Items:
        return read_document(self.document, self.columns, self.cache, streamed=self.streamed)


class UrlSource:
    """An address: a feed, a list of feeds, a page, or any file that can be read."""

    def __init__(self, url: str, columns: Columns, cache: FetchCache) -> None:
        self.name, self.url, self.columns, self.cache = shown_address(str(parse(url))), url, columns, cache

    @property
    def unchanged(self) -> bool:
        return self.cache.unchanged

    def __iter__(self) -> Items:
        document = fetched_document(self.url, self.cache)
        if not document:
            return
        if format_of(document) == "opml":
            self.cache.forget(self.url)  # its feeds may have news although the list itself has none
        yield from read_document(document, self.columns, self.cache)


class FolderSource:
    """All files below a folder. A file that cannot be read is Skipped; a folder without any text is a
    BadSource.
    """

    def __init__(self, folder: Path, columns: Columns, cache: FetchCache) -> None:
        self.name, self.folder, self.columns, self.cache = (
            folder.resolve().name or str(folder),
            folder,
            columns,
            cache,
        )

    @property
    def unchanged(self) -> bool:
        return self.cache.unchanged

    def __iter__(self) -> Items:
        documents = (
            file_document(path, f"{self.name}/{path.relative_to(self.folder).as_posix()}")
            for path in files_in(self.folder)
        )
        try:
            yield from read_each(
                f"folder {self.name}",
                documents,
                lambda document: read_document(document, self.columns, self.cache),
            )
        except BadSource:
            if not self.unchanged:
                raise


class ItemSource:
    """Python values: make gives them, each time it is called."""

    unchanged = False

    def __init__(self, name: str, make: Callable[[], Iterable[Any]], columns: Columns) -> None:
        self.name, self.make, self.columns = name, make, columns

    def __iter__(self) -> Items:
        return read_values(self.name, self.make(), self.columns)


def file_document(path: Path, name: str) -> DocumentReader:
    return DocumentReader(name, lambda: path.open("rb"), path=path)


def fetched_document(url: str, cache: FetchCache) -> DocumentReader | None:
    """Returns what the address gives; None where nothing is new."""
    fetched = cache.fetch(url)
    if fetched.status == 304:
        return None
    return DocumentReader.from_bytes(
        shown_address(str(parse(url))),
        fetched.body,
        url=fetched.url,
        content_type=fetched.content_type,
        max_unpacked_bytes=MAX_BODY_BYTES,
    )


def read_document(
    document: DocumentReader, columns: Columns, cache: FetchCache, *, streamed: bool = False
) -> Items:
    """Reads the texts of a document in any format.

    columns counts for tables; feeds, pages and plain texts have
    none.
    """
    format = format_of(document, streamed=streamed)
    if format == "opml":
        yield from read_listed(document, cache)
    elif format == "zip":
        yield from read_archive(document, columns, cache)
    elif format in TABLE_READERS:
        yield from TABLE_READERS[format](document, columns)
    else:
        yield from TEXT_READERS[format](document)


def read_archive(document: DocumentReader, columns: Columns, cache: FetchCache) -> Items:
    """Reads the files of a zip archive as those of a folder; one that is an archive itself is Skipped."""

    def read(member: DocumentReader) -> Items:
        if format_of(member) == "zip":
            raise BadSource(f"{member.name} is an archive inside an archive; unpack it first")
        return read_document(member, columns, cache)

    with open_archive(document) as archive:
        yield from read_each(document.name, members(document, archive), read)


def read_listed(document: DocumentReader, cache: FetchCache) -> Items:
    """Reads the entries of all feeds of an OPML list, in its order. A feed that fails is Skipped."""
    from concurrent.futures import ThreadPoolExecutor

    feeds = read_opml(document)
    pool = ThreadPoolExecutor(MAX_PARALLEL_FETCHES)
    try:
        for feed, _ in zip(feeds, pool.map(cache.answer, [feed.url for feed in feeds]), strict=True):
            try:
                fetched = fetched_document(feed.url, cache)
                if fetched:
                    yield from (
                        read_jsonfeed(fetched) if format_of(fetched) == "jsonfeed" else read_feed(fetched)
                    )
            except (BadSource, FetchRefused) as error:
                cache.forget(feed.url)
                yield Skipped(f"{document.name}, {feed.title}", str(error))
    finally:
        pool.shutdown(cancel_futures=True)


def is_frame(value: object) -> bool:
    """Whether it is a data frame of pandas or polars, told without importing either."""
    return hasattr(value, "columns") and (hasattr(value, "to_dicts") or hasattr(value, "to_dict"))


def frame_rows(frame: Any) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = (
        frame.to_dicts() if hasattr(frame, "to_dicts") else frame.to_dict(orient="records")
    )
    return rows
