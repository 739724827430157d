import pytest

from palate.errors import BadValue
from palate.model.sampling import Sampling


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1},
        {"temperature": float("nan")},
        {"top_k": -1},
        {"top_p": 0},
        {"top_p": 1.5},
        {"min_p": 1},
        {"repetition_penalty": 0},
        {"new_tokens": 0},
        {"stop": ("",)},
        {"seed": -1},
    ],
)
def test_settings_outside_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadValue):
        Sampling(**wrong)  # type: ignore[arg-type]


def test_the_two_limits_count_the_same_tokens() -> None:
    assert Sampling(new_tokens=64).limit_for(42, 1000) == 64
    assert Sampling(length=106).limit_for(42, 1000) == 64


def test_a_limit_that_leaves_nothing_to_write_is_refused_with_the_figures() -> None:
    with pytest.raises(BadValue, match="not above the prompt's 42"):
        Sampling(length=42).limit_for(42, 1000)
    with pytest.raises(BadValue, match=r"prompt 90 \+ new 20 = 110 tokens, and the model reads 100"):
        Sampling(new_tokens=20).limit_for(90, 100)
