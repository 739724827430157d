import io
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.reader import has_table, read_rows
from table.tables import WRITERS, ods

ROWS = [{"title": "Snow, and", "text": 'She "s"\nand', "n": 4}, {"title": "Ä 猫", "text": "R | h", "n": 2}]


@pytest.mark.parametrize("suffix", WRITERS)
@given(place=st.floats(0, 1, exclude_max=True), patch=st.binary(max_size=4), n_lost=st.integers(0, 40))
def test_a_damaged_file_gives_rows_or_one_sentence(
    suffix: str, place: float, patch: bytes, n_lost: int
) -> None:
    data = WRITERS[suffix](ROWS)
    at = int(place * len(data))
    damaged = data[:at] + patch + data[at + n_lost :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            rows = list(read_rows(DocumentReader.from_bytes(f"a.{suffix}", damaged)))
        except BadSource:
            return
    assert not any(row.problem and row.cells for row in rows)


@pytest.mark.parametrize("n_lost", [1, 10, 20, 40])
def test_an_ods_file_whose_xml_does_not_end_is_refused(n_lost: int) -> None:
    archive = zipfile.ZipFile(io.BytesIO(ods([["title"], ["Cats"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as broken:
        for name in archive.namelist():
            part = archive.read(name)
            broken.writestr(name, part[:-n_lost] if name == "content.xml" else part)
    with pytest.raises(
        BadSource, match=r"^a\.ods cannot be read as a spreadsheet: (no element found|unclosed token)"
    ):
        list(read_rows(DocumentReader.from_bytes("a.ods", out.getvalue())))


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_form_is_told_by_content_whatever_the_name(suffix: str) -> None:
    rows = list(read_rows(DocumentReader.from_bytes("download", WRITERS[suffix](ROWS))))
    assert [row.cells["title"] for row in rows] == ["Snow, and", "Ä 猫"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title,text\nCats,They sleep.\n", True),
        ("id\ttitle\n1\tCats\n", True),
        ("title\nCats\n", True),
        ("Search of March\ntitle\ttext\nCats\tsleep\n", True),
        ("Dear all,\nhere is title, place and time\nof it, as you, asked\n", False),
        ("Title\n\nThis is prose.\n", False),
        ("A title, and more\n\nThis is prose, of a kind.\n", False),
        ("title, text and all that\nis what one may, or may not, write, in prose.\n", False),
        ("name\n", False),
        ('"title\n', False),
        ("", False),
    ],
)
def test_prose_is_no_table(text: str, expected: bool) -> None:
    document = DocumentReader.from_bytes("a", text.encode())
    assert has_table(document, lambda name: name.strip().lower() in ("title", "text")) == expected
