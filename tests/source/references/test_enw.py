from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.source.items import GUESSED_COLUMNS
from palate.source.references.enw import read_enw
from palate.text import Text

ENW = """%0 Journal Article
%A Doe, J
%A Roe, R
%T Snow loads on flat roofs
%D 2020
%8 March 4
%R 10.1000/Snow
%U https://pub.example/snow
%M X12
%K snow
roofs
%X Roofs were weighed.

In winter.

%0 Journal Article
%T Rain in autumn
%X Rain was measured.
"""


def texts_of(enw: str) -> list[Text]:
    document = DocumentReader.from_bytes("a.enw", enw.encode())
    return [item for item in read_enw(document, GUESSED_COLUMNS) if isinstance(item, Text)]


def test_each_record_gives_title_abstract_authors_ids_and_date() -> None:
    snow, rain = texts_of(ENW)
    assert (snow.title, snow.body) == ("Snow loads on flat roofs", "Roofs were weighed.\n\nIn winter.")
    assert (snow.id, snow.url, snow.origin) == ("10.1000/snow", "https://pub.example/snow", "a.enw\nX12")
    assert str(snow.published)[:10] == "2020-03-04"
    assert (snow.extra["authors"], snow.extra["keywords"]) == (["Doe, J", "Roe, R"], ["snow", "roofs"])
    assert rain.content == "Rain in autumn\nRain was measured."


def test_records_without_a_type_are_told_apart_by_blank_lines() -> None:
    assert [text.title for text in texts_of("%T One\n%X a\n\n%T Two\n%X b\n")] == ["One", "Two"]


WORD = st.text("abcdefgh", min_size=3, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)


@given(st.lists(st.tuples(SENTENCE, st.lists(SENTENCE, min_size=1), st.lists(WORD, min_size=1)), min_size=1))
def test_what_is_written_is_read_back(records: list[tuple[str, list[str], list[str]]]) -> None:
    enw = ""
    for title, paragraphs, authors in records:
        lines = [
            "%0 Book",
            f"%T {title}",
            *(f"%A {name}" for name in authors),
            "%X " + "\n\n".join(paragraphs),
        ]
        enw += "\n".join(lines) + "\n\n"
    assert [
        (text.title, (text.body or text.title).split("\n\n"), text.extra["authors"]) for text in texts_of(enw)
    ] == records
