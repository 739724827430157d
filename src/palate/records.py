"""Record: one row of a table of recorded facts, such as judgements or labels, with its position in the
file.
"""

import csv
import gzip
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from palate.errors import BadSource, MissingExtra

DELIMITERS = {".csv": ",", ".tsv": "\t"}
SUFFIXES = (*DELIMITERS, ".jsonl", ".parquet")


@dataclass(frozen=True)
class Record:
    """One row. fields: by column, as text; fields that JSON or Parquet leave empty are absent, a list becomes
    its words with spaces.
    """

    path: Path
    line_number: int  # from 1; of a CSV row over several lines the last, of Parquet the row
    fields: Mapping[str, str]

    def value(self, *names: str) -> str:
        """Returns the first of these columns that is there. Raises BadSource where none is."""
        for name in names:
            if name in self.fields:
                return self.fields[name]
        raise self.refuse(
            f"there is no column {' or '.join(names)}; the columns are: {', '.join(self.fields)}"
        )

    def number(self, name: str) -> float:
        """Returns a column as a number. Raises BadSource where it is missing or no finite number."""
        cell = self.value(name).strip()
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.refuse(f"{name} is {cell!r}, expected a number; mend the row or leave it out")
        return number

    def refuse(self, reason: str) -> BadSource:
        """Returns the error with its position."""
        return BadSource(f"{self.path}, line {self.line_number}: {reason}")


def read_records(path: Path) -> Iterator[Record]:
    """Reads the rows of a CSV, TSV, JSON Lines or Parquet file in their order; all but Parquet also with .gz.
    The suffix decides.

    Raises BadSource for another suffix, a file without rows, and at the first row that cannot be read.
    """
    kind = Path(path.name.removesuffix(".gz")).suffix.lower()
    if kind not in SUFFIXES or (kind == ".parquet" and path.suffix == ".gz"):
        ending = path.suffix or "no suffix"
        raise BadSource(
            f"{path} ends in {ending};"
            " tables are read from .csv, .tsv and .jsonl, also with .gz, and .parquet"
        )
    if not path.exists():
        raise BadSource(f"there is no file {path}; check its name")
    record = None
    for record in _parquet(path) if kind == ".parquet" else _text(path, kind):
        yield record
    if record is None:
        raise BadSource(f"{path} has no rows")


def _text(path: Path, kind: str) -> Iterator[Record]:
    record = None
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            for record in _json(path, file) if kind == ".jsonl" else _delimited(path, file, DELIMITERS[kind]):
                yield record
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise BadSource(
            f"cannot read {path} after line {record.line_number if record else 0}: {error}"
        ) from error


def _delimited(path: Path, file: TextIO, delimiter: str) -> Iterator[Record]:
    table = csv.DictReader(file, restkey="", restval="", delimiter=delimiter)
    for fields in table:
        if "" in fields:  # where the reader puts what is beyond the last column
            delimiters = "commas" if delimiter == "," else "tabs"
            raise BadSource(
                f"{path}, line {table.line_num}: more values than columns;"
                f" put quotes around values with {delimiters}"
            )
        yield Record(path, table.line_num, fields)


def _json(path: Path, file: TextIO) -> Iterator[Record]:
    for number, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadSource(f"{path}, line {number}: no JSON: {error}") from error
        if not isinstance(fields, dict):
            kind = type(fields).__name__
            raise BadSource(
                f"{path}, line {number}: expected a JSON object with a field per column, got {kind}"
            )
        yield Record(path, number, _as_text(fields))


def _parquet(path: Path) -> Iterator[Record]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise MissingExtra(f"the Parquet file {path}", "parquet") from None

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024):
                for fields in batch.to_pylist():
                    number += 1
                    yield Record(path, number, _as_text(fields))
    except (ArrowException, OSError) as error:
        raise BadSource(f"cannot read {path} after line {number}: {error}") from error


def _as_text(fields: Mapping[str, object]) -> dict[str, str]:
    return {
        name: " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in fields.items()
        if value is not None
    }
