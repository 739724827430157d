import io
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.arrow import BATCH_ROWS, read_arrow
from palate.table.row import Row


def parquet_rows(table: pa.Table) -> list[Row]:
    out = io.BytesIO()
    parquet.write_table(table, out)
    return list(read_arrow(DocumentReader.from_bytes("a.parquet", out.getvalue())))


def test_values_come_as_python_has_them() -> None:
    table = pa.table(
        {
            "title": pa.array([b"Caf\xc3\xa9", b"\xff"], pa.binary()),
            "words": pa.array([[b"a", b"b"], None], pa.list_(pa.large_binary())),
            "kind": pa.array(["x", "y"]).dictionary_encode(),
            "price": pa.array([Decimal("3.00"), Decimal("2.50")], pa.decimal128(5, 2)),
            "on": pa.array([date(2020, 3, 4), None]),
            "at": pa.array([1583280000_000000001, None], pa.timestamp("ns")),
        }
    )
    first, second = parquet_rows(table)
    assert first.cells == {
        "title": "Café",
        "words": ["a", "b"],
        "kind": "x",
        "price": 3,
        "on": date(2020, 3, 4),
        "at": datetime(2020, 3, 4),  # noqa: DTZ001  # the file has no zone
    }
    assert (second.cells["title"], second.cells["price"], second.cells["at"]) == (b"\xff", 2.5, None)


def test_a_date_beyond_what_python_holds_is_none() -> None:
    (row,) = parquet_rows(pa.table({"title": ["a"], "at": pa.array([1 << 58], pa.timestamp("us"))}))
    assert row.cells == {"title": "a", "at": None}


def test_pandas_index_is_read_past_and_columns_of_one_name_are_kept() -> None:
    schema = pa.table({"title": ["a"], "doi": [None], "__index_level_0__": [5]})
    table = schema.append_column("doi", [["10.1/x"]])
    out = io.BytesIO()
    with ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    (row,) = read_arrow(DocumentReader.from_bytes("a.arrow", out.getvalue()))
    assert row.cells == {"title": "a", "doi": "10.1/x", "doi.2": ""}


@pytest.mark.parametrize("compression", ["zstd", "lz4", "uncompressed"])
def test_feather_and_arrow_streams_are_read_in_order(compression: str) -> None:
    table = pa.table({"n": list(range(3 * BATCH_ROWS + 1))})
    out, stream = io.BytesIO(), io.BytesIO()
    feather.write_feather(table, out, compression=compression)
    with ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    for data in (out.getvalue(), stream.getvalue()):
        rows = list(read_arrow(DocumentReader.from_bytes("a.feather", data)))
        assert [row.cells["n"] for row in rows] == list(range(len(table)))
        assert rows[-1].where == f"a.feather, row {len(table)}"


@pytest.mark.parametrize(("mark", "kind"), [(b"PAR1", "Parquet"), (b"ARROW1", "Arrow")])
def test_a_broken_file_is_refused(mark: bytes, kind: str) -> None:
    with pytest.raises(BadSource, match=rf"^a\.x cannot be read as {kind}: .*; write the file anew$"):
        list(read_arrow(DocumentReader.from_bytes("a.x", mark + b" and no more")))


def test_names_that_are_no_utf8_are_refused() -> None:
    out = io.BytesIO()
    feather.write_feather(pa.table({"title": ["Fog"]}), out, compression="uncompressed")
    broken = out.getvalue().replace(b"title", b"\xcc(tle")
    with pytest.raises(BadSource, match="cannot be read"):
        read_arrow(DocumentReader.from_bytes("a.feather", broken))
