"""Likelihood: how far a model has moved from its base, and how likely its drafts are under the base.

n drafts, T tokens of the longest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from palate.model.network import Ids, Network
from palate.parts import Vector

ROWS_AT_ONCE = 4  # whose logits, T times the vocabulary, are in memory


class Moved(NamedTuple):
    """kl: (n,) nats a draft, of the model from its base along the draft. base_log_prob: (n,) mean of a token
    under the base at temperature 1, natural.
    """

    kl: Vector
    base_log_prob: Vector


def moved_from_base(
    network: Network, prompts: Sequence[Ids], drafts: Sequence[Ids], temperature: float
) -> Moved:
    """Returns how far a model with an adapter is from the model without, along drafts that it wrote.

    The KL divergence of each step is taken over the whole vocabulary, at the temperature that was sampled
    with. Its sum over the steps of drafts that the model wrote is an unbiased estimate of that of whole
    drafts, with less variance than the log ratios of the tokens. Costs two passes over the drafts.
    """
    model: Any = network.model
    kl, base_log_prob = list[float](), list[float]()
    for first in range(0, len(drafts), ROWS_AT_ONCE):
        rows = range(first, min(first + ROWS_AT_ONCE, len(drafts)))
        batch = _Batch(network, [prompts[row] for row in rows], [drafts[row] for row in rows])
        with torch.inference_mode():
            here = batch.logits(model)
            with model.disable_adapter():
                base = batch.logits(model)
            log_here, log_base = ((logits / temperature).log_softmax(-1) for logits in (here, base))
            steps = (log_here.exp() * (log_here - log_base)).sum(-1)  # (rows, T)
            natural = base.log_softmax(-1).gather(-1, batch.targets.unsqueeze(-1)).squeeze(-1)
        kl += (steps * batch.mask).sum(-1).tolist()
        base_log_prob += ((natural * batch.mask).sum(-1) / batch.mask.sum(-1)).tolist()
    return Moved(np.array(kl), np.array(base_log_prob))


class _Batch:
    """Rows of prompt and draft, filled on the right. targets, mask: (rows, T) the tokens of the drafts."""

    def __init__(self, network: Network, prompts: Sequence[Ids], drafts: Sequence[Ids]) -> None:
        rows = [[*prompt, *draft] for prompt, draft in zip(prompts, drafts, strict=True)]
        width, longest = max(map(len, rows)), max(map(len, drafts))
        device = network.device
        self._ids = torch.tensor([row + [network.pad_id] * (width - len(row)) for row in rows], device=device)
        self._attention = torch.tensor(
            [[1] * len(row) + [0] * (width - len(row)) for row in rows], device=device
        )
        starts = torch.tensor([len(prompt) - 1 for prompt in prompts], device=device)
        lengths = torch.tensor([len(draft) for draft in drafts], device=device)
        steps = torch.arange(longest, device=device)
        self.mask = (steps < lengths.unsqueeze(-1)).float()
        # logits at a position are of the token after it
        self._positions = (starts.unsqueeze(-1) + steps).clamp(max=width - 1)
        self.targets = self._ids.gather(-1, (self._positions + 1).clamp(max=width - 1))

    def logits(self, model: Any) -> torch.Tensor:
        """Returns (rows, T, V) float32 logits of the drafts' tokens."""
        read = model(input_ids=self._ids, attention_mask=self._attention).logits
        rows = torch.arange(len(read), device=read.device).unsqueeze(-1)
        return read[rows, self._positions].float()  # type: ignore[no-any-return]
