from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.table.dates import read_date

MARCH_4 = datetime(2020, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2020-03-04",
        "20200304",
        "2020/03/04",
        "2020 Mar 4",
        "2020-03-04T00:00:00Z",
        "Wed, 04 Mar 2020 00:00:00 GMT",
        "1583280000",
        1583280000,
        1583280000.0,
        1583280000000,
        "2020-03-04T01:00+01:00",
        "2020/03/04//",
    ],
)
def test_one_day_can_be_written_in_many_ways(written: str | float) -> None:
    assert read_date(written) == MARCH_4


@pytest.mark.parametrize("written", ["2020", 2020, 2020.0, "2020 Winter", "2020-01", "2020 Jan"])
def test_a_year_or_month_stands_for_its_first_day(written: str | float) -> None:
    assert read_date(written) == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["", "soon", "2020-13-45", "n/a", None, True, [], float("nan"), 1e300, "9" * 50, "03/04/2020"]
)
def test_what_is_no_sure_date_is_none(written: object) -> None:
    assert read_date(written) is None


@given(
    st.text(max_size=40)
    | st.from_regex(
        r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d(:\d\d)? ([+-]\d{1,6}|[A-Z]{1,4})"
    )
)
def test_any_text_is_a_moment_in_utc_or_none(text: str) -> None:
    moment = read_date(text)
    assert moment is None or moment.utcoffset() == timedelta(0)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001  # hypothesis wants it so
def test_iso_dates_keep_their_moment(moment: datetime, hours: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert read_date(there.isoformat()) == there
