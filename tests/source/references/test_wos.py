from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.source.items import GUESSED_COLUMNS
from palate.source.references.wos import read_wos
from palate.text import Text

CIW = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, J
   Roe, R
AF Doe, Jane
   Roe, Richard
TI Snow loads on
   flat roofs
SO J SNOW
ID KEYWORDS; PLUS
AB Roofs were weighed
   in winter.
PY 2020
PD MAR 4
DI 10.1000/snow.1
UT WOS:000123
ER

PT J
AU Poe, E
TI Rain in autumn
AB Rain was measured.
PY 2019
ER

EF
"""


def texts_of(ciw: str) -> list[Text]:
    document = DocumentReader.from_bytes("a.ciw", ciw.encode())
    return [item for item in read_wos(document, GUESSED_COLUMNS) if isinstance(item, Text)]


def test_each_record_gives_title_abstract_authors_ids_and_date() -> None:
    snow, rain = texts_of(CIW)
    assert (snow.title, snow.body) == ("Snow loads on flat roofs", "Roofs were weighed in winter.")
    assert (snow.id, str(snow.published)[:10]) == ("10.1000/snow.1", "2020-03-04")
    assert (snow.extra["authors"], snow.extra["wos"]) == (["Doe, Jane", "Roe, Richard"], "WOS:000123")
    assert snow.extra["keywords_plus"] == "KEYWORDS; PLUS"
    assert (rain.content, rain.extra["authors"]) == ("Rain in autumn\nRain was measured.", ["Poe, E"])


def test_records_are_told_apart_without_a_head_and_with_windows_lines() -> None:
    without_head = CIW.partition("VR 1.0\n")[2].replace("\n", "\r\n")
    assert [text.content_hash for text in texts_of(without_head)] == [
        text.content_hash for text in texts_of(CIW)
    ]


WORD = st.text("abcdefgh", min_size=3, max_size=9)
LINES = st.lists(st.lists(WORD, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=4)


@given(st.lists(st.tuples(LINES, LINES, LINES), min_size=1))
def test_what_is_written_is_read_back(records: list[tuple[list[str], list[str], list[str]]]) -> None:
    ciw = "FN X\nVR 1.0\n"
    for title, abstract, authors in records:
        fields = {"PT": ["J"], "AU": authors, "TI": title, "AB": abstract}
        ciw += "".join(f"{tag} " + "\n   ".join(lines) + "\n" for tag, lines in fields.items()) + "ER\n\n"
    read = texts_of(ciw + "EF\n")
    assert [(text.title, text.body or text.title) for text in read] == [
        (" ".join(title), " ".join(abstract)) for title, abstract, _ in records
    ]
    assert [text.extra["authors"] for text in read] == [authors for *_, authors in records]
