"""Records: rows of a table as training and replay ask for them."""

import csv
import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from palate.errors import BadSource
from palate.table.record import Record, read_records

Cell = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=0, max_size=12
)
Rows = st.lists(st.fixed_dictionaries({"text": Cell, "la bel": Cell}), min_size=1, max_size=6)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    kind = path.name.split(".", 1)[1]
    if kind == "parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
        return
    opened = gzip.open if kind.endswith(".gz") else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        if kind.startswith("jsonl"):
            file.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            table = csv.DictWriter(
                file, list(rows[0]), delimiter="\t" if kind.startswith("tsv") else ",", quoting=csv.QUOTE_ALL
            )
            table.writeheader()
            table.writerows(rows)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "tsv", "tsv.gz", "jsonl", "jsonl.gz", "parquet"])
@given(rows=Rows)
def test_rows_are_read_as_written(kind: str, rows: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{kind}"
        write(path, rows)
        assert [
            {name: record.value(name) for name in row}
            for record, row in zip(read_records(path), rows, strict=True)
        ] == [{name: cell.replace("\0", "").strip() for name, cell in row.items()} for row in rows]


def test_lists_are_words_with_blanks_and_what_is_null_is_not_there(tmp_path: Path) -> None:
    rows = [{"tokens": ["A", "cat"], "stars": 4.5, "year": None}, {"tokens": [], "stars": 2.0, "year": 1999}]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    packed = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), packed)
    for file in (path, packed):
        first, second = read_records(file)
        assert (first.value("tokens"), first.value("stars"), first.has("year")) == ("A cat", "4.5", False)
        assert [second.value(name) for name in rows[1]] == ["", "2", "1999"]
        assert (first.where, second.where) == (f"{file}, row 1", f"{file}, row 2")


def test_the_first_column_that_is_there_counts_in_any_case_and_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\t Kind \nA, b\tx\n")
    (line,) = read_records(path)
    assert line.value("label", "kind") == "x"
    with pytest.raises(
        BadSource, match=r"a\.tsv, row 2: there is no column label or class; the columns are: text, Kind$"
    ):
        line.value("label", "class")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"text,label\n", "has no rows"),
        ("a.csv", b"", "has no rows"),
        (
            "a.csv",
            b"text,label\nx,y,z\n",
            "row 2: it has 3 cells where the header has 2; .* ',' needs quotes",
        ),
        ("a.tsv", b"text\tlabel\nx\ty\tz\n", r"row 2: it has 3 cells where .* '\\t' needs quotes"),
        ("a.csv", b'text,label\nx,y\n"z,y\nx,y\n', "row 3: a quote is opened and never closed"),
        ("a.csv.gz", b"\x1f\x8b no gzip", "is broken after"),
        ("a.jsonl", b'{"text": "x"}\n{"text": \n', "row 2: line is no JSON"),
        ("a.jsonl", b"[1]\n", "row 1: expected an object or a string, got a list"),
        ("a.json", b'[{"text": "x"},]', "no JSON: a comma stands before the closing bracket at character 16"),
        ("a.parquet", b"PAR1 and no more", "cannot be read as Parquet"),
        ("a.pdf", b"%PDF" + bytes(range(256)), "is no table that can be read; save it as"),
        ("a.xls", b"<html><table><tr><td>text", "is markup .* and no table; save it as"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadSource, match=message):
        list(read_records(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        with pytest.raises(BadSource, match=r"there is no file .*; check its name"):
            list(read_records(tmp_path / name))


@pytest.mark.parametrize(("cell", "number"), [("4", 4.0), (" -0.5 ", -0.5), ("1e3", 1000.0)])
def test_a_number_is_read_without_the_white_space_around_it(cell: str, number: float) -> None:
    assert Record("a.csv, row 2", {"stars": cell}).number("stars") == number


@pytest.mark.parametrize("cell", [1, 1.0, "1.0", True, "true", "Yes", "included"])
def test_words_for_yes_are_true(cell: object) -> None:
    assert Record("a.csv, row 2", {"included": cell}).flag("Included") is True


@pytest.mark.parametrize("cell", [0, 0.0, "0.0", False, "False", "no", "Excluded"])
def test_words_for_no_are_false(cell: object) -> None:
    assert Record("a.csv, row 2", {"included": cell}).flag("included") is False


@pytest.mark.parametrize("cell", ["", "2", "maybe", float("nan")])
def test_other_words_are_no_decision(cell: object) -> None:
    with pytest.raises(BadSource, match=r"^a\.csv, row 2: included is .*, expected 1 or 0; mend the row"):
        Record("a.csv, row 2", {"included": cell}).flag("included")


@pytest.mark.parametrize("cell", ["", "  ", "NA", "null", "NaN", float("nan"), "-"])
def test_a_label_that_says_nothing_is_refused_with_its_row(cell: object) -> None:
    with pytest.raises(BadSource, match=r"^a\.csv, row 2: label is empty.*; fill it in or leave the row out"):
        Record("a.csv, row 2", {"label": cell}).label("label")


@pytest.mark.parametrize("cell", ["", "many", "nan", "inf"])
def test_what_is_no_finite_number_is_refused_with_its_line(cell: str) -> None:
    with pytest.raises(BadSource, match=f"^a.csv, row 2: stars is '{cell}', expected a number; mend the row"):
        Record("a.csv, row 2", {"stars": cell}).number("stars")
