"""Numbers that stand for dates: years, digits in a row, spreadsheets' days, and time since 1970."""

import re
from datetime import UTC, datetime, timedelta

YEARS = range(1000, 2101)  # outside of them a date is a slip or a sentinel such as 9999-12-31
NUMBER = re.compile(r"-?\d+(?:\.\d*)?")
FIRST_YEAR_OF_MINUTES = 1900  # before it twelve digits are the milliseconds of a moment in 1973 to 1976
DIGITS_IN_A_ROW = re.compile(r"(\d{4})(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?)?")  # YYYYMM[DD[hhmm[ss]]]
SPREADSHEET_DAYS = range(18264, 73051)  # 1950 to 2099
SPREADSHEET_START = datetime(1899, 12, 30, tzinfo=UTC)  # day 0, as 1900 is taken for a leap year
START = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = (1, 10**3, 10**6, 10**9)  # s, ms, µs and ns since 1970 in one second
SECONDS = (10**8, 4_133_980_800)  # 1973 to 2100: so told apart, no two units overlap


def date_of_number(number: float) -> datetime | None:
    """Returns the moment that a number alone stands for, told by its size; None where it may be anything.

    Reads a year, YYYYMM, YYYYMMDD, YYYYMMDDhhmm, YYYYMMDDhhmmss, a spreadsheet's days since 1900, and
    seconds, milliseconds, microseconds or nanoseconds since 1970.

    >>> numbers = (2020, 202003, 20200304, 20200304101500, 43894, 1583280000, 1583280000000)
    >>> [str(date_of_number(number))[:16] for number in numbers[:4]]
    ['2020-01-01 00:00', '2020-03-01 00:00', '2020-03-04 00:00', '2020-03-04 10:15']
    >>> {str(date_of_number(number).date()) for number in numbers[4:]}
    {'2020-03-04'}
    >>> date_of_number(0), date_of_number(20)
    (None, None)
    """
    if not abs(number) < 10**19:  # nan too
        return None
    if number == int(number):
        if int(number) in YEARS:
            return datetime(int(number), 1, 1, tzinfo=UTC)
        if (digits := DIGITS_IN_A_ROW.fullmatch(str(int(number)))) and (moment := _from_digits(digits)):
            return moment
    if int(number) in SPREADSHEET_DAYS:
        return SPREADSHEET_START + timedelta(seconds=round(number * 86400))
    for unit in UNITS:
        if SECONDS[0] <= abs(number) / unit < SECONDS[1]:
            whole, rest = divmod(number, unit)  # apart, so that no digit of a large number is lost
            return START + timedelta(seconds=int(whole), microseconds=round(rest * 1_000_000 / unit))
    return None


def _from_digits(digits: re.Match[str]) -> datetime | None:
    year, month, _, hour, minute, second = (int(part or 0) for part in digits.groups())
    try:
        moment = datetime(year, month, int(digits[3] or 1), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    if digits[4] and year < FIRST_YEAR_OF_MINUTES:
        return None
    return moment if year in YEARS else None
