"""Filters: the steps from logits to the probabilities that the next token is drawn with.

B rows, V tokens of the vocabulary. Logits are (B, V) float32; what a filter cuts becomes minus infinity.
"""

from __future__ import annotations

import torch

from palate.errors import BadValue
from palate.model.sampling import Sampling

Tensor = torch.Tensor
FIRST_LOOK = 256  # of the likeliest tokens are sorted first; more only where they do not decide


def penalised(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Makes tokens that are there already less likely: positive logits are divided, negative multiplied.

    seen: (B, V) bool. Source: Keskar et al. (2019), section 4.1, in transformers' form for negative logits.

    >>> penalised(torch.tensor([[2.0, -2.0, 2.0]]), torch.tensor([[True, True, False]]), 2.0).tolist()
    [[1.0, -4.0, 2.0]]
    """
    if penalty == 1:
        return logits
    return torch.where(seen, torch.where(logits > 0, logits / penalty, logits * penalty), logits)


def kept_by_top_k(logits: Tensor, k: int) -> Tensor:
    """Keeps the k largest of each row, and what equals the k-th; 0 keeps all.

    >>> kept_by_top_k(torch.tensor([[3.0, 1.0, 2.0]]), 2).tolist()
    [[3.0, -inf, 2.0]]
    """
    if not 0 < k < logits.shape[-1]:
        return logits
    smallest = logits.topk(k, dim=-1).values[..., -1:]
    return logits.masked_fill(logits < smallest, -torch.inf)


def kept_by_top_p(logits: Tensor, p: float) -> Tensor:
    """Keeps the likeliest tokens of each row whose probabilities come to p, at least one.

    A token is kept where those before it do not come to p yet. Only FIRST_LOOK tokens are sorted where they
    decide.

    >>> kept_by_top_p(torch.log(torch.tensor([[0.5, 0.2, 0.3]])), 0.6).isneginf().tolist()
    [[False, True, False]]
    """
    if p >= 1:
        return logits
    log_total = logits.logsumexp(dim=-1, keepdim=True)
    for size in (min(FIRST_LOOK, logits.shape[-1]), logits.shape[-1]):
        best = logits.topk(size, dim=-1)
        shares = (best.values - log_total).exp()
        before = shares.cumsum(dim=-1) - shares
        if size == logits.shape[-1] or bool((before[..., -1] >= p).all()):
            break
    kept = torch.full_like(logits, -torch.inf)
    return kept.scatter(-1, best.indices, best.values.masked_fill(before >= p, -torch.inf))


def kept_by_min_p(logits: Tensor, p: float) -> Tensor:
    """Keeps tokens that are at least p times as likely as the likeliest; 0 keeps all.

    >>> kept_by_min_p(torch.log(torch.tensor([[0.6, 0.1, 0.3]])), 0.4).isneginf().tolist()
    [[False, True, False]]
    """
    if p == 0:
        return logits
    least = logits.max(dim=-1, keepdim=True).values + torch.log(torch.tensor(p))
    return logits.masked_fill(logits < least, -torch.inf)


def filtered(logits: Tensor, seen: Tensor, sampling: Sampling) -> Tensor:
    """Returns (B, V) log probabilities that tokens are drawn with; minus infinity for what is cut.

    Temperature 0 has no such probabilities: take the largest logit of `penalised`. Raises BadValue where
    logits are no numbers or nothing is left to draw.
    """
    logits = penalised(logits, seen, sampling.repetition_penalty) / sampling.temperature
    logits = kept_by_top_k(logits, sampling.top_k)
    logits = kept_by_top_p(logits, sampling.top_p)
    logits = kept_by_min_p(logits, sampling.min_p)
    return logits.log_softmax(dim=-1)


def require_numbers(logits: Tensor) -> None:
    """Raises BadValue where a row has a logit that is no number, or none that is above minus infinity."""
    if bool(logits.isnan().any()) or bool((logits == torch.inf).any()):
        raise BadValue(
            "the model gave logits that are no numbers; its weights are damaged or overflow in this "
            "precision: load it in float32, or take another model"
        )
    if bool(logits.isneginf().all(dim=-1).any()):
        raise BadValue("the model leaves no token to choose; all of them are masked: take another model")


def drawn(log_probs: Tensor, numbers: Tensor) -> Tensor:
    """Returns (B,) tokens: of each row the first, from the likeliest down, at which the probabilities come to
    more than its number.

    log_probs: (B, V). numbers: (B,) float64 in [0, 1). Inverse transform sampling, so that one number says
    which token was drawn, and what would have been under other settings.

    >>> drawn(torch.log(torch.tensor([[0.2, 0.5, 0.3]] * 3)), torch.tensor([0.1, 0.6, 0.9])).tolist()
    [1, 2, 0]
    """
    for size in (min(FIRST_LOOK, log_probs.shape[-1]), log_probs.shape[-1]):
        best = log_probs.topk(size, dim=-1)
        reached = best.values.double().exp().cumsum(dim=-1)
        if size == log_probs.shape[-1] or bool((reached[:, -1] > numbers).all()):
            break
    kept = best.values.isneginf().logical_not().sum(dim=-1) - 1  # rounding may leave the sum below 1
    places = torch.searchsorted(reached, numbers.double().unsqueeze(-1), right=True).squeeze(-1)
    return best.indices.gather(-1, torch.minimum(places, kept).unsqueeze(-1)).squeeze(-1)
