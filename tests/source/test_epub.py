import pytest

from archives import packed
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source import epub as epub_module
from palate.source.epub import read_epub
from palate.source.items import Skipped
from palate.text import Text

CONTAINER = """<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Cat Book</dc:title>
<dc:creator>Jane Doe</dc:creator><dc:creator>R. Roe</dc:creator><dc:language>en</dc:language>
<dc:date>2020-03-04</dc:date></metadata>
<manifest><item id="two" href="two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="notes" href="notes.xhtml" media-type="application/xhtml+xml"/>
<item id="style" href="a.css" media-type="text/css"/></manifest>
<spine><itemref idref="one"/><itemref idref="two"/><itemref idref="notes" linear="no"/>
<itemref idref="gone"/></spine>
</package>"""
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/text/one.xhtml": "<head><title>no</title></head><body><h1>One</h1><p>Cafés &amp; cats.</p></body>",
    "OEBPS/two b.xhtml": "<html><body><h1>Two</h1><p>Dogs.</p></body></html>",
    "OEBPS/notes.xhtml": "<html><body>A note.</body></html>",
}


def read(files: dict[str, str]) -> Text | Skipped:
    (item,) = read_epub(DocumentReader.from_bytes("shelf/cats.epub", packed(files)))
    return item


def test_a_book_is_one_text_in_reading_order() -> None:
    book = read(BOOK)
    assert isinstance(book, Text)
    assert (book.title, book.body) == ("The Cat Book", "One\n\nCafés & cats.\n\nTwo\n\nDogs.")
    assert book.published
    assert (book.language, book.published.year, book.extra) == (
        "en",
        2020,
        {"authors": ["Jane Doe", "R. Roe"]},
    )


def test_a_long_book_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_module, "MAX_LINE_BYTES", 1000)
    long = read(
        {**BOOK, "OEBPS/text/one.xhtml": f"<p>{'cats ' * 150}", "OEBPS/two b.xhtml": f"<p>{'dogs ' * 190}"}
    )
    assert isinstance(long, Text)
    assert 900 < len(long.body) <= 1002


def test_a_book_without_a_title_is_called_by_its_file() -> None:
    book = read({**BOOK, "OEBPS/book.opf": PACKAGE.replace("<dc:title>The Cat Book</dc:title>", "")})
    assert isinstance(book, Text)
    assert book.title == "cats"


def test_a_book_without_text_is_skipped() -> None:
    assert read({**BOOK, "OEBPS/book.opf": "<package/>"}) == Skipped("shelf/cats.epub", "book has no text")


def test_a_protected_book_is_refused_and_one_with_hidden_fonts_read() -> None:
    def encryption(name: str) -> dict[str, str]:
        return {**BOOK, "META-INF/encryption.xml": f'<a><CipherReference URI="{name}"/></a>'}

    assert isinstance(read(encryption("OEBPS/font.otf")), Text)
    with pytest.raises(BadSource, match="protected against copying"):
        read(encryption("OEBPS/text/one.xhtml"))


@pytest.mark.parametrize(
    "package",
    ["<package", '<!DOCTYPE p [<!ENTITY a "b">]><package>&a;</package>', "\ufffe", "<?xml encoding='x'?>"],
)
def test_a_broken_package_is_refused(package: str) -> None:
    with pytest.raises(BadSource, match="save it again"):
        read({**BOOK, "OEBPS/book.opf": package})
