"""A row of a table -> a Text: which column is which, and what becomes of the others."""

from collections.abc import Iterable, Mapping
from typing import Any

from palate.authors import folded, names_in
from palate.errors import BadSource
from palate.source.bookmarks import LINK_LIST_COLUMNS, readable_address
from palate.source.column_names import columns_by_field
from palate.source.identifiers import is_bare, shown_id, world_ids
from palate.source.items import Columns, Skipped
from palate.source.latex import without_latex
from palate.source.markup import without_markup
from palate.source.row_dates import published_of
from palate.table.cells import cell_text, clean_text, is_missing, json_value, web_address
from palate.text import Text, origin_of

# a field -> the columns that may hold it; the first with a value counts
Layout = Mapping[str, tuple[str, ...]]


def layout_of(names: Iterable[str], columns: Columns) -> Layout:
    """Returns the guesses for these names, in any case and spelling, save where columns names one.

    >>> layout_of(["Headline", "Abstract", "PMID"], Columns(id="PMID"))["text"]
    ('Abstract',)
    """
    names = list(names)
    layout = columns_by_field(names)
    layout["link"] = tuple(name for name in names if folded(name) in LINK_LIST_COLUMNS)
    if layout["wos"]:
        layout["id"] = ()  # in Web of Science's tables ID holds keywords
    for field in ("title", "text", "id"):
        chosen: str | None = getattr(columns, field)
        if chosen is not None:
            exact = [name for name in names if name.strip() == chosen.strip()]
            alike = [name for name in names if folded(name) == folded(chosen)] if folded(chosen) else []
            layout[field] = tuple([*exact, *alike][:1])
    return layout


class RowReader:
    """Turns the rows of one document into texts. Rows may have different columns, as JSON objects do.

    locator: what tells the document from all others, for ids that only it knows; the name, if not given.
    has_markup: whether titles and texts may hold HTML, JATS, entities and LaTeX, which become plain text.

    >>> rows = RowReader("cats.csv", Columns())
    >>> row = {"id": 7, "Title": "Cats", "abstract": "They sleep.", "year": "2020", "tag": "pets"}
    >>> text = rows.text(row, "cats.csv, row 2")
    >>> text.id, text.content, text.published.year, text.extra
    ('7', 'Cats\\nThey sleep.', 2020, {'tag': 'pets'})
    >>> rows.text({"id": 8, "tag": "pets"}, "cats.csv, row 3")
    Skipped(where='cats.csv, row 3', reason='row has neither title nor text')
    """

    def __init__(self, name: str, columns: Columns, locator: str = "", *, has_markup: bool = True) -> None:
        self.name, self.columns, self.locator, self.has_markup = name, columns, locator or name, has_markup
        self.column_names: dict[str, None] = {}  # every column name met, in order
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._keys: set[str] = set()

    def check(self, names: Iterable[str] | None = None) -> None:
        """Raises BadSource where a named column is not among names (default: all met so far), or none can
        hold a text.
        """
        present = list(self.column_names if names is None else names)
        layout = layout_of(present, self.columns)
        for field in ("title", "text", "id"):
            chosen = getattr(self.columns, field)
            if chosen is not None and not layout[field]:
                raise BadSource(
                    f"{self.name} has no column {chosen!r} to take as the {field}; "
                    f"it has: {_shortened_list(present)}"
                )
        if not layout["title"] and not layout["text"]:
            raise BadSource(
                f"{self.name} has no column with a name known for a title or text; "
                f"it has: {_shortened_list(present)}; name the one that holds the text with --text"
            )

    def text(self, row: Mapping[str, Any], where: str) -> Text | Skipped:
        """Returns the row as a Text, or Skipped where it has neither title nor text."""
        names = tuple(row)
        layout = self._layouts.get(names)
        if layout is None:
            layout = self._layouts[names] = layout_of(names, self.columns)
            self.column_names.update(dict.fromkeys(names))
        title, title_name = _first_value(row, layout["title"])
        body, body_name = _first_value(row, layout["text"])
        title, body = self._plain(title), self._plain(body)
        url, url_name = _first_url(row, layout["url"])
        if url and (title == url or (not title and not body and layout["link"])):
            title = readable_address(url)
        if not title and not body:
            return Skipped(where, "row has neither title nor text")
        ids, used = world_ids(row, layout)
        id, origin, id_name = self._id(row, layout, ids)
        language, language_name = _first_value(row, layout["language"])
        published, date_names = published_of(row, layout)
        authors, authors_name = self._authors(row, layout["authors"])
        used.update((title_name, body_name, id_name, url_name, language_name, authors_name, *date_names))
        return Text.of(
            "" if body == title else body,
            title=title,
            id=id,
            source=self.name,
            url=url,
            language=language,
            published=published,
            extra={**self._others(row, used), **({"authors": authors} if authors else {}), **ids},
            origin=origin,
        )

    def _plain(self, text: str) -> str:
        return without_latex(without_markup(text)).strip() if self.has_markup else text

    def _id(self, row: Mapping[str, Any], layout: Layout, ids: Mapping[str, str]) -> tuple[str, str, str]:
        """Returns the id to show ("": that of the address or content), the origin, and the column used up."""
        id, id_name = _first_value(row, layout["id"])
        if id:
            return id, origin_of(self.locator, id) if is_bare(id) else "", id_name
        record, record_name = _first_value(row, layout["record"])
        if record:
            return shown_id(ids) or record, origin_of(self.locator, record), record_name
        key, _ = _first_value(row, layout["key"])
        # a number may be the record's place in the list, and a key that comes twice tells nothing apart
        has_origin = is_bare(key) and not key.isdecimal() and key not in self._keys
        self._keys.add(key)
        return shown_id(ids), origin_of(self.locator, key) if has_origin else "", ""

    def _authors(self, row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[list[str], str]:
        for name in names:
            value = row[name]
            # plain first, as an entity holds a semicolon, at which names are parted
            parts = [
                self._plain(part) if isinstance(part, str) else part
                for part in (value if isinstance(value, list) else [value])
            ]
            authors = [author for part in parts if not is_missing(part) for author in names_in(part)]
            if authors := [clean_text(author) for author in authors if not is_missing(author)]:
                return authors, name
        return [], ""

    def _others(self, row: Mapping[str, Any], used: set[str]) -> dict[str, Any]:
        others: dict[str, Any] = {}
        for name, value in row.items():
            if name in used or is_missing(value) or (value := json_value(value)) in (None, [], {}):
                continue
            others[clean_text(name)] = (
                without_markup(value) if self.has_markup and isinstance(value, str) else value
            )
        return others


def _first_value(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, str]:
    for name in names:
        value = row[name]
        if found := cell_text(value) or _words_by_position(value):
            return found, name
    return "", ""


def _words_by_position(index: Any) -> str:
    """Returns the text of an inverted index, as OpenAlex gives an abstract: a word -> its positions."""
    if not isinstance(index, dict):
        return ""
    words = [
        (position, word)
        for word, positions in index.items()
        if isinstance(positions, list)
        for position in positions
        if isinstance(position, int)
    ]
    return " ".join(word for _, word in sorted(words))


def _first_url(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, str]:
    for name in names:
        if url := next(filter(None, map(web_address, cell_text(row[name]).split("\n"))), ""):
            return url, name
    return "", ""


def _shortened_list(names: list[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:30])
    return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown or "none"
