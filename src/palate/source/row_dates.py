"""When a row was published: one date out of the columns that say something of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from palate.table.cells import cell_text
from palate.table.dates import is_year_only, read_date, read_year


def published_of(
    row: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]
) -> tuple[datetime | None, tuple[str, ...]]:
    """Returns the date and the columns that it was read from. columns: as `columns_by_field` gives them.

    A full date counts above a year, whichever column is first. A year is filled up by month and day from
    columns of their own, by a date without a year ("MAR 4"), or by the date of entry of the same year.

    >>> columns = {"date": ("PD",), "year": ("PY",), "month": (), "day": (), "entry_date": ()}
    >>> date, names = published_of({"PD": "MAR 4", "PY": 2020}, columns)
    >>> date.date().isoformat(), names
    ('2020-03-04', ('PD', 'PY'))
    """
    year, year_names = None, tuple[str, ...]()
    for name in columns["date"]:
        if date := read_date(row[name]):
            if not _says_year_only(date, row[name]):
                return date, (name,)
            year, year_names = year or date, year_names or (name,)
    for name in columns["year"]:
        if date := read_year(row[name]):
            if not _says_year_only(date, row[name]):
                return date, (name,)
            year, year_names = year or date, year_names or (name,)
    if year is None:
        return None, ()
    for names, text in _fuller(row, columns, year.year):
        date = read_date(text)
        if date and date.year == year.year:
            return date, (*names, *year_names)
    return year, year_names


def _says_year_only(date: datetime, cell: Any) -> bool:
    return date.month == date.day == 1 and is_year_only(cell_text(cell))


def _fuller(
    row: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]], year: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What may be a fuller date in this year, with its columns."""
    months, days = columns["month"][:1], columns["day"][:1]
    if months and (month := cell_text(row[months[0]])):
        between = "-" if month.isdecimal() else " "
        if days and (day := cell_text(row[days[0]])):
            yield (*months, *days), f"{year}{between}{month}{between}{day}"
        yield months, f"{year}{between}{month}"
    for name in columns["date"]:
        if (text := cell_text(row[name])) and not is_year_only(text):
            yield (name,), f"{text} {year}"
    for name in columns["entry_date"]:
        yield (name,), cell_text(row[name])
