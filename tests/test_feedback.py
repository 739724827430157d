import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue
from palate.feedback import parse_liking


@given(liking=st.floats(-1, 1))
def test_a_number_is_itself_written_or_not(liking: float) -> None:
    kind = {1.0: "like", -1.0: "dislike"}.get(liking, "rating")
    assert parse_liking(liking) == parse_liking(repr(liking)) == (kind, liking)


@given(liking=st.floats(allow_nan=False).filter(lambda liking: not -1 <= liking <= 1))
def test_a_number_out_of_range_is_refused(liking: float) -> None:
    with pytest.raises(BadValue, match="from -1"):
        parse_liking(liking)


@pytest.mark.parametrize("verdict", [math.nan, "nan", "NaN", "inf", "-inf", "1.0000001", 2, -2])
def test_nan_and_infinity_are_refused(verdict: str | float) -> None:
    with pytest.raises(BadValue, match="from -1"):
        parse_liking(verdict)


@pytest.mark.parametrize("word", ["", "love", "Like", "likes", " ", "undo", "0,5", "1/2", "0x1", "\0"])
def test_other_words_are_refused_with_the_choices(word: str) -> None:
    with pytest.raises(BadValue, match="say like, dislike, skip or a number"):
        parse_liking(word)


def test_an_integer_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(BadValue):
        parse_liking(10**400)


def test_skip_teaches_nothing_and_zero_is_a_rating() -> None:
    assert parse_liking("skip") == ("skip", None)
    assert parse_liking(0) == parse_liking("0") == ("rating", 0.0)
