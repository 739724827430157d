import pytest

from palate.source.column_names import columns_by_field
from palate.source.row_dates import published_of


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"Publication Year": "2020", "Date": "2020-03-04"}, "2020-03-04"),
        ({"date": 2020, "published": "NA", "pubdate": "2020-03-04"}, "2020-03-04"),
        ({"PY": "2020", "PD": "MAR 4"}, "2020-03-04"),
        ({"PY": 2020.0, "PD": "MAR-APR"}, "2020-03-01"),
        ({"year": "2020", "month": "3", "day": "4"}, "2020-03-04"),
        ({"year": "2020", "month": "Mar", "day": ""}, "2020-03-01"),
        ({"year": "2020", "month": "13"}, "2020-01-01"),
        ({"Publication Year": "2020", "Create Date": "2020/03/04"}, "2020-03-04"),
        ({"Publication Year": "2020", "Create Date": "2021/03/04"}, "2020-01-01"),
        ({"Create Date": "2021/03/04"}, "None"),
        ({"year": 43894}, "None"),
        ({"date": 43894}, "2020-03-04"),
        ({"issued": {"date-parts": [[2020, 3]]}}, "2020-03-01"),
        ({"date": "soon", "year": 2019}, "2019-01-01"),
    ],
)
def test_the_fullest_date_of_a_row_counts(row: dict[str, object], day: str) -> None:
    assert str(published_of(row, columns_by_field(row))[0])[:10] == day
