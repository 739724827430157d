import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue
from palate.training.run.settings import DEFAULT_LORA_RATE, DEFAULT_RATE, LoraSettings, TrainingSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"epochs": math.nan},
        {"batch": 0},
        {"accumulate": 0},
        {"rate": 0.0},
        {"rate": math.inf},
        {"warmup": 1.5},
        {"warmup": -0.1},
        {"decay": -1},
        {"clip": -1},
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"checks": 0},
        {"patience": -1},
        {"window": 3},
        {"seed": -1},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadValue, match="training needs epochs and rate above 0"):
        TrainingSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"rank": 0}, {"alpha": 0}, {"dropout": 1.0}, {"targets": ()}])
def test_adapters_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadValue, match="LoRA needs rank >= 1"):
        LoraSettings(**wrong)  # type: ignore[arg-type]


@given(st.one_of(st.none(), st.floats(1e-6, 1)), st.booleans())
def test_a_given_rate_wins_and_adapters_have_their_own_default(rate: float | None, lora: bool) -> None:
    settings = replace(TrainingSettings(rate=rate), lora=LoraSettings() if lora else None)
    assert settings.peak_rate == (rate or (DEFAULT_LORA_RATE if lora else DEFAULT_RATE))
