from datetime import UTC, datetime

import pytest

from palate.document.reader import DocumentReader
from palate.source.items import Skipped
from palate.source.plain import read_blocks, read_markdown, read_plain
from palate.text import Text


def only(items: object) -> Text:
    (item,) = list(items)  # type: ignore[call-overload]
    assert isinstance(item, Text), item
    return item


def test_a_long_first_line_is_text_and_the_file_name_the_title() -> None:
    text = only(read_plain(DocumentReader.from_bytes("notes/on-cats.txt", b"Cats sleep. " * 20)))
    assert (text.title, text.body[:11], text.source) == ("on-cats", "Cats sleep.", "notes/on-cats.txt")


def test_a_single_short_line_is_a_title_alone() -> None:
    text = only(read_plain(DocumentReader.from_bytes("a.txt", b"Cats\r\n")))
    assert (text.title, text.body) == ("Cats", "")


@pytest.mark.parametrize(
    "source",
    ["# Cats #\n\nThey sleep.", "\n\n# Cats\nThey sleep.", "Cats\n====\nThey sleep.", "Cats\n\nThey sleep."],
)
def test_markdown_takes_its_title_from_a_heading_or_a_short_first_line(source: str) -> None:
    text = only(read_markdown(DocumentReader.from_bytes("a.md", source.encode())))
    assert (text.title, text.body) == ("Cats", "They sleep.")


def test_markdown_keeps_what_stands_above_its_heading() -> None:
    assert (
        only(read_markdown(DocumentReader.from_bytes("a.md", b"By me\n\n# Cats\n\nThey sleep."))).body
        == "By me\n\nThey sleep."
    )


def test_front_matter_gives_title_date_address_and_extra() -> None:
    front = b'Title: "Cats: a life"\ndate: 2020-03-04\nurl: https://example.org/cats\n'
    front += b"tags:\n  - pets\nmood: calm\n"
    source = b"---\n" + front + b"---\nThey sleep.\n"
    text = only(read_markdown(DocumentReader.from_bytes("a.md", source)))
    assert (text.title, text.body, text.url, text.extra) == (
        "Cats: a life",
        "They sleep.",
        "https://example.org/cats",
        {"mood": "calm"},
    )
    assert text.published == datetime(2020, 3, 4, tzinfo=UTC)


def test_a_rule_on_top_is_no_front_matter() -> None:
    assert (
        only(read_markdown(DocumentReader.from_bytes("a.md", b"---\nCats sleep all day."))).body
        == "Cats sleep all day."
    )


def test_a_file_of_front_matter_without_a_title_is_skipped() -> None:
    assert list(read_markdown(DocumentReader.from_bytes("a.md", b"---\nmood: calm\n---\n"))) == [
        Skipped("a.md", "file has neither title nor text")
    ]


def test_blocks_are_split_at_blank_lines_and_lines_where_there_are_none() -> None:
    def read(data: bytes) -> list[str]:
        return [
            item.content
            for item in read_blocks(DocumentReader.from_bytes("-", data))
            if isinstance(item, Text)
        ]

    assert read(b"a\nb\n \n\nc\n") == ["a\nb", "c"]
    assert read(b"a\nb\nc\n") == ["a", "b", "c"]
