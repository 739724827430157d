"""AlignSettings: how a model is trained towards a reward, and how it is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from palate.errors import BadValue

Method = Literal["dpo", "kto", "rloo", "grpo"]
METHODS: tuple[Method, ...] = ("dpo", "kto", "rloo", "grpo")


@dataclass(frozen=True, kw_only=True)
class AlignSettings:
    """The settings of one alignment.

    method: dpo and kto learn from drafts written beforehand, of pairs and one by one; rloo and grpo write
    while they learn. leash: most KL divergence from the base, in nats a draft: the last model within it is
    kept. minutes: about how long the whole takes. drafts: of each prompt, 2 or more. new_tokens: of a draft
    at most. temperature: drafts are written and measured with. rate: of AdamW. beta: of the method's own pull
    towards the base. batch: drafts or pairs a step. rank: of the adapter. Raises BadValue outside the ranges.
    Source: Rafailov et al., Direct preference optimization (2023); Ethayarajh et al., KTO (2024); Ahmadian
    et al., Back to basics (RLOO, 2024); Shao et al., DeepSeekMath (GRPO, 2024); Hu et al., LoRA (2021).
    """

    method: Method = "dpo"
    leash: float = 2.0
    minutes: float = 20.0
    drafts: int = 4
    new_tokens: int = 48
    temperature: float = 0.8
    rate: float = 1e-4
    beta: float = 0.1
    batch: int = 8
    rank: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise BadValue(f"there is no method {self.method!r}; choose one of: {', '.join(METHODS)}")
        positive = (self.leash, self.minutes, self.temperature, self.rate, self.beta)
        if not all(math.isfinite(value) and value > 0 for value in positive):
            raise BadValue("leash, minutes, temperature, rate and beta are above 0")
        if self.drafts < 2 or min(self.new_tokens, self.batch, self.rank) < 1 or self.seed < 0:
            raise BadValue("drafts are 2 or more, new tokens, batch and rank 1 or more, a seed 0 or more")
