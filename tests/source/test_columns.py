import json
from collections.abc import Mapping
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


DAY = datetime(2020, 3, 4, tzinfo=UTC)
EXPORTS: dict[str, dict[str, object]] = {
    "Zotero": {
        "Key": "AB12",
        "Item Type": "journalArticle",
        "Publication Year": "2020",
        "Author": "Doe, Jane; Roe, R",
        "Title": "Snow",
        "Publication Title": "Acta",
        "DOI": "10.1000/A",
        "Abstract Note": "Roofs.",
        "Date": "2020-03-04",
    },
    "Web of Science": {
        "Publication Type": "J",
        "Authors": "Doe, Jane; Roe, R",
        "Article Title": "Snow",
        "Source Title": "ACTA",
        "Abstract": "Roofs.",
        "DOI": "10.1000/A",
        "Publication Year": "2020",
        "Publication Date": "MAR 4",
        "UT (Unique WOS ID)": "WOS:0001",
    },
    "Web of Science, tags": {
        "PT": "J",
        "AU": "Doe, Jane; Roe, R",
        "TI": "Snow",
        "AB": "Roofs.",
        "ID": "ICE; COLD",
        "PY": "2020",
        "PD": "MAR 4",
        "DI": "10.1000/A",
        "UT": "WOS:0001",
    },
    "Scopus": {
        "Authors": "Doe, Jane; Roe, R",
        "Author(s) ID": "57; 58",
        "Title": "Snow",
        "Year": "2020",
        "Source title": "Acta",
        "DOI": "10.1000/A",
        "Abstract": "Roofs.",
        "EID": "2-s2.0-1",
        "day": "4",
        "month": "3",
    },
    "PubMed": {
        "PMID": "123",
        "Title": "Snow",
        "Authors": "Doe, Jane; Roe, R",
        "Citation": "Acta. 2020;1:2",
        "Publication Year": "2020",
        "Create Date": "2020/03/04",
        "DOI": "10.1000/A",
        "Abstract": "Roofs.",
    },
    "Embase": {
        "TITLE": "Snow",
        "AUTHOR NAMES": "Doe, Jane; Roe, R",
        "ABSTRACT": "Roofs.",
        "DOI": "10.1000/A",
        "DATE OF PUBLICATION": "4 Mar 2020",
        "MEDLINE PMID": "123",
    },
    "IEEE Xplore": {
        "Document Title": "Snow",
        "Authors": "Doe, Jane; Roe, R",
        "Publication Title": "Acta",
        "Publication Year": "2020",
        "Date Added To Xplore": "4 March 2020",
        "Abstract": "Roofs.",
        "DOI": "10.1000/A",
    },
    "Covidence": {
        "Title": "Snow",
        "Authors": "Doe, Jane; Roe, R",
        "Abstract": "Roofs.",
        "Published Year": "2020",
        "Published Month": "March",
        "DOI": "10.1000/A",
        "Covidence #": "#12",
        "day": "4",
    },
    "Rayyan": {
        "key": "rayyan-1",
        "title": "Snow",
        "year": "2020",
        "month": "3",
        "day": "4",
        "url": "",
        "authors": "Doe, Jane and Roe, R",
        "abstract": "Roofs.",
        "notes": "",
        "doi": "10.1000/A",
    },
    "Dimensions": {
        "Publication ID": "pub.1",
        "DOI": "10.1000/A",
        "Title": "Snow",
        "Abstract": "Roofs.",
        "Publication Date": "2020-03-04",
        "PubYear": "2020",
        "Authors": "Doe, Jane; Roe, R",
    },
    "Lens": {
        "Lens ID": "1-2",
        "Title": "Snow",
        "Date Published": "2020-03-04",
        "Publication Year": "2020",
        "Abstract": "Roofs.",
        "Author/s": "Doe, Jane; Roe, R",
        "DOI": "10.1000/A",
    },
    "ProQuest": {
        "Title": "Snow",
        "Abstract": "Roofs.",
        "StoreId": "12",
        "Authors": "Doe, Jane; Roe, R",
        "pubdate": "Mar 4, 2020",
        "year": "2020",
        "digitalObjectIdentifier": "10.1000/A",
    },
    "Semantic Scholar": {
        "paperId": "ab",
        "externalIds": {"DOI": "10.1000/A"},
        "title": "Snow",
        "abstract": "Roofs.",
        "year": 2020,
        "publicationDate": "2020-03-04",
        "authors": [{"name": "Doe, Jane"}, {"name": "Roe, R"}],
    },
    "Crossref": {
        "DOI": "10.1000/A",
        "title": ["<i>Snow</i>"],
        "abstract": "<jats:p>Roofs.</jats:p>",
        "issued": {"date-parts": [[2020, 3, 4]]},
        "author": [{"given": "Jane", "family": "Doe"}, {"given": "R", "family": "Roe"}],
    },
    "OpenAlex": {
        "doi": "https://doi.org/10.1000/A",
        "title": "Snow",
        "publication_date": "2020-03-04",
        "authorships": [{"author": {"display_name": "Doe, Jane"}}, {"author": {"display_name": "Roe, R"}}],
        "abstract_inverted_index": {"Roofs.": [0]},
    },
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_the_tools_people_use_are_read_in_full(name: str) -> None:
    text = text_of(EXPORTS[name])
    assert (text.title, text.body, text.id, text.published) == ("Snow", "Roofs.", "10.1000/a", DAY)
    assert text.extra["authors"] == ["Doe, Jane", "Roe, R"]
    assert str(text.extra["doi"]).endswith("10.1000/A")


def test_a_bare_id_belongs_to_its_place_and_an_id_of_the_world_to_none() -> None:
    rows = RowReader("a.csv", Columns(), "/home/a.csv")

    def origin(row: Mapping[str, object]) -> str:
        text = rows.text({"title": "a", **row}, "")
        assert isinstance(text, Text)
        return text.origin

    assert origin({"id": 17}) == "/home/a.csv\n17"
    assert origin({"record_id": "0", "doi": "10.1000/a"}) == "/home/a.csv\n0"
    assert origin({"Key": "AB12"}) == "/home/a.csv\nAB12"
    assert [origin(row) for row in ({"id": "NA"}, {"id": "https://example.org/1"}, {"doi": "10.1000/a"})] == [
        ""
    ] * 3
    assert origin({"Key": "AB12"}) == "", "a key that comes twice tells nothing apart"


@pytest.mark.parametrize("missing", ["NA", "N/A", "None", "null", "nan", "-", ""])
def test_words_for_missing_are_no_ids_dates_authors_addresses_or_words(missing: str) -> None:
    names = ("id", "doi", "url", "date", "authors", "language", "abstract", "journal")
    text = text_of({"title": "On NA", **dict.fromkeys(names, missing)})
    assert (text.id, text.content, text.published, text.url, text.language, text.extra) == (
        text.content_hash[:16],
        "On NA",
        None,
        "",
        "",
        {},
    )
    assert isinstance(RowReader("a.csv", Columns()).text({"title": missing, "text": missing}, ""), Skipped)


def test_rows_whose_doi_is_missing_are_texts_of_their_own() -> None:
    rows = [text_of({"title": title, "abstract": "x", "doi": "NA"}) for title in ("a", "b", "c")]
    assert len({row.id for row in rows}) == 3


@pytest.mark.parametrize(
    "names", ["M&uuml;ller, J; Roe, R", r"M{\"u}ller, J and Roe, R", ["M&uuml;ller, J", "Roe, R"]]
)
def test_names_of_authors_are_plain_text(names: object) -> None:
    assert text_of({"title": "a", "Authors": names}).extra["authors"] == ["Müller, J", "Roe, R"]


def test_cells_that_were_made_plain_are_left_as_they_are() -> None:
    row = {"title": "The <b> of </b>", "text": "&amp;"}
    text = RowReader("a.html", Columns(), has_markup=False).text(row, "")
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("The <b> of </b>", "&amp;")
