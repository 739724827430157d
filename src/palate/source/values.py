"""Python values -> texts, one per value."""

from collections.abc import Iterable, Mapping
from typing import Any

from palate.given import is_one, one_text
from palate.source.columns import RowReader
from palate.source.items import Columns, Items, Skipped
from palate.table.cells import clean_text
from palate.table.json_rows import TYPE_NAMES
from palate.text import Text


def read_values(name: str, values: Iterable[Any], columns: Columns) -> Items:
    """Reads Text, hits, str (a text without a title), and mappings from column to value.

    >>> [item.content for item in read_values("list", ["Cats sleep.", {"title": "Dogs"}], Columns())]
    ['Cats sleep.', 'Dogs']
    """
    rows = RowReader(name, columns)
    for number, value in enumerate(values, start=1):
        where = f"{name}, item {number}"
        if is_one(value) and not isinstance(value, str):
            yield one_text(value)
        elif isinstance(value, Mapping):
            # a data frame's names may be numbers
            yield rows.text({str(key): cell for key, cell in value.items()}, where)
        elif isinstance(value, str):
            body = clean_text(value).strip()
            yield Text.of(body, source=name) if body else Skipped(where, "text is empty")
        else:
            yield Skipped(
                where,
                f"expected an object or a string, got {TYPE_NAMES.get(type(value), type(value).__name__)}",
            )
    if rows.column_names:
        rows.check()
