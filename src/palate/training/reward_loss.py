"""Reward loss: how ill scores fit rankings.

k answers of a ranking.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

Tensor = torch.Tensor


def ranking_loss(scores: Tensor, ranks: Sequence[int], margin: float = 0.0) -> Tensor:
    """Returns the negative log likelihood of one ranking: of two answers Bradley and Terry's, of more
    Plackett and Luce's, a choice of the best from those that are left, again and again.

    scores: (k,). ranks: of each answer, 0 the best; equal ones are as good: of two each then counts as half a
    win, of more each is chosen from all that are not better (Breslow). margin: of two, what the score of the
    better must exceed that of the other by.
    Source: Bradley and Terry (1952); Plackett (1975); Breslow (1974) for ties; Touvron et al., Llama 2
    (2023), eq. 2, for the margin.

    >>> round(float(ranking_loss(torch.tensor([1.0, 0.0]), [0, 1])), 4)
    0.3133
    """
    order = torch.tensor(ranks, device=scores.device)
    worst = int(order.max())
    n_worst = int((order == worst).sum())
    shifted = scores + margin * (order > 0).to(scores.dtype) if len(ranks) == 2 else scores
    loss = scores.new_zeros(())
    for index, rank in enumerate(ranks):
        left = shifted[order >= rank]
        # the last choice has no rival, but for what is as good
        weight = (n_worst - 1) / n_worst if rank == worst else 1.0
        loss = loss + weight * (left.logsumexp(0) - shifted[index])
    return loss


def rankings_loss(scores: Tensor, ranks: Sequence[Sequence[int]], margins: Sequence[float]) -> Tensor:
    """Returns the mean loss of rankings. scores: (all answers,) one ranking after the other."""
    parts = torch.split(scores, [len(one) for one in ranks])
    losses = [
        ranking_loss(part, one, margin) for part, one, margin in zip(parts, ranks, margins, strict=True)
    ]
    return torch.stack(losses).mean()
