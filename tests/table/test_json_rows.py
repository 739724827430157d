import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS, Columns, Skipped
from palate.source.jsonlines import read_json, read_jsonlines
from palate.table.cells import is_missing
from palate.text import Text

WORDS = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0<&\\"))
    .map(str.strip)
    .filter(lambda text: not is_missing(text))
)


def read(data: str, columns: Columns = GUESSED_COLUMNS) -> list[Text | Skipped]:
    return list(read_jsonlines(DocumentReader.from_bytes("a.jsonl", data.encode()), columns))


@given(st.lists(WORDS), st.booleans())
def test_what_json_writes_is_read_back(texts: list[str], as_lines: bool) -> None:
    objects = [{"text": text} for text in texts]
    data = "\n".join(map(json.dumps, objects)) if as_lines else json.dumps(objects)
    read = (read_jsonlines if as_lines else read_json)(
        DocumentReader.from_bytes("a.json", data.encode()), GUESSED_COLUMNS
    )
    assert [item.body for item in read if isinstance(item, Text)] == texts


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{oops}", "line is no JSON: Expecting property name enclosed in double quotes at character 2"),
        ("[1]", "expected an object or a string, got a list"),
        ("null", "expected an object or a string, got null"),
        ('""', "text is empty"),
        ("[" * 100_000, "line is no JSON: it is nested too deep"),
        ('{"x": 1}', "row has neither title nor text"),
    ],
)
def test_a_line_without_a_text_is_skipped_with_its_number(line: str, reason: str) -> None:
    assert read(f'{{"title": "a"}}\n\n{line}\n{{"title": "b"}}')[1:2] == [Skipped("a.jsonl, row 3", reason)]


def test_lone_surrogates_become_replacement_characters() -> None:
    (item,) = read('{"title": "a\\ud800", "\\ud800": "\\udfff"}')
    assert isinstance(item, Text)
    assert (item.title, item.extra) == ("a\ufffd", {"\ufffd": "\ufffd"})


def test_json_numbers_that_are_none_are_left_out() -> None:
    (item,) = read('{"title": NaN, "text": "b", "share": Infinity}')
    assert isinstance(item, Text)
    assert (item.title, item.extra) == ("", {})


def test_a_column_that_some_rows_lack_may_be_named() -> None:
    items = read('{"text": "a"}\n{"text": "b", "doi": "10.1/x"}', Columns(id="doi"))
    assert [item.id for item in items if isinstance(item, Text)][1] == "10.1/x"


def test_a_column_that_no_row_has_is_refused() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.jsonl has no column 'doi' to take as the id; it has: text, tag$"
    ):
        read('{"text": "a"}\n{"text": "b", "tag": 1}', Columns(id="doi"))


def test_a_file_without_one_object_is_refused() -> None:
    with pytest.raises(BadSource, match=r"^a\.jsonl holds no JSON object; expected one per line"):
        read("these are\njust words")


def test_a_json_file_that_is_broken_is_refused_with_the_line() -> None:
    with pytest.raises(BadSource, match=r"^a\.json is no JSON: .* at line 2; mend it or write it anew$"):
        list(read_json(DocumentReader.from_bytes("a.json", b'[{"text": "a"},\n oops]'), GUESSED_COLUMNS))


def test_a_json_file_may_hold_lines_or_one_object() -> None:
    for data in (b'{"text": "a"}\n{"text": "b"}\n', b'[{"text": "a"}, {"text": "b"}]'):
        assert [
            getattr(item, "body", "")
            for item in read_json(DocumentReader.from_bytes("a.json", data), GUESSED_COLUMNS)
        ] == [
            "a",
            "b",
        ]
    assert [
        getattr(item, "body", "")
        for item in read_json(DocumentReader.from_bytes("a.json", b'{\n "text": "a"\n}'), GUESSED_COLUMNS)
    ] == ["a"]
