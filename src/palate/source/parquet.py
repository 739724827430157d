"""Parquet files -> texts, one per row."""

import io
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.columns import RowReader
from palate.source.items import Columns, Items

BATCH_ROWS = 1000  # rows held at a time


def read_parquet(document: DocumentReader, columns: Columns) -> Items:
    """Reads row by row, holding BATCH_ROWS rows at a time.

    Raises BadSource where it is no Parquet file that can be read, MissingExtra without [parquet].
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra(f"the Parquet file {document.name}", "parquet") from None

    rows = RowReader(document.name, columns, document.place)
    number = unpacked = 0
    try:
        with document.open() as opened:
            file = parquet.ParquetFile(opened if opened.seekable() else io.BytesIO(document.read()))
            rows.check(file.schema_arrow.names)
            # Python's datetime holds microseconds: nanoseconds would be refused
            times = pyarrow.schema(
                [
                    field.with_type(pyarrow.timestamp("us", field.type.tz))
                    if _is_nanoseconds(field.type)
                    else field
                    for field in file.schema_arrow
                ]
            )
            for batch in file.iter_batches(BATCH_ROWS):
                unpacked += batch.nbytes
                if unpacked > document.max_unpacked_bytes:
                    raise BadSource(
                        f"{document.name} unpacks to more than {document.max_unpacked_bytes} bytes; split it"
                    )
                row: dict[str, Any]
                for row in batch.cast(times, safe=False).to_pylist():
                    number += 1
                    yield rows.text(row, f"{document.name}, row {number}")
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise BadSource(
            f"{document.name} cannot be read as Parquet: {reason}; write the file anew"
        ) from error


def _is_nanoseconds(kind: Any) -> bool:
    return str(kind).startswith("timestamp[ns")
