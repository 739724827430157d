"""Sampling: how the next token is chosen, and when a draft ends."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from palate.errors import BadValue

DEFAULT_NEW_TOKENS = 128


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next token is chosen and when a draft ends. Applied in this order:

    repetition_penalty: tokens that are there already become less likely above 1; above 0. temperature:
    logits are divided by it: below 1 the likely become likelier; 0 always takes the likeliest token (greedy).
    top_k: only so many of the likeliest tokens are kept; 0 keeps all. top_p: only the likeliest that come to
    this share together, in (0, 1]. min_p: only those at least this share as likely as the likeliest, in
    [0, 1). stop: strings that end a draft and are no part of it. stop_tokens: the same of tokens, by their
    text, beside those by which the model ends. new_tokens: at most so many are written. length: at most so
    many with the prompt, in place of new_tokens. seed: of the numbers drawn.

    Raises BadValue outside these ranges.
    Source: Holtzman et al., The curious case of neural text degeneration (2020), for top_p; Keskar et al.,
    CTRL (2019), for the penalty; Nguyen et al., Turning up the heat: min-p sampling (2024).

    >>> Sampling(temperature=0).greedy, Sampling(top_p=0.9).greedy
    (True, False)
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    stop_tokens: tuple[str, ...] = ()
    new_tokens: int = DEFAULT_NEW_TOKENS
    length: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        numbers = (self.temperature, self.top_p, self.min_p, self.repetition_penalty)
        if not all(map(math.isfinite, numbers)) or self.temperature < 0 or self.top_k < 0:
            raise BadValue(f"temperature and top-k are 0 or more, got {self.temperature} and {self.top_k}")
        if not 0 < self.top_p <= 1 or not 0 <= self.min_p < 1:
            raise BadValue(f"top-p lies in (0, 1] and min-p in [0, 1), got {self.top_p} and {self.min_p}")
        if self.repetition_penalty <= 0:
            raise BadValue(f"the repetition penalty is above 0, 1 for none, got {self.repetition_penalty}")
        if self.new_tokens < 1:
            raise BadValue(f"a draft has 1 new token or more, got {self.new_tokens}")
        if not all(self.stop) or not all(self.stop_tokens):
            raise BadValue("a stop string is not empty; leave it out")
        if self.seed < 0:
            raise BadValue(f"a seed is 0 or more, got {self.seed}")

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is always taken, and nothing is drawn."""
        return self.temperature == 0

    def for_part(self, first: int) -> Sampling:
        """Returns the sampling of prompts from the `first` on of a long list that is written in parts: with
        numbers of their own.
        """
        return replace(self, seed=self.seed + 1_000_003 * first) if first else self

    def limit_for(self, n_prompt: int, window: int) -> int:
        """Returns how many new tokens there may be after a prompt of so many, in a model of this window.

        Raises BadValue where nothing can be written.
        """
        if self.length is not None and self.length <= n_prompt:
            raise BadValue(
                f"the limit of {self.length} tokens with the prompt is not above the prompt's {n_prompt}; "
                f"give --max-length {n_prompt + self.new_tokens}, or --max-new-tokens alone"
            )
        wanted = self.new_tokens if self.length is None else self.length - n_prompt
        if n_prompt + wanted > window:
            raise BadValue(
                f"prompt {n_prompt} + new {wanted} = {n_prompt + wanted} tokens, and the model reads "
                f"{window}; shorten the prompt or lower --max-new-tokens"
            )
        return wanted
