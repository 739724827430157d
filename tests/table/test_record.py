"""Tables of recorded facts: every form reads as the same rows."""

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
from palate.records import Record, read_records

Cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), min_size=0, max_size=12)
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
        assert [dict(line.fields) for line in read_records(path)] == rows


def test_lists_are_words_with_blanks_and_what_is_empty_is_not_there(tmp_path: Path) -> None:
    rows = [{"tokens": ["A", "cat"], "stars": 4.5, "year": None}, {"tokens": [], "stars": 2.0, "year": 1999}]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    packed = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), packed)
    for file in (path, packed):
        first, second = read_records(file)
        assert dict(first.fields) == {"tokens": "A cat", "stars": "4.5"}
        assert dict(second.fields) == {"tokens": "", "stars": "2.0", "year": "1999"}
        assert (first.line_number, second.line_number) == (1, 2)


def test_the_first_column_that_is_there_counts_and_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tkind\nA, b\tx\n")
    (line,) = read_records(path)
    assert line.value("label", "kind") == "x"
    with pytest.raises(
        BadSource, match=r"a\.tsv, line 2: there is no column label or class; the columns are: text, kind$"
    ):
        line.value("label", "class")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.txt",
            b"x",
            r"a\.txt ends in \.txt; tables are read from \.csv, \.tsv and \.jsonl, also with \.gz, and ",
        ),
        ("a", b"x", "ends in no suffix"),
        ("a.parquet.gz", b"x", r"ends in \.gz"),
        ("a.csv", b"text,label\n", "has no rows"),
        (
            "a.csv",
            b"text,label\nx,y,z\n",
            "line 2: more values than columns; put quotes around values with commas",
        ),
        (
            "a.tsv",
            b"text\tlabel\nx\ty\tz\n",
            "line 2: more values than columns; put quotes around values with tabs",
        ),
        ("a.csv", b"text\n\xff\n", "cannot read .* after line 0"),
        ("a.csv.gz", b"no gzip", "cannot read"),
        ("a.jsonl", b'{"text": "x"}\n{"text": \n', "line 2: no JSON"),
        ("a.jsonl", b"[1]\n", "line 1: expected a JSON object with a field per column, got list"),
        ("a.parquet", b"no parquet", "cannot read .* after line 0"),
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
    assert Record(Path("a.csv"), 2, {"stars": cell}).number("stars") == number


@pytest.mark.parametrize("cell", ["", "many", "nan", "inf"])
def test_what_is_no_finite_number_is_refused_with_its_line(cell: str) -> None:
    with pytest.raises(
        BadSource, match=f"^a.csv, line 2: stars is '{cell}', expected a number; mend the row"
    ):
        Record(Path("a.csv"), 2, {"stars": cell}).number("stars")
