"""The lists that read-later services export are tables: their columns are known, and so is a bare link."""

import json

import pytest

from palate.document.reader import DocumentReader
from palate.source.items import Columns, Skipped
from palate.source.judgement import judgement_of
from palate.source.tables import read_table
from palate.text import Text

LISTS = {
    "pocket.csv": "title,url,time_added,tags\nCats,https://a.org/1,1583280000,a|b\n",
    "instapaper.csv": "URL,Title,Selection,Folder,Timestamp\n"
    "https://a.org/1,Cats,They sleep.,Starred,1583280000\n",
    "readwise.csv": "Highlight,Book Title,Book Author,Note,Highlighted at\n"
    "They sleep.,Cats,Jane Doe,,2020-03-04 00:00\n",
    "reader.csv": "Title,URL,ID,Document tags,Saved date,Location\n"
    "Cats,https://a.org/1,01a,[],2020-03-04 00:00,later\n",
    "raindrop.csv": "id,title,note,excerpt,url,folder,tags,created,favorite\n"
    "1,Cats,,They sleep.,https://a.org/1,Pets,,2020-03-04T00:00:00.000Z,true\n",
    "omnivore.json": json.dumps(
        [
            {
                "id": "a",
                "title": "Cats",
                "description": "They sleep.",
                "url": "https://a.org/1",
                "savedAt": "2020-03-04",
            }
        ]
    ),
    "wallabag.json": json.dumps(
        [
            {
                "is_starred": 1,
                "id": 1,
                "title": "Cats",
                "url": "https://a.org/1",
                "content": "<p>They <b>sleep</b>.</p>",
                "created_at": "2020-03-04T00:00:00+0000",
            }
        ]
    ),
}
LIKED = {"instapaper.csv", "raindrop.csv", "wallabag.json"}


def read(name: str, content: str) -> list[Text | Skipped]:
    return list(read_table(DocumentReader.from_bytes(name, content.encode()), Columns()))


@pytest.mark.parametrize("name", LISTS)
def test_title_text_address_date_and_star_are_found(name: str) -> None:
    (text,) = read(name, LISTS[name])
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("Cats", "" if name in ("pocket.csv", "reader.csv") else "They sleep.")
    assert text.url == ("" if name == "readwise.csv" else "https://a.org/1")
    assert text.published
    assert text.published.date().isoformat() == "2020-03-04"
    assert judgement_of(text) == (1.0 if name in LIKED else None)


def test_a_saved_link_is_called_by_its_address() -> None:
    rows = ",https://www.a.org/on%20cats/?x=1,1\nhttps://a.org/b,https://a.org/b,1\n,,1\n"
    bare, same, empty = read("a.csv", f"title,url,time_added\n{rows}")
    assert isinstance(bare, Text)
    assert isinstance(same, Text)
    assert (bare.title, same.title) == ("a.org/on cats", "a.org/b")
    assert isinstance(empty, Skipped)


def test_a_row_of_another_table_that_has_an_address_alone_is_skipped() -> None:
    (row,) = read("a.csv", "title,abstract,url\n,,https://a.org/1\n")
    assert row == Skipped("a.csv, row 2", "row has neither title nor text")
