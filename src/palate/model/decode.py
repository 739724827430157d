"""Decode: the loop in which a network writes, token by token: the file to read first of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch

from palate.errors import BadValue
from palate.model.draft import Finish
from palate.model.filters import drawn, penalised, require_numbers
from palate.model.network import Ids, Network
from palate.model.sampling import Sampling
from palate.model.stepping import stepper_for

Tensor = torch.Tensor


@dataclass
class Written:
    """One row of a batch. ids: of the new tokens, with the one that ended it. log_probs: of each, natural, as
    the network gives them without temperature, filters and penalty. finish: None while it is being written.
    """

    ids: Ids = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)
    finish: Finish | None = None


class Step(NamedTuple):
    """What happened at one step, for who looks on. rows: (b,) those that were still being written. logits:
    (b, V) as the network gave them. seen: (b, V) bool, tokens that were there. numbers: (b,) drawn, in [0,
    1). tokens: (b,) chosen.
    """

    rows: Tensor
    logits: Tensor
    seen: Tensor
    numbers: Tensor
    tokens: Tensor


OnStep = Callable[[Step], None]
# whether the text of a row has come to a stop string
Stops = Callable[[int, Ids], bool]


def decode(
    network: Network,
    prompts: Sequence[Ids],
    sampling: Sampling,
    *,
    limits: Sequence[int],
    numbers: Sequence[Iterator[float]],
    on_step: OnStep = lambda _: None,
    stops: Stops = lambda _, __: False,
) -> list[Written]:
    """Writes after each of B prompts, all at once, until every row has ended.

    limits: new tokens of each row at most. numbers: of each row, what is drawn, one number a step. Costs a
    pass over the prompts and one a token; rows that have ended are dropped when they are half of the batch.
    Equal arguments give equal tokens on one machine; in bfloat16 another batch may round otherwise. Raises
    BadValue where logits are no numbers.
    """
    written = [Written() for _ in prompts]
    ends = network.end_ids | _stop_ids(network, sampling)
    with torch.inference_mode():
        stepper = stepper_for(network, prompts)
        logits, rows = stepper.first(), torch.arange(len(prompts), device=network.device)
        seen = _seen(prompts, logits)
        while True:
            draw = torch.tensor([next(numbers[row]) for row in rows.tolist()], dtype=torch.float64)
            tokens = choose(logits, seen, draw.to(logits.device), sampling)
            on_step(Step(rows, logits, seen, draw, tokens))
            log_probs = logits.gather(-1, tokens.unsqueeze(-1)).squeeze(-1) - logits.logsumexp(dim=-1)
            seen = seen.scatter(-1, tokens.unsqueeze(-1), True)
            for row, token, log_prob in zip(rows.tolist(), tokens.tolist(), log_probs.tolist(), strict=True):
                one = written[row]
                if one.finish is not None:
                    continue  # it has ended, and is read on with the others until they are few
                one.ids.append(token)
                one.log_probs.append(log_prob)
                one.finish = _finish(network, one.ids, ends, limits[row], stopped=stops(row, one.ids))
            open_ = torch.tensor([written[row].finish is None for row in rows.tolist()])
            if not open_.any():
                return written
            if 2 * int(open_.sum()) <= len(rows):
                kept = open_.nonzero().squeeze(-1).to(rows.device)
                stepper.keep(kept)
                rows, tokens, seen = rows[kept], tokens[kept], seen[kept]
            logits = stepper.next(tokens)


def choose(logits: Tensor, seen: Tensor, numbers: Tensor, sampling: Sampling) -> Tensor:
    """Returns (B,) next tokens. logits: (B, V). seen: (B, V) bool. numbers: (B,) in [0, 1)."""
    require_numbers(logits)
    logits = penalised(logits, seen, sampling.repetition_penalty)
    return (
        logits.argmax(dim=-1) if sampling.greedy else drawn(logits / sampling.temperature, numbers, sampling)
    )


def numbers_for(seed: int, row: int) -> Iterator[float]:
    """Yields the numbers that are drawn for one row, the same for the same seed and row whatever the batch.

    >>> first = numbers_for(7, 0)
    >>> [round(next(first), 3) for _ in range(2)], round(next(numbers_for(7, 1)), 3)
    ([0.625, 0.897], 0.77)
    """
    rng = np.random.default_rng([seed, row])
    while True:
        yield float(rng.random())


def _seen(prompts: Sequence[Ids], logits: Tensor) -> Tensor:
    seen = torch.zeros(logits.shape, dtype=torch.bool, device=logits.device)
    for row, ids in enumerate(prompts):
        seen[row, ids] = True
    return seen


def _stop_ids(network: Network, sampling: Sampling) -> frozenset[int]:
    """Returns the ids of the stop tokens. Raises BadValue for a text that is not one token."""
    found = set()
    for text in sampling.stop_tokens:
        ids = network.tokenizer(text, add_special_tokens=False)["input_ids"]
        if len(ids) != 1:
            raise BadValue(
                f"{text!r} is {len(ids)} tokens of {network.name}, expected one; give it as a stop string"
            )
        found.add(ids[0])
    return frozenset(found)


def _finish(network: Network, ids: Ids, ends: frozenset[int], limit: int, *, stopped: bool) -> Finish | None:
    if ids[-1] in network.end_ids:
        return "end"
    if stopped or ids[-1] in ends:
        return "stop"
    return "limit" if len(ids) >= limit else None
