import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.json_rows import read_json
from palate.table.row import Row

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
)
OBJECTS = st.lists(
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, min_size=1), min_size=1
)


def rows_of(data: str | bytes, *, lines: bool = False) -> list[Row]:
    data = data.encode() if isinstance(data, str) else data
    return list(read_json(DocumentReader.from_bytes("a.json", data), lines=lines))


def cells_of(data: str | bytes, *, lines: bool = False) -> list[Any]:
    return [row.problem or row.cells for row in rows_of(data, lines=lines)]


@given(OBJECTS, st.sampled_from([None, 1]), st.booleans(), st.sampled_from(["utf-8-sig", "utf-16", "utf-8"]))
def test_what_json_writes_is_read_back(
    objects: list[dict[str, Any]], indent: int | None, in_ascii: bool, encoding: str
) -> None:
    dumps = [json.dumps(one, indent=indent, ensure_ascii=in_ascii) for one in objects]
    whole = json.dumps(objects, indent=indent, ensure_ascii=in_ascii)
    for data in ("\n".join(dumps), whole, f'{{"n": 3, "data": {whole}}}', "\n\n".join(dumps)):
        assert cells_of(data.encode(encoding)) == objects


@pytest.mark.parametrize("name", ["data", "records", "items", "anything"])
def test_an_array_may_be_one_field_of_an_object(name: str) -> None:
    data = {"meta": {"page": 1}, name: [{"title": "Cats"}, {"title": "Dogs"}], "total": 2}
    assert cells_of(json.dumps(data)) == [{"title": "Cats"}, {"title": "Dogs"}]


def test_one_object_with_a_list_of_its_own_is_one_row() -> None:
    article = {"title": "Cats", "abstract": "They sleep. " * 20, "authors": [{"name": "Doe"}]}
    assert cells_of(json.dumps(article, indent=1)) == [article]


def test_objects_may_stand_on_one_line_and_over_several() -> None:
    assert cells_of('{"title": "a"}{"title": "b"}\n{"title": "c"}\n') == [
        {"title": "a"},
        {"title": "b"},
        {"title": "c"},
    ]
    assert cells_of('{\n"title": "a"\n}\n{\n"title":\n"b"}') == [{"title": "a"}, {"title": "b"}]


def test_numbers_that_json_does_not_know_are_read() -> None:
    (cells,) = cells_of('{"label": NaN, "share": -Infinity}')
    assert cells["label"] != cells["label"]
    assert cells["share"] == float("-inf")


def test_a_name_that_is_there_twice_loses_no_value() -> None:
    assert cells_of('{"doi": "a", "doi": "b", "doi": "c"}') == [{"doi": "a", "doi.2": "b", "doi.3": "c"}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{oops}", "line is no JSON: Expecting property name enclosed in double quotes at character 2"),
        ("[1]", "expected an object or a string, got a list"),
        ("null", "expected an object or a string, got null"),
        ("[" * 100_000, "line is no JSON: it is nested too deep"),
        ('{"a": "b"', "line is no JSON: Expecting ',' delimiter at character 10"),
        ('{"a": 1,}', "line is no JSON: a comma stands before the closing bracket at character 9"),
    ],
)
def test_a_line_that_is_no_row_has_a_problem_and_the_rest_is_read(line: str, reason: str) -> None:
    assert rows_of(f'{{"title": "a"}}\n\n{line}\n{{"title": "b"}}')[1:] == [
        Row("a.json, row 3", {}, reason),
        Row("a.json, row 4", {"title": "b"}),
    ]


def test_lines_are_taken_for_json_where_it_is_known_that_they_are() -> None:
    assert [row.problem[:15] for row in rows_of("these are\njust words", lines=True)] == [
        "line is no JSON"
    ] * 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('[{"text": "a"},\n oops]', "Expecting value at line 2"),
        ('[\n{"text": "a"},\n]', "a comma stands before the closing bracket at line 3"),
        ('[{"text": "a"}', "Expecting ',' delimiter at character 15"),
    ],
)
def test_a_broken_array_is_refused_with_the_line(data: str, reason: str) -> None:
    with pytest.raises(BadSource, match=f"^a\\.json is no JSON: {reason}; mend it or write it anew$"):
        rows_of(data)


def test_items_of_an_array_are_named_by_their_place() -> None:
    assert [row.where for row in rows_of('[{"a": 1}, 2]')] == ["a.json, item 1", "a.json, item 2"]
