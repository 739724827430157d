"""Filters: the steps from logits to the probabilities that the next token is drawn with.

B rows, V tokens of the vocabulary, m of the likeliest of them. Logits are (B, V) float32. The filters look at
tokens from the likeliest down, so that of a large vocabulary a few hundred are sorted, not all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch

from palate.errors import BadValue
from palate.model.sampling import Sampling

Tensor = torch.Tensor
SIZES = (256, 4096)  # tokens that are sorted first, then; all only where these do not decide


class Ranked(NamedTuple):
    """The m likeliest tokens of each row, the likeliest first.

    tokens: (B, m) ids. logits: (B, m) with penalty, divided by temperature. kept: (B, m) bool, what the
    filters leave. log_probs: (B, m) natural, that tokens are drawn with; minus infinity for what is cut.
    complete: (B,) whether all that is kept is among the m.
    """

    tokens: Tensor
    logits: Tensor
    kept: Tensor
    log_probs: Tensor
    complete: Tensor


def penalised(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Makes tokens that are there already less likely: positive logits are divided, negative multiplied.

    seen: (B, V) bool. Source: Keskar et al. (2019), section 4.1, in transformers' form for negative logits.

    >>> penalised(torch.tensor([[2.0, -2.0, 2.0]]), torch.tensor([[True, True, False]]), 2.0).tolist()
    [[1.0, -4.0, 2.0]]
    """
    if penalty == 1:
        return logits
    return torch.where(seen, torch.where(logits > 0, logits / penalty, logits * penalty), logits)


def ranked(scaled: Tensor, sampling: Sampling, m: int) -> Ranked:
    """Returns the m likeliest tokens of each row as the filters of `sampling` leave them, in this order:
    top_k keeps the k likeliest and what equals the last of them, top_p those before which less than p has
    come together, min_p those not below that share of the likeliest.

    scaled: (B, V) logits with penalty, divided by temperature.

    >>> logits = torch.log(torch.tensor([[0.5, 0.2, 0.3]]))
    >>> found = ranked(logits, Sampling(top_p=0.6), 3)
    >>> found.tokens.tolist(), found.log_probs.exp().round(decimals=3).tolist()
    ([[0, 2, 1]], [[0.625, 0.375, 0.0]])
    """
    logits, tokens = scaled.topk(min(m, scaled.shape[-1]), dim=-1)
    kept, log_total = torch.ones_like(tokens, dtype=torch.bool), scaled.logsumexp(dim=-1, keepdim=True)
    if 0 < sampling.top_k < logits.shape[-1]:
        kept = logits >= logits[:, sampling.top_k - 1 : sampling.top_k]
        log_total = logits.masked_fill(~kept, -torch.inf).logsumexp(dim=-1, keepdim=True)
    shares = (logits - log_total).double().exp()
    if sampling.top_p < 1:
        kept = kept & (shares.cumsum(dim=-1) - shares < sampling.top_p)
    if sampling.min_p > 0:
        kept = kept & (logits >= logits[:, :1] + math.log(sampling.min_p))
    complete = ~kept[:, -1] | (logits.shape[-1] == scaled.shape[-1])
    mass = torch.where(kept, shares, 0.0).sum(dim=-1, keepdim=True)
    # where nothing is cut the rest weighs too, though it is not among the m
    mass = torch.where(complete.unsqueeze(-1), mass, 1.0)
    log_probs = ((logits - log_total).double() - mass.log()).masked_fill(~kept, -torch.inf)
    return Ranked(tokens, logits, kept, log_probs, complete)


def drawn(scaled: Tensor, numbers: Tensor, sampling: Sampling) -> Tensor:
    """Returns (B,) tokens: of each row the first, from the likeliest down, at which the probabilities come to
    more than its number.

    scaled: as for `ranked`. numbers: (B,) float64 in [0, 1). Inverse transform sampling: one number says
    which token was drawn, and which would have been under other settings.

    >>> logits = torch.log(torch.tensor([[0.2, 0.5, 0.3]] * 3))
    >>> drawn(logits, torch.tensor([0.1, 0.6, 0.9], dtype=torch.float64), Sampling()).tolist()
    [1, 2, 0]
    """
    tokens = torch.empty(len(scaled), dtype=torch.long, device=scaled.device)
    open_ = torch.arange(len(scaled), device=scaled.device)
    # kept tokens are all sorted where a filter cuts; where none does, only those down to the number
    cuts = sampling.top_k > 0 or sampling.top_p < 1 or sampling.min_p > 0
    for size in (*SIZES, scaled.shape[-1]):
        found = ranked(scaled[open_], sampling, max(size, sampling.top_k + 1))
        reached = found.log_probs.exp().cumsum(dim=-1)
        places = torch.searchsorted(reached, numbers[open_].unsqueeze(-1), right=True)
        last = found.kept.sum(dim=-1, keepdim=True) - 1  # rounding may leave the sum below 1
        chosen = found.tokens.gather(-1, torch.minimum(places, last)).squeeze(-1)
        decided = found.complete if cuts else found.complete | (places <= last).squeeze(-1)
        tokens[open_[decided]] = chosen[decided]
        open_ = open_[~decided]
        if not len(open_):
            break
    return tokens


def require_numbers(logits: Tensor) -> None:
    """Raises BadValue where a row has a logit that is no number, or none above minus infinity."""
    largest = logits.max(dim=-1).values  # nan where one is nan
    if not bool(largest.isfinite().all()):
        if bool(largest.isneginf().any()):
            raise BadValue("the model leaves no token to choose, all are masked; take another model")
        raise BadValue(
            "the model gave logits that are no numbers; its weights are damaged or overflow in this "
            "precision: load it with --precision float32, or take another model"
        )
