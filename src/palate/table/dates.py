"""Dates as people and machines write them -> an aware datetime in UTC."""

import re
from datetime import UTC, date, datetime
from typing import Any

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LARGEST_SECONDS = 1e11  # above it a number counts milliseconds (1e11 s is the year 5138, 1e11 ms is 1973)
YEARS = range(1000, 3000)
YEAR_FIRST = re.compile(r"(\d{4})(?:[-/. ]+(\d{1,2}|[A-Za-z]{3,9}))?(?:[-/. ]+(\d{1,2}))?\b")


def read_date(value: Any) -> datetime | None:
    """Returns the moment, or None where the value is no date that can be told for sure (03/04/2020 may be
    March or April).

    Reads ISO 8601, the dates of mails and RSS, "2020", "2020-03", "2020 Mar 4", "2020/03/04", seconds or
    milliseconds since 1970, date and datetime. What has no time zone is taken as UTC.

    >>> read_date("Thu, 01 Jan 2004 19:48:21 +0200").isoformat()
    '2004-01-01T17:48:21+00:00'
    >>> texts = ("2020-03-04T10:00:00Z", "2020 Mar-Apr", "2019", "1583280000")
    >>> [read_date(text).date().isoformat() for text in texts]
    ['2020-03-04', '2020-03-01', '2019-01-01', '2020-03-04']
    >>> read_date("yesterday") is None
    True
    """
    if isinstance(value, datetime):
        return _utc(value) if value == value else None  # pandas' NaT is a datetime, equal to nothing
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(float(value))
    if not isinstance(value, str) or not (value := value.strip()) or len(value) > 100:
        return None
    if re.fullmatch(r"\d{4}|-?\d{9,}(\.\d*)?", value):
        return _from_number(float(value))
    return _from_iso(value) or _from_mail(value) or _from_year_first(value)


def _from_number(number: float) -> datetime | None:
    if number in YEARS:
        return datetime(int(number), 1, 1, tzinfo=UTC)
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) > LARGEST_SECONDS else number, UTC)
    except (ValueError, OverflowError, OSError):  # nan, or beyond the year 9999
        return None


def _from_iso(value: str) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(value))
    except ValueError:
        return None


def _from_mail(value: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # takes milliseconds to import

    if not value[-1:].isalnum() and not value.endswith(")"):
        return None
    try:
        return _utc(parsedate_to_datetime(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_year_first(value: str) -> datetime | None:
    match = YEAR_FIRST.match(value)
    if not match:
        return None
    year, month, day = match.groups()
    if month and not month.isdigit():
        name = month[:3].lower()
        number = MONTHS.index(name) + 1 if name in MONTHS else 1  # "2020 Winter" is 2020
    else:
        number = int(month or 1)
    try:
        return datetime(int(year), number, int(day or 1), tzinfo=UTC)
    except ValueError:
        return None


def _utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # year 1 or 9999, moved over the edge
        return None
