from typing import Any

import numpy as np
import pytest

from sampling_xrays import small_xray

pytestmark = pytest.mark.needs("bert")


@pytest.mark.parametrize("settings", [{}, {"top_p": 0.97}, {"temperature": 0}, {"top_k": 30, "min_p": 0.01}])
def test_of_equally_likely_tokens_the_one_drawn_stands_where_its_number_fell(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logits rounded to whole numbers are equal by dozens, and `topk` gives them no order."""
    import torch

    from palate.model import decode

    choose = decode.choose

    def rounded(logits: torch.Tensor, *rest: object) -> torch.Tensor:
        logits.round_()  # in place: the step that is recorded has the same
        return choose(logits, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(decode, "choose", rounded)
    for step in small_xray(new_tokens=20, **{"temperature": 1.5, **settings}).steps:
        until = np.exp(step.log_probs).cumsum()
        fell = 0 if settings.get("temperature") == 0 else int(np.searchsorted(until, step.number, "right"))
        assert step.chosen == fell
