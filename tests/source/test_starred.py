import json

from palate.document.reader import DocumentReader
from palate.source.judgement import judgement_of
from palate.source.starred import read_starred
from palate.text import Text


def test_articles_are_read_and_only_those_starred_are_liked() -> None:
    items = [
        {
            "title": "Cats &amp; dogs",
            "published": 1583280000,
            "alternate": [{"href": "https://a.org/1"}],
            "content": {"content": "<p>They <b>sleep</b>.</p>"},
            "summary": {"content": "short"},
            "categories": ["user/1/state/com.google/starred", "user/1/label/Pets"],
            "origin": {"title": "Zoo"},
            "author": "Jane",
        },
        {
            "title": "Read",
            "alternate": [{"href": "https://a.org/2"}],
            "categories": ["user/1/state/com.google/read"],
        },
        "nothing",
    ]
    stream = json.dumps({"id": "user/1/state/com.google/reading-list", "items": items})
    liked, only_read, skipped = read_starred(DocumentReader.from_bytes("s.json", stream.encode()))
    assert isinstance(liked, Text)
    assert isinstance(only_read, Text)
    assert (liked.title, liked.body, liked.url) == ("Cats & dogs", "They sleep.", "https://a.org/1")
    assert liked.published
    assert liked.published.date().isoformat() == "2020-03-04"
    assert liked.extra == {"site": "Zoo", "tags": ["Pets"], "starred": True, "authors": ["Jane"]}
    assert (judgement_of(liked), judgement_of(only_read)) == (1.0, None)
    assert not isinstance(skipped, Text)
