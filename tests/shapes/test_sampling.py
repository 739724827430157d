import json
import math

import numpy as np
import pytest

from palate.shapes.sampling import SHOWN_TOKENS, sampling_shape
from sampling_xrays import small_xray

pytestmark = pytest.mark.needs("bert")


def test_a_shape_is_json_without_nan_and_what_is_cut_is_null() -> None:
    xray = small_xray(top_k=5, temperature=0.9)
    shape = json.loads(json.dumps(sampling_shape(xray), allow_nan=False))
    for step, recorded in zip(shape["steps"], xray.steps, strict=True):
        kept = [one for one in step["tokens"] if one["probability"] is not None]
        assert len(kept) == 5
        assert sum(one["probability"] for one in kept) == pytest.approx(1)
        assert [one["interval"] is None for one in step["tokens"]] == [
            not one["by_min_p"] for one in step["tokens"]
        ]
        assert len(step["tokens"]) == SHOWN_TOKENS
        assert step["number"] == recorded.number


def test_the_chosen_token_is_always_there_and_its_interval_has_the_number() -> None:
    xray = small_xray(temperature=2.5, seed=2)
    shape = sampling_shape(xray, n_tokens=2)
    assert any(step["rank"] > 2 for step in shape["steps"])
    for step in shape["steps"]:
        (chosen,) = [one for one in step["tokens"] if one["chosen"]]
        low, high = chosen["interval"]
        assert low <= step["number"] < high


def test_sums_are_over_all_new_tokens() -> None:
    xray = small_xray(branches=1)
    shape = sampling_shape(xray)
    total = sum(step.log_prob for step in xray.steps)
    assert shape["log_prob"] == shape["steps"][-1]["log_prob_so_far"] == pytest.approx(total)
    assert shape["perplexity"] == pytest.approx(np.exp(-total / len(xray.steps)), rel=1e-5)
    assert shape["tokens"]["all"] == len(xray.prompt_ids) + len(xray.steps)
    assert all(len(step["branches"]) == 1 for step in shape["steps"])
    assert math.isfinite(shape["perplexity"])
