"""Parquet, Feather and Arrow files -> rows with named cells."""

import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from palate.document.reader import DocumentReader
from palate.document.unpacking import size
from palate.errors import BadSource, MissingExtra
from palate.table.header import Header, make_header
from palate.table.row import Row, Rows

BATCH_ROWS = 1000  # rows held at a time
PARQUET_MARK, FEATHER_MARK, STREAM_MARK = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
MARKS = (PARQUET_MARK, FEATHER_MARK, STREAM_MARK)
PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_arrow(document: DocumentReader) -> Rows:
    """Reads row by row, holding BATCH_ROWS rows at a time; bytes are taken for UTF-8, decimals for numbers.

    Raises BadSource where the file cannot be read, MissingExtra without [parquet].
    """
    try:
        import pyarrow
    except ImportError:
        raise MissingExtra(f"the table {document.name}", "parquet") from None

    stream = document.open()
    if not stream.seekable():
        stream.close()
        stream = io.BytesIO(document.read())
    try:
        schema, batches = _opened(stream, document.first_bytes())
        wanted = [
            index
            for index, field in enumerate(schema)
            if not (PANDAS_INDEX.fullmatch(field.name) and pyarrow.types.is_integer(field.type))
        ]
        header = make_header([[schema.names[index] for index in wanted]], 0)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        stream.close()
        raise _unreadable(document, error) from error
    return Rows(header.names, _rows(document, header, _selected(batches, wanted, stream)))


def _opened(stream: BinaryIO, first_bytes: bytes) -> tuple[Any, Iterator[Any]]:
    """The schema, and the record batches."""
    from pyarrow import ipc, parquet

    if first_bytes.startswith(PARQUET_MARK):
        file = parquet.ParquetFile(stream)
        return file.schema_arrow, file.iter_batches(BATCH_ROWS)
    if first_bytes.startswith(FEATHER_MARK):
        reader = ipc.open_file(stream)
        return reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
    batches = ipc.open_stream(stream)
    return batches.schema, iter(batches)


def _selected(batches: Iterator[Any], columns: list[int], stream: BinaryIO) -> Iterator[Any]:
    with stream:
        for batch in batches:
            yield batch.select(columns)


def _rows(document: DocumentReader, header: Header, batches: Iterator[Any]) -> Iterator[Row]:
    import pyarrow

    number = unpacked = 0
    try:
        for batch in batches:
            batch.validate(full=True)  # reading one whose offsets are wrong would end the process
            unpacked += batch.nbytes
            if unpacked > document.max_unpacked_bytes:
                raise BadSource(
                    f"{document.name} unpacks to more than {size(document.max_unpacked_bytes)}; split it"
                )
            for start in range(0, batch.num_rows, BATCH_ROWS):
                columns = [_values(column) for column in batch.slice(start, BATCH_ROWS).columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield Row(f"{document.name}, row {number}", header.cells(cells))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(document, error) from error


def _values(column: Any) -> Sequence[Any]:
    import pyarrow

    kind = column.type
    if pyarrow.types.is_timestamp(kind) and kind.unit == "ns":
        # Python's datetime holds microseconds: nanoseconds would be refused
        column = column.cast(pyarrow.timestamp("us", kind.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # a date beyond the year 9999
        values = [_value(scalar) for scalar in column]
    return [_plain(value) for value in values] if "binary" in str(kind) or "decimal" in str(kind) else values


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        return None


def _plain(value: Any) -> Any:
    """Bytes as text, where they are UTF-8, and decimals as numbers, also inside of lists and records."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {name: _plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def _unreadable(document: DocumentReader, error: Exception) -> BadSource:
    kind = "Parquet" if document.first_bytes().startswith(PARQUET_MARK) else "Arrow"
    reason = str(error).partition("\n")[0]
    return BadSource(f"{document.name} cannot be read as {kind}: {reason}; write the file anew")
