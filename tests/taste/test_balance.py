import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from palate.taste.balance import balanced

amounts = st.lists(st.floats(0.1, 5), min_size=1, max_size=8)


@given(liked=amounts, disliked=amounts, ratio=st.floats(0.1, 10))
def test_likes_weigh_ratio_times_dislikes_and_the_sum_stays(
    liked: list[float], disliked: list[float], ratio: float
) -> None:
    like, dislike = balanced(np.array(liked), np.array(disliked), ratio)
    assert like * sum(liked) == pytest.approx(ratio * dislike * sum(disliked))
    assert like * sum(liked) + dislike * sum(disliked) == pytest.approx(sum(liked) + sum(disliked))


def test_a_ratio_of_one_is_scikit_learn_s_balanced() -> None:
    liked = np.array([1, 1, 0, 0, 0, 0, 0])
    dislike, like = compute_class_weight("balanced", classes=np.array([0, 1]), y=liked)
    assert balanced(liked.astype(float), 1.0 - liked, 1.0) == pytest.approx((like, dislike))


def test_one_side_alone_weighs_its_share() -> None:
    assert balanced(np.ones(4), np.zeros(4), 3.0)[0] == pytest.approx(0.75)
    assert balanced(np.zeros(4), np.ones(4), 3.0)[1] == pytest.approx(0.25)
