import json

import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.bookmarks_json import read_bookmarks_json
from palate.text import Text

FIREFOX = {
    "title": "",
    "type": "text/x-moz-place-container",
    "root": "placesRoot",
    "children": [
        {
            "title": "menu",
            "type": "text/x-moz-place-container",
            "children": [
                {
                    "title": "Pets",
                    "type": "text/x-moz-place-container",
                    "children": [
                        {
                            "title": "Cats",
                            "uri": "https://a.org/1",
                            "dateAdded": 1583280000000000,
                            "tags": "x,y",
                        },
                        {"title": "Asked often", "uri": "place:sort=8"},
                    ],
                }
            ],
        }
    ],
}


def test_firefox_has_folders_tags_and_microseconds() -> None:
    cats, asked = read_bookmarks_json(DocumentReader.from_bytes("b.json", json.dumps(FIREFOX).encode()))
    assert isinstance(cats, Text)
    assert cats.published
    assert (cats.title, cats.published.isoformat()) == ("Cats", "2020-03-04T00:00:00+00:00")
    assert cats.extra == {"tags": ["x", "y"], "folder": "Pets"}
    assert not isinstance(asked, Text)


@pytest.mark.parametrize("data", [b"{", b"[" * 100_000, b"{}", b"[1]", b'{"children": {"a": 1}}'])
def test_what_holds_no_bookmark_is_refused(data: bytes) -> None:
    with pytest.raises(BadSource, match="export the bookmarks again"):
        list(read_bookmarks_json(DocumentReader.from_bytes("b.json", data)))
