"""X-rays of sampling by the small network, for tests of what shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.small_model import small_network

if TYPE_CHECKING:
    from palate.model.steps import SamplingXRay


def small_xray(*, branches: int = 0, new_tokens: int = 12, **settings: Any) -> SamplingXRay:
    """One draft after a short chat; settings: of `Sampling`."""
    from palate.model.draft import Prompt
    from palate.model.local import LocalModel
    from palate.model.sampling import Sampling
    from palate.model.steps import sampling_xray

    sampling = Sampling(new_tokens=new_tokens, **settings)
    prompt = Prompt.chat("the hat is on the shore")
    return sampling_xray(LocalModel(small_network()), prompt, sampling, branches=branches)
