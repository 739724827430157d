"""Stepping: the network's part of writing, one token at a time, with what it has read kept (the key-value
cache).

B rows, V tokens of the vocabulary.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Protocol

import torch

from palate.model.network import Ids, Network

Tensor = torch.Tensor


class Stepper(Protocol):
    """A batch of prompts that is being gone on from."""

    def first(self) -> Tensor:
        """Reads the prompts; returns (B, V) float32 logits of the token after each."""
        ...

    def next(self, tokens: Tensor) -> Tensor:
        """Reads one more token of each row, (B,); returns (B, V) float32 logits of the token after it."""
        ...

    def keep(self, rows: Tensor) -> None:
        """Goes on with some rows only, by their places."""
        ...


def stepper_for(network: Network, prompts: Sequence[Ids]) -> Stepper:
    """Returns what steps through these prompts: rows of unequal length are filled on the left, and masked."""
    width = max(map(len, prompts))
    ids = torch.tensor(
        [[network.pad_id] * (width - len(row)) + row for row in prompts], device=network.device
    )
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in prompts], device=ids.device)
    kind = _EncoderDecoderSteps if network.is_encoder_decoder else _CausalSteps
    return kind(network.model, ids, mask)


class _CausalSteps:
    def __init__(self, model: Any, ids: Tensor, mask: Tensor) -> None:
        self._model, self._ids, self._mask, self._cache = model, ids, mask, None
        # of a long prompt only the last token's logits are needed
        takes_last = "logits_to_keep" in inspect.signature(model.forward).parameters
        self._last_only = {"logits_to_keep": 1} if takes_last else {}

    def first(self) -> Tensor:
        positions = (self._mask.cumsum(dim=-1) - 1).clamp(min=0)
        return self._read(self._ids, positions)

    def next(self, tokens: Tensor) -> Tensor:
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(tokens), 1)], dim=-1)
        return self._read(tokens.unsqueeze(-1), self._mask.sum(dim=-1, keepdim=True) - 1)

    def keep(self, rows: Tensor) -> None:
        self._mask = self._mask[rows]
        self._cache.batch_select_indices(rows)  # type: ignore[attr-defined]

    def _read(self, ids: Tensor, positions: Tensor) -> Tensor:
        read = self._model(
            input_ids=ids,
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            **self._last_only,
        )
        self._cache = read.past_key_values
        return read.logits[:, -1].float()  # type: ignore[no-any-return]


class _EncoderDecoderSteps:
    def __init__(self, model: Any, ids: Tensor, mask: Tensor) -> None:
        self._model, self._mask, self._cache = model, mask, None
        self._encoded = model.get_encoder()(input_ids=ids, attention_mask=mask)

    def first(self) -> Tensor:
        begin = self._model.config.decoder_start_token_id
        return self.next(torch.full((len(self._mask),), begin, device=self._mask.device))

    def next(self, tokens: Tensor) -> Tensor:
        read = self._model(
            encoder_outputs=self._encoded,
            attention_mask=self._mask,
            decoder_input_ids=tokens.unsqueeze(-1),
            past_key_values=self._cache,
            use_cache=True,
        )
        self._cache = read.past_key_values
        return read.logits[:, -1].float()  # type: ignore[no-any-return]

    def keep(self, rows: Tensor) -> None:
        self._mask = self._mask[rows]
        self._encoded.last_hidden_state = self._encoded.last_hidden_state[rows]
        self._cache.batch_select_indices(rows)  # type: ignore[attr-defined]
