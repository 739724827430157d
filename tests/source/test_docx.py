import pytest

from archives import packed
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.docx import read_docx
from palate.source.items import Skipped
from palate.source.sniffing import format_of
from palate.text import Text

pytestmark = pytest.mark.needs("documents")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}" Target="word/document.xml"/></Relationships>'
)


def docx(paragraphs: str, title: str = "") -> bytes:
    dublin = "http://purl.org/dc/elements/1.1/"
    core = f'<p xmlns:dc="{dublin}"><dc:title>{title}</dc:title><dc:creator>Jane Doe</dc:creator></p>'
    return packed(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "docProps/core.xml": core,
            "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{paragraphs}</w:body></w:document>',
        }
    )


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def read(data: bytes) -> Text | Skipped:
    document = DocumentReader.from_bytes("a.docx", data)
    assert format_of(document) == "docx"
    (item,) = read_docx(document)
    return item


def test_paragraphs_are_read_and_the_first_line_is_the_title() -> None:
    text = read(docx(paragraph("On cats") + paragraph("They sleep &amp; wake."), "Document1"))
    assert isinstance(text, Text)
    assert (text.title, text.body, text.extra) == ("On cats", "They sleep & wake.", {"authors": ["Jane Doe"]})


def test_a_stated_title_counts_if_the_text_has_its_words() -> None:
    text = read(docx(paragraph("Draft") + paragraph("The sleep of cats is long."), "The Sleep of Cats"))
    assert isinstance(text, Text)
    assert text.title == "The Sleep of Cats"


def test_what_was_deleted_is_not_read_and_what_was_inserted_is() -> None:
    inserted = "<w:ins><w:r><w:t>Cats</w:t></w:r></w:ins>"
    deleted = "<w:del><w:r><w:delText>Dogs</w:delText></w:r></w:del>"
    text = read(docx(f"<w:p>{inserted}{deleted}</w:p>"))
    assert isinstance(text, Text)
    assert text.content == "Cats"


def test_a_document_without_text_is_skipped() -> None:
    assert read(docx("<w:p/>")) == Skipped("a.docx", "document has no text")


@pytest.mark.parametrize("body", ["<w:p", "<x>" * 5000, "</w:body>"])
def test_a_broken_document_is_refused(body: str) -> None:
    with pytest.raises(BadSource, match=r"a\.docx is a broken Word document"):
        read(docx(body))
