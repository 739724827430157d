"""Dates as people and machines write them -> an aware datetime in UTC."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from palate.table.date_numbers import NUMBER, YEARS, date_of_number
from palate.table.date_words import CLOCK, date_in_words, moment, zone_of

MAX_CHARACTERS = 100  # a longer text is no date
YEAR_FIRST = re.compile(r"(\d{4})(?:\s*([-/. :])\s*(\d{1,2})(?:\s*\2\s*(\d{1,2}))?)?(?!\d)")
YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})(?!\d)")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CJK_UNITS = str.maketrans(
    {"年": "-", "月": "-", "日": " ", "년": "-", "월": "-", "일": " ", "\N{MINUS SIGN}": "-"}
)
DAY_WITH_ZONE = re.compile(r"\d{4}-?\d\d-?\d\d[+-]")
BEFORE_CLOCK = re.compile(r"[T_,\s]+|:(?=\d\d:\d\d:)", re.IGNORECASE)


def read_date(value: Any) -> datetime | None:
    """Returns the moment, or None where the value is no date that can be told for sure (03/04/2020 may be
    March or April), or lies outside the years 1000 to 2100.

    Reads ISO 8601 and its usual slips, the dates of mails and RSS, names of months in five languages, "2020",
    "2020-03", "25/04/2020", numbers as `date_of_number` does, date and datetime, and the date-parts of CSL
    and Crossref. What has no time zone is taken as UTC.

    >>> read_date("Thu, 01 Jan 2004 19:48:21 +0200").isoformat()
    '2004-01-01T17:48:21+00:00'
    >>> texts = ("2020-3-4T9:05 GMT", "2020 Mar-Apr", "4 March 2020", "2019", "1583280000")
    >>> [read_date(text).date().isoformat() for text in texts]
    ['2020-03-04', '2020-03-01', '2020-03-04', '2019-01-01', '2020-03-04']
    >>> [read_date(text) for text in ("yesterday", "2020-13-01", "31 February 2020", "0000-00-00")]
    [None, None, None, None]
    """
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, datetime):
        return _utc(value) if value == value else None  # pandas' NaT is a datetime, equal to nothing
    if isinstance(value, date):
        return moment(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return date_of_number(value)
    if isinstance(value, Mapping):
        return _from_date_parts(value)
    return None


def read_year(value: Any) -> datetime | None:
    """Returns the date of a cell that should hold a year: a number there is a year or nothing.

    >>> read_year("2020.0").year, read_year(43894), read_year("2020-03-04").month
    (2020, None, 3)
    """
    is_number = NUMBER.fullmatch(str(value).strip())
    return None if is_number and not is_year_only(value) else read_date(value)


def is_year_only(value: Any) -> bool:
    """Tells whether a date says the year and no more.

    >>> is_year_only("2020.0"), is_year_only("2020-03")
    (True, False)
    """
    return re.fullmatch(r"\d{4}(?:\.0*)?", str(value).strip()) is not None


def _from_text(text: str) -> datetime | None:
    if ISO_DAY.fullmatch(text):  # most dates, in a third of the time
        with suppress(ValueError):
            return _utc(datetime.fromisoformat(text))
        return None
    text = (text if text.isascii() else text.translate(CJK_UNITS).rstrip("- ")).strip("/. \t")
    text = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not text or len(text) > MAX_CHARACTERS or not any(map(str.isdigit, text)):
        return None
    if NUMBER.fullmatch(text):
        return date_of_number(float(text) if "." in text else int(text))
    if not DAY_WITH_ZONE.match(text):  # fromisoformat would take the zone for a time
        with suppress(ValueError):
            return _utc(datetime.fromisoformat(text))
    return _from_numbers(text) or date_in_words(text)


def _from_numbers(text: str) -> datetime | None:
    """Reads a date in numbers, with or without a time and a zone behind it."""
    if match := YEAR_FIRST.match(text):
        year, month, day = int(match[1]), int(match[3] or 1), int(match[4] or 1)
    elif match := YEAR_LAST.match(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if first <= 12 and second <= 12 and first != second:
            return None  # it may be the day or the month
        day, month = (first, second) if first > 12 else (second, first)
    else:
        return None
    rest = text[match.end() :]
    if rest and match.re is YEAR_FIRST and not match[4]:
        return None  # "2020-2021" is no year with a zone
    before = BEFORE_CLOCK.match(rest)
    clock = CLOCK.match(rest, before.end()) if before else None
    offset = zone_of(rest[clock.end() :] if clock else rest)
    return None if offset is None else moment(year, month, day, clock, offset)


def _from_date_parts(value: Mapping[str, Any]) -> datetime | None:
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        return _from_text("-".join(str(part) for part in parts[0][:3]))
    return next((read_date(value[name]) for name in ("raw", "literal", "date-time") if value.get(name)), None)


def _utc(there: datetime) -> datetime | None:
    if there.year not in YEARS:
        return None
    return there.replace(tzinfo=UTC) if there.tzinfo is None else there.astimezone(UTC)
