from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.table.dates import is_year_only, read_date, read_year

MARCH_4 = datetime(2020, 3, 4, tzinfo=UTC)
# naive, as strftime writes them without a zone
MOMENTS = st.datetimes(datetime(1000, 1, 2), datetime(2100, 12, 30))  # noqa: DTZ001


@pytest.mark.parametrize(
    "written",
    [
        "2020-03-04",
        "20200304",
        20200304,
        20200304.0,
        "2020/03/04",
        "2020.3.4",
        "2020 Mar 4",
        "4 March 2020",
        "4th of March, 2020",
        "Mar. 4, 2020",
        "04-MAR-2020",
        "4. März 2020",
        "4 mars 2020",
        "4 de marzo de 2020",
        "Mittwoch, 4. März 2020",
        "2020年3月4日",
        "2020년 3월 4일",
        "2020 Mar 4-6",
        "2020-03-04T00:00:00Z",
        "Wed, 04 Mar 2020 00:00:00 GMT",
        "Tue, 3 Mar 2020 19:00 EST",
        "Wed Mar  4 00:00:00 UTC 2020",
        "1583280000",
        1583280000,
        1583280000.0,
        1583280000000,
        1583280000000000,
        1583280000000000000,
        "1583280000.0",
        43894,
        "43894",
        43894.0,
        20200304000000,
        "202003040000",
        "2020-03-04T01:00+01:00",
        "2020-03-04Z",
        "2020/03/04//",
        date(2020, 3, 4),
        {"date-parts": [[2020, 3, 4]]},
        {"date-parts": [["2020", "3", "4"]]},
    ],
)
def test_one_day_can_be_written_in_many_ways(written: object) -> None:
    assert read_date(written) == MARCH_4


@pytest.mark.parametrize(
    "written",
    [
        "2020-03-24T10:00:00 GMT",
        "2020-03-24T10:00:00z",
        "2020-03-24t10:00:00Z",
        "2020-03-24T10:00:00UTC",
        "2020-3-24T10:00:00Z",
        "2020-03-24T09:59:60Z",
        "2020-03-24 10:00:00 +0000 UTC",
        "2020-03-24T11:00:00+0100",
        "2020-03-24T05:00:00-05:00[America/Chicago]",
        "2020-03-24T06:00:00\N{MINUS SIGN}04:00",
        "2020:03:24 10:00:00",
        "2020-03-24, 10:00 am",
        "24/03/2020 10:00",
        "3/24/2020 10:00 UTC",
        "2020-03-24T10:00:00.000000000Z",
        "24 March 2020 at 10:00 (UTC)",
    ],
)
def test_iso_with_a_slip_is_the_moment_that_was_meant(written: str) -> None:
    assert read_date(written) == datetime(2020, 3, 24, 10, tzinfo=UTC)


def test_an_hour_may_have_one_digit() -> None:
    assert read_date("2020-03-24T9:05:00Z") == datetime(2020, 3, 24, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2020",
        2020,
        2020.0,
        "2020.0",
        "2020 Winter",
        "2020-01",
        "2020 Jan",
        "[2020]",
        "January 2020",
        "202001",
        "Spring 2020",
        "2020 Jan-Feb",
        "2020///",
    ],
)
def test_a_year_or_month_stands_for_its_first_day(written: object) -> None:
    assert read_date(written) == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2020-13-45",
        "2020-13-01",
        "n/a",
        None,
        True,
        [],
        float("nan"),
        1e300,
        "9" * 50,
        "NaT",
        "03/04/2020",
        "31 February 2020",
        "0000-00-00",
        "1900-01-00",
        "2020-00-00",
        0,
        20,
        "20",
        "0",
        -1,
        99,
        "4 March 20",
        "Mar-20",
        "04/03/20",
        "9999-12-31",
        "0001-01-01",
        2200,
        "2020-2021",
        "yesterday",
        12345,
        "2020, maybe",
        "2020-03-04T25:00:00",
        "2020-03-04T10:00:00 XYZ",
        "2020 Maybe 4",
        {"date-parts": [[None]]},
    ],
)
def test_what_is_no_sure_date_is_none(written: object) -> None:
    assert read_date(written) is None


