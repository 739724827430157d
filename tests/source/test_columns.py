import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadSource
from palate.source.columns import RowReader
from palate.source.items import Columns, Skipped
from palate.table.cells import cell_text, clean_text, json_value, web_address
from palate.text import Text

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.binary()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def text_of(row: dict[str, object], columns: Columns | None = None) -> Text:
    item = RowReader("a.csv", columns or Columns()).text(row, "a.csv, row 2")
    assert isinstance(item, Text), item
    return item


@pytest.mark.parametrize("name", ["title", "Title", " NAME ", "headline", "primary_title"])
def test_a_title_is_found_under_its_usual_names_in_any_case(name: str) -> None:
    assert text_of({name: "Cats"}).title == "Cats"


@pytest.mark.parametrize("name", ["text", "Body", "ABSTRACT", "description", "content", "summary"])
def test_a_text_is_found_under_its_usual_names_in_any_case(name: str) -> None:
    assert text_of({name: "Cats sleep."}).body == "Cats sleep."


def test_the_first_text_column_with_a_value_counts_row_by_row() -> None:
    rows = RowReader("a.csv", Columns())
    first = rows.text({"abstract": "", "summary": "short"}, "")
    second = rows.text({"abstract": "long", "summary": "short"}, "")
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert (first.body, first.extra, second.body, second.extra) == ("short", {}, "long", {"summary": "short"})


def test_named_columns_win_over_the_guesses() -> None:
    row = {"title": "no", "text": "no", "id": "no", "Head": "yes", "Note": "go", "Nr": 7.0}
    text = text_of(row, Columns(title="head", text="Note", id="Nr"))
    assert (text.title, text.body, text.id) == ("yes", "go", "7")
    assert text.extra == {"title": "no", "text": "no", "id": "no"}


def test_without_an_id_the_canonical_address_is_the_id_and_then_the_content() -> None:
    assert text_of({"title": "a", "url": "HTTP://Example.org/x/?utm_source=y"}).id == "http://example.org/x"
    assert text_of({"title": "a"}).id == text_of({"title": "a"}).content_hash[:16]
    assert text_of({"title": "a", "id": 3, "url": "http://example.org/"}).id == "3"


def test_what_is_no_web_address_never_becomes_the_url() -> None:
    text = text_of({"title": "a", "id": "1", "link": "javascript:alert(1)"})
    assert (text.url, text.extra) == ("", {"link": "javascript:alert(1)"})
    assert web_address("http://a:port/") == ""


def test_a_row_without_title_and_text_is_skipped_with_its_place() -> None:
    assert RowReader("a.csv", Columns()).text(
        {"title": " ", "text": None, "x": "y"}, "a.csv, row 9"
    ) == Skipped("a.csv, row 9", "row has neither title nor text")


def test_a_text_that_repeats_its_title_has_no_body() -> None:
    assert text_of({"title": "Cats", "text": "Cats"}).content == "Cats"


def test_dates_become_utc_and_what_is_no_date_is_kept_as_it_was() -> None:
    assert text_of({"title": "a", "date": "2020-03-04T12:00:00+02:00"}).published == datetime(
        2020, 3, 4, 10, tzinfo=UTC
    )
    text = text_of({"title": "a", "date": "soon", "year": 2019})
    assert (text.published, text.extra) == (datetime(2019, 1, 1, tzinfo=UTC), {"date": "soon"})


def test_a_named_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.csv has no column 'Abstrakt' to take as the text; it has: Titel, Note$"
    ):
        RowReader("a.csv", Columns(text="Abstrakt")).check(["Titel", "Note"])


def test_a_table_without_a_known_column_is_refused_with_the_mend() -> None:
    with pytest.raises(BadSource, match=r"it has: x, y; name the one that holds the text with --text$"):
        RowReader("a.csv", Columns()).check(["x", "y"])
    RowReader("a.csv", Columns(text="x")).check(["x", "y"])


@given(JSON)
def test_whatever_a_cell_holds_becomes_words_and_strict_json(value: object) -> None:
    json.dumps(json_value(value), allow_nan=False).encode()
    assert "\0" not in cell_text(value)
    cell_text(value).encode()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_sound_text_is_clean_as_it_is(text: str) -> None:
    assert clean_text(text) == text


def test_surrogate_pairs_are_joined_and_lone_ones_replaced() -> None:
    assert clean_text("\ud83d\ude00 \ud83d") == "\N{GRINNING FACE} \N{REPLACEMENT CHARACTER}"


def test_days_and_missing_values_of_data_frames_are_understood() -> None:
    pandas = pytest.importorskip("pandas")
    assert [cell_text(value) for value in (pandas.NA, pandas.NaT, float("nan"), None)] == ["", "", "", ""]
    assert [json_value(value) for value in (pandas.NA, pandas.NaT, float("nan"))] == [None, None, None]
    assert json_value(pandas.Timestamp("2020-01-02")) == "2020-01-02T00:00:00"
    assert text_of({"title": "a", "date": date(2020, 1, 2)}).published == datetime(2020, 1, 2, tzinfo=UTC)
