"""What a file of examples is read as, and the one sentence for each way in which it can be wrong."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from palate.errors import BadSource
from palate.training.run.table import read_table

Write = Callable[..., Path]


def test_columns_come_without_blanks_around_and_the_hash_is_of_the_file(write: Write) -> None:
    path = write("a.csv", text=["  one ", "two"], stars=["1", " 2.5"])
    table = read_table(path)
    assert len(table) == 2
    assert table.strings("text") == ["one", "two"]
    assert table.floats("stars") == [1.0, 2.5]
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.has("text", "stars")
    assert not table.has("text", "label")


def test_the_hash_of_a_packed_file_is_of_what_lies_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"text\none\n"))
    assert read_table(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_wrong_column_is_named_with_those_that_are_there(write: Write) -> None:
    table = read_table(write("a.csv", text=["one"], class_=["x"]))
    with pytest.raises(BadSource, match=r"row 2: there is no column label; the columns are: text, class_"):
        table.strings("label")


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_text_is_refused_with_its_row(write: Write, empty: str) -> None:
    table = read_table(write("a.csv", text=["one", empty], label=["x", "y"]))
    with pytest.raises(BadSource, match=r"a\.csv, row 3: text is empty; fill it in or leave the row out"):
        table.strings("text")


@pytest.mark.parametrize("wrong", ["nan", "inf", "-inf", "two", "1,5"])
def test_a_target_that_is_no_finite_number_is_refused_with_its_row(write: Write, wrong: str) -> None:
    table = read_table(write("a.csv", text=["one", "two", "three"], stars=["1", "2", wrong]))
    with pytest.raises(
        BadSource, match=rf"row 4: stars is '{wrong}', expected a number; mend the row or leave it out"
    ):
        table.floats("stars")
