from archives import packed
from palate.document.reader import DocumentReader
from palate.source.items import Skipped
from palate.source.odt import read_odt
from palate.source.sniffing import format_of
from palate.text import Text

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def read(body: str) -> Text | Skipped:
    files = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {NAMES}>{body}</office:document-content>",
    }
    document = DocumentReader.from_bytes("a", packed(files))
    assert format_of(document) == "odt"
    (item,) = read_odt(document)
    return item


def test_headings_paragraphs_and_blanks_are_read_and_comments_left_out() -> None:
    heading = "<text:h>On <text:span>cats</text:span></text:h>"
    body = "<text:p>They<text:s/>sleep<text:line-break/>and<text:tab/>wake<office:annotation>"
    text = read(f"{heading}{body}<text:p>Really?</text:p></office:annotation>.</text:p>")
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("On cats", "They sleep\nand\twake.")


def test_deleted_text_is_not_read() -> None:
    text = read("<text:tracked-changes><text:p>Dogs</text:p></text:tracked-changes><text:p>Cats</text:p>")
    assert isinstance(text, Text)
    assert text.content == "Cats"


def test_nothing_is_skipped_and_depth_ends() -> None:
    assert isinstance(read("<text:p/>"), Skipped)
    assert isinstance(read("<text:p>" * 3000 + "Cats" + "</text:p>" * 3000), Skipped)
