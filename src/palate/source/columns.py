"""A row of a table -> a Text: which column is which, and what becomes of the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from palate.errors import BadSource
from palate.source.items import Columns, Skipped
from palate.table.cells import cell_text, clean_text, json_value, web_address
from palate.table.dates import read_date
from palate.text import Text

TITLE_COLUMNS = ("title", "name", "headline", "primary_title")
TEXT_COLUMNS = ("text", "body", "abstract", "description", "content", "summary")
ID_COLUMNS = ("id", "url", "link", "doi")
URL_COLUMNS = ("url", "link")
DATE_COLUMNS = ("published", "date", "date_published", "pubdate", "timestamp", "year")
LANGUAGE_COLUMNS = ("language", "lang")


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of row, by what they hold; several where the first with a value counts."""

    title: tuple[str, ...]
    text: tuple[str, ...]
    id: tuple[str, ...]
    url: tuple[str, ...]
    published: tuple[str, ...]
    language: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str], columns: Columns) -> "Layout":
        """Returns the guesses for these names, in any case, save where columns names one.

        >>> Layout.of(["Headline", "Abstract", "PMID"], Columns(id="PMID")).text
        ('Abstract',)
        """
        by_lower: dict[str, str] = {}
        for name in names:
            by_lower.setdefault(name.strip().lower(), name)

        def columns_present(guesses: tuple[str, ...], chosen: str | None = None) -> tuple[str, ...]:
            wanted = (chosen.strip().lower(),) if chosen is not None else guesses
            return tuple(by_lower[name] for name in wanted if name in by_lower)

        return cls(
            title=columns_present(TITLE_COLUMNS, columns.title),
            text=columns_present(TEXT_COLUMNS, columns.text),
            id=columns_present(ID_COLUMNS, columns.id),
            url=columns_present(URL_COLUMNS),
            published=columns_present(DATE_COLUMNS),
            language=columns_present(LANGUAGE_COLUMNS),
        )


class RowReader:
    """Turns the rows of one document into texts. RowReader may have different columns, as JSON objects do.

    >>> rows = RowReader("cats.csv", Columns())
    >>> row = {"id": 7, "Title": "Cats", "abstract": "They sleep.", "year": "2020", "tag": "pets"}
    >>> text = rows.text(row, "cats.csv, row 2")
    >>> text.id, text.content, text.published.year, text.extra
    ('7', 'Cats\\nThey sleep.', 2020, {'tag': 'pets'})
    >>> rows.text({"id": 8, "tag": "pets"}, "cats.csv, row 3")
    Skipped(where='cats.csv, row 3', reason='row has neither title nor text')
    """

    def __init__(self, name: str, columns: Columns) -> None:
        self.name, self.columns = name, columns
        self.column_names: dict[str, None] = {}  # every column name met, in order
        self._layouts: dict[tuple[str, ...], Layout] = {}

    def check(self, names: Iterable[str] | None = None) -> None:
        """Raises BadSource where a named column is not among names (default: all met so far), or none can
        hold a text.
        """
        present = list(self.column_names if names is None else names)
        layout = Layout.of(present, self.columns)
        for option, chosen, present_columns in (
            ("title", self.columns.title, layout.title),
            ("text", self.columns.text, layout.text),
            ("id", self.columns.id, layout.id),
        ):
            if chosen is not None and not present_columns:
                raise BadSource(
                    f"{self.name} has no column {chosen!r} to take as the {option}; "
                    f"it has: {_shortened_list(present)}"
                )
        if not layout.title and not layout.text:
            raise BadSource(
                f"{self.name} has no column with a name known for a title or text; "
                f"it has: {_shortened_list(present)}; name the one that holds the text with --text"
            )

    def text(self, row: Mapping[str, Any], where: str) -> Text | Skipped:
        """Returns the row as a Text, or Skipped where it has neither title nor text."""
        names = tuple(row)
        layout = self._layouts.get(names)
        if layout is None:
            layout = self._layouts[names] = Layout.of(names, self.columns)
            self.column_names.update(dict.fromkeys(names))
        title, title_name = _first_value(row, layout.title)
        body, body_name = _first_value(row, layout.text)
        if not title and not body:
            return Skipped(where, "row has neither title nor text")
        if body == title:
            body = ""
        id, id_name = _first_value(row, layout.id)
        url, url_name = _first_url(row, layout.url)
        language, language_name = _first_value(row, layout.language)
        published, published_name = None, ""
        for name in layout.published:
            if published := read_date(row[name]):
                published_name = name
                break
        used = {title_name, body_name, id_name, url_name, language_name, published_name}
        others = {clean_text(name): json_value(value) for name, value in row.items() if name not in used}
        extra = {name: value for name, value in others.items() if value is not None and value != ""}
        if id_name and id_name == url_name and self.columns.id is None:
            id = ""  # Text.of then takes the canonical form of the url
        return Text.of(
            body,
            title=title,
            id=id,
            source=self.name,
            url=url,
            language=language,
            published=published,
            extra=extra,
        )


def _first_value(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, str]:
    for name in names:
        if value := cell_text(row[name]):
            return value, name
    return "", ""


def _first_url(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, str]:
    for name in names:
        if value := web_address(cell_text(row[name])):
            return value, name
    return "", ""


def _shortened_list(names: list[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:30])
    return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown or "none"
