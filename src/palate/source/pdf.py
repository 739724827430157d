"""PDF files -> texts, one per file: the text of all pages."""

import re
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING, Any

from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.file_origin import file_origin
from palate.source.items import Items, Skipped
from palate.source.paper_ids import ids_on_page
from palate.source.pdf_title import largest_line
from palate.source.stated_title import title_of, without_title
from palate.table.cells import clean_text
from palate.text import Text

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfiumError

MAX_PAGES = 5000
MIN_LETTERS = 20  # of a PDF with text; a scan has a page number or a stamp at most
MAX_UNREADABLE_SHARE = 0.3  # of the characters, for which the fonts of the PDF do not say what they stand for
NEEDS_PASSWORD = 4  # PDFium's error code
LINE_HYPHEN = re.compile(r"(\w+)[\x02\ufffe]\s*(\w+)")  # what PDFium gives for a hyphen at the end of a line
UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
_pdfium = Lock()  # PDFium must not be called by two threads at a time


def read_pdf(document: DocumentReader) -> Items:
    """Reads the file as one text; hyphens at line ends are joined.

    The title is that of the metadata, where the first page has it too, else the largest line of the first
    page. A scan without text is Skipped. Raises BadSource for one that is broken or needs a password,
    MissingExtra without [documents]. Costs about a millisecond a page.
    """
    try:
        from pypdfium2 import PdfDocument, PdfiumError
    except ImportError:
        raise MissingExtra(f"the PDF {document.name}", "documents") from None
    data = document.read()
    try:
        with _pdfium, closing(PdfDocument(data)) as pdf:
            text = _text(document, pdf)
    except PdfiumError as error:
        raise _refused(document.name, error) from error
    yield text


def _text(document: DocumentReader, pdf: "PdfDocument") -> Text | Skipped:
    if len(pdf) > MAX_PAGES:
        return Skipped(document.name, f"PDF has {len(pdf)} pages, more than {MAX_PAGES}; split it")
    pages = _pages(pdf)
    whole = "\n\n".join(filter(None, pages))
    n_letters = sum(map(str.isalnum, whole))
    if n_letters < MIN_LETTERS:
        reason = "PDF is a scan without text; recognise its text with: ocrmypdf --skip-text"
        return Skipped(document.name, f"{reason} {document.name} readable.pdf")
    if len(UNREADABLE.findall(LINE_HYPHEN.sub("", whole))) > MAX_UNREADABLE_SHARE * len(whole):
        reason = "PDF does not say what its characters are; recognise its text with: ocrmypdf --force-ocr"
        return Skipped(document.name, f"{reason} {document.name} readable.pdf")
    first_page = next(filter(None, pages))
    stated: dict[str, Any] = pdf.get_metadata_dict(skip_empty=True)
    body = _joined(clean_text(whole))
    title = title_of(clean_text(stated.get("Title", "")), first_page, largest_line(pdf[0]))
    author = " ".join(clean_text(stated.get("Author", "")).split())
    extra: dict[str, Any] = {"authors": [author]} if author and author in " ".join(first_page.split()) else {}
    return Text.of(
        without_title(body, title),
        title=title,
        source=document.name,
        extra={**extra, **ids_on_page(first_page)},
        origin=file_origin(document),
    )


def _pages(pdf: "PdfDocument") -> list[str]:
    """The text of each page, as long as all of it is short enough."""
    pages, size = list[str](), 0
    for page in pdf:
        text_page = page.get_textpage()
        text = text_page.get_text_bounded().replace("\r\n", "\n").strip()
        text_page.close()
        page.close()
        size += len(text)
        if size > MAX_LINE_BYTES:
            break
        pages.append(text)
    return pages


def _joined(text: str) -> str:
    """Puts words together that a hyphen broke at the end of a line; one that is written with a hyphen
    elsewhere, and one that goes on with a capital or a digit, keeps it.

    >>> _joined("man\\x02agement of well\\x02known cat\\x02Dog, well-known")
    'management of well-known cat-Dog, well-known'
    """
    hyphened = set(re.findall(r"\w+-\w+", text))

    def join(broken: re.Match[str]) -> str:
        left, right = broken.groups()
        keeps = f"{left}-{right}" in hyphened or not right[0].islower()
        return f"{left}-{right}" if keeps else left + right

    return re.sub("[\x02\ufffe]", "-", LINE_HYPHEN.sub(join, text))


def _refused(name: str, error: "PdfiumError") -> BadSource:
    if error.err_code == NEEDS_PASSWORD:
        return BadSource(
            f"{name} is an encrypted PDF; save a copy without password, for example with: "
            f"qpdf --decrypt --password=… {name} open.pdf"
        )
    return BadSource(
        f"{name} is a broken PDF ({error}); get it again, or mend it with: qpdf {name} mended.pdf"
    )
