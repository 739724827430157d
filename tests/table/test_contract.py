"""The same rows in every form give the same texts by add, and the same examples by train."""

import io
from pathlib import Path

import pytest

from palate.source import open_source
from palate.text import Text
from palate.training.run.table import read_table
from table.tables import WRITERS

ROWS = [
    {"id": "a1", "title": "Snow, rain", "text": 'He said "snow"\nand slept.', "stars": 4, "label": "pos"},
    {"id": "b2", "title": "Ärger; viel 猫", "text": "Rain | hail\tand fog.", "stars": 2, "label": "neg"},
    {"id": "c3", "title": "Hail", "text": "C:\\dir\\ is a place; 5\" pipe", "stars": 3, "label": "pos"},
]  # fmt: skip


@pytest.mark.parametrize("suffix", WRITERS)
def test_add_reads_the_same_texts(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows.{suffix}"
    path.write_bytes(WRITERS[suffix](ROWS))
    texts = [item for item in open_source(path) if isinstance(item, Text)]
    assert [(text.id, text.title, text.body) for text in texts] == [
        (row["id"], row["title"], row["text"]) for row in ROWS
    ]
    assert [text.extra["label"] for text in texts] == ["pos", "neg", "pos"]
    streamed = open_source("-", stdin=io.BytesIO(path.read_bytes()))
    assert [item.content for item in streamed if isinstance(item, Text)] == [text.content for text in texts]


@pytest.mark.parametrize("suffix", WRITERS)
def test_train_reads_the_same_examples(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows.{suffix}"
    path.write_bytes(WRITERS[suffix](ROWS))
    table = read_table(path)
    assert table.strings("text") == [row["text"] for row in ROWS]
    assert table.labels("Label") == ["pos", "neg", "pos"]
    assert table.floats("stars") == [4, 2, 3]
    assert table.labels("stars") == ["4", "2", "3"]