def test_a_number_below_zero_is_before_1970() -> None:
    assert read_date("-1583280000") == read_date(-1583280000) == datetime(1919, 10, 31, tzinfo=UTC)


def test_a_year_column_holds_years_and_no_other_numbers() -> None:
    assert [read_year(value) for value in (0, 20, 43894, "43894", 20200304, float("nan"), "NA")] == [None] * 7
    assert [read_year(value) for value in (2020, 2020.0, "2020.0", "2020")] == [
        datetime(2020, 1, 1, tzinfo=UTC)
    ] * 4
    assert read_year("2020-03-04") == MARCH_4
    assert (is_year_only("2020"), is_year_only("2020-03")) == (True, False)


@given(
    st.text(max_size=40)
    | st.from_regex(
        r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d(:\d\d)? ([+-]\d{1,6}|[A-Z]{1,4})"
    )
    | st.from_regex(
        r"\d{1,5}[-/. :]\d{1,3}[-/. :]\d{1,5}([T ]\d{1,2}:\d\d(:\d\d)?)? ?([+-]\d{1,6}|[A-Z]{1,4})?"
    )
    | st.integers()
    | st.floats()
)
def test_anything_is_a_moment_in_utc_of_these_centuries_or_none(written: object) -> None:
    moment = read_date(written)
    assert moment is None or (moment.utcoffset() == timedelta(0) and 999 < moment.year < 2102)


@given(MOMENTS, st.integers(-14, 14))
def test_iso_dates_keep_their_moment(moment: datetime, hours: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert read_date(there.isoformat()) == there


@given(
    MOMENTS,
    st.sampled_from(
        ["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y", "%Y %b %d", "%A, %d %B %Y"]
    ),
)
def test_every_way_to_write_a_day_reads_back(moment: datetime, form: str) -> None:
    written = moment.strftime(form.replace("%Y", f"{moment.year:04}"))
    assert read_date(written) == datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


@given(
    MOMENTS.map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC)),
    st.sampled_from(
        [
            "%Y-%m-%dT%H:%M:%SZ",
            "%Y-%m-%d %H:%M:%S UTC",
            "%a, %d %b %Y %H:%M:%S +0000",
            "%a %b %d %H:%M:%S %Y",
            "%d %B %Y %I:%M:%S %p",
            "%Y/%m/%d %H:%M:%S",
            "%Y:%m:%d %H:%M:%S",
        ]
    ),
)
def test_every_way_to_write_a_second_reads_back(moment: datetime, form: str) -> None:
    assert read_date(moment.strftime(form.replace("%Y", f"{moment.year:04}"))) == moment


# from 1977 on: 197601080530 is an hour of 1976, and not a moment of that year in milliseconds
@given(st.datetimes(datetime(1977, 1, 1), datetime(2099, 1, 1)), st.sampled_from([1, 10**3, 10**6, 10**9]))  # noqa: DTZ001
def test_time_since_1970_is_told_apart_by_its_size(moment: datetime, unit: int) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    number = int(moment.timestamp()) * unit
    assert read_date(number) == moment
    assert read_date(str(number)) == moment


@given(st.dates(date(1955, 1, 1), date(2099, 1, 1)))
def test_a_spreadsheets_days_count_from_1900(day: date) -> None:
    serial = (day - date(1900, 1, 1)).days + 2  # spreadsheets count from 1, and know a 29 February 1900
    assert read_date(serial) == datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_milliseconds_before_1976_are_no_day_of_the_17th_century() -> None:
    assert read_date(167710020000) == datetime(1975, 4, 26, 2, 7, tzinfo=UTC)
    assert read_date(202003041015) == datetime(2020, 3, 4, 10, 15, tzinfo=UTC)
