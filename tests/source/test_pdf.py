from collections.abc import Sequence
from pathlib import Path

import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source import open_source
from palate.source.items import Skipped
from palate.source.pdf import read_pdf
from palate.text import Text

pytestmark = pytest.mark.needs("documents")


def pdf(pages: Sequence[Sequence[tuple[float, str]]], info: str = "", more: str = "") -> bytes:
    """A PDF. pages: the lines of each, with their size in points. info: its metadata. more: its trailer."""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", font, f"<<{info}>>"]
    kids = []
    for lines in pages:
        shown = "".join(f"/F {size} Tf 0 -{size + 4} Td ({text}) Tj " for size, text in lines)
        stream = f"BT 50 750 Td {shown}ET"
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        resources = "<</Font<</F 3 0 R>>>>"
        box = "/MediaBox[0 0 600 800]"
        objects.append(f"<</Type/Page/Parent 2 0 R{box}/Resources{resources}/Contents {len(objects)} 0 R>>")
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>"
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj{content}endobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info 4 0 R{more}>>"
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return data + f"{head}{trailer}\nstartxref\n{len(data)}\n%%EOF".encode()


def read(data: bytes) -> Text | Skipped:
    (item,) = read_pdf(DocumentReader.from_bytes("papers/a.pdf", data))
    return item


def only(data: bytes) -> Text:
    text = read(data)
    assert isinstance(text, Text), text
    return text


BODY = [(10.0, "Cats sleep in the warm kitchen all after-"), (10.0, "noon, and wake at night.")]


def test_all_pages_are_read_and_the_largest_line_is_the_title() -> None:
    text = only(pdf([[(18, "Acta"), (16, "On sleeping cats"), *BODY], [(10, "They wake on page two.")]]))
    assert text.title == "On sleeping cats"
    assert "all afternoon, and wake" in text.body
    assert text.body.endswith("They wake on page two.")


@pytest.mark.parametrize(
    ("info", "title"),
    [
        ("/Title(The Sleep of Cats)", "The Sleep of Cats"),
        ("/Title(Microsoft Word - draft7.doc)", "Sleep of cats"),
        ("/Title(untitled)", "Sleep of cats"),
        ("/Title(submission_final)", "Sleep of cats"),
        ("/Title(Paper Title Goes Here Please)", "Sleep of cats"),
    ],
)
def test_a_stated_title_counts_if_the_page_has_its_words(info: str, title: str) -> None:
    assert only(pdf([[(16, "Sleep of cats"), *BODY]], info)).title == title


def test_the_author_stated_counts_if_the_page_names_them() -> None:
    lines = [(16.0, "Sleep of cats"), (10.0, "Jane Doe"), *BODY]
    assert only(pdf([lines], "/Author(Jane Doe)")).extra == {"authors": ["Jane Doe"]}
    assert only(pdf([lines], "/Author(admin)")).extra == {}


def test_ids_of_the_first_page_are_kept() -> None:
    stamp = [(10.0, "arXiv:2003.00001v2 [cs.IR]"), (10.0, "https://doi.org/10.1000/Cats.7")]
    assert only(pdf([[*stamp, *BODY], [(10, "See 10.1000/other")]])).extra == {
        "doi": "10.1000/cats.7",
        "arxiv": "2003.00001",
    }


def test_a_scan_is_skipped_with_the_mend() -> None:
    scan = read(pdf([[(10, "7")], []]))
    assert isinstance(scan, Skipped)
    assert "ocrmypdf" in scan.reason


def test_a_password_and_a_broken_file_are_refused() -> None:
    key = "0" * 64
    lock = f"/ID[<{key}><{key}>]/Encrypt<</Filter/Standard/V 1/R 2/O<{key}>/U<{key}>/P -4>>"
    with pytest.raises(BadSource, match=r"encrypted PDF.*qpdf --decrypt"):
        read(pdf([BODY], more=lock))
    with pytest.raises(BadSource, match="broken PDF"):
        read(b"%PDF-1.7 and nothing more")


def test_words_before_the_mark_and_another_suffix_do_not_hide_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "download.txt"
    path.write_bytes(b"HTTP/1.1 200 OK\r\n\r\n" + pdf([[(16, "Sleep of cats"), *BODY]]))
    (text,) = open_source(path)
    assert isinstance(text, Text)
    assert (text.title, text.origin) == ("Sleep of cats", f"{path.resolve()}\n")


def test_two_pdfs_are_read_side_by_side() -> None:
    data = pdf([[(16, "Sleep of cats"), *BODY]])
    sides = zip(
        *(read_pdf(DocumentReader.from_bytes(name, data)) for name in ("a.pdf", "b.pdf")), strict=True
    )
    ((one, other),) = sides
    assert isinstance(one, Text)
    assert isinstance(other, Text)
    assert (one.source, other.source, one.content) == ("a.pdf", "b.pdf", other.content)
