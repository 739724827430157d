from hypothesis import given
from hypothesis import strategies as st

from palate.text import Text
from palate.value import Contribution, Hit, Value, Why

MEANS = st.floats(0, 1)


@given(mean=MEANS)
def test_a_score_is_a_whole_number_from_0_to_100_nearest_to_the_mean(mean: float) -> None:
    score = Value(mean, 0.1).score
    assert isinstance(score, int)
    assert 0 <= score <= 100
    assert abs(score - 100 * mean) <= 0.5 + 1e-9


@given(first=MEANS, second=MEANS)
def test_scores_keep_the_order_of_means(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert Value(low, 0).score <= Value(high, 0.3).score


def test_blocks_sum_their_contributions() -> None:
    shares = (
        Contribution("keyword", "cat", 0.5),
        Contribution("semantic", "cat", -0.25),
        Contribution("keyword", "keyword", 0.25),
    )
    why = Why(Hit(Text.of("x"), Value(0.5, 0.1)), 0.5, shares, (), ())
    assert why.blocks == {"keyword": 0.75, "semantic": -0.25}
