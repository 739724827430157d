"""Steps: how each token of a draft was chosen, recorded for the x-ray of sampling.

m of the V tokens of the vocabulary are recorded at each step, the likeliest first: RECORDED_TOKENS, or as
many as it takes to have the one that was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch

from palate.errors import BadValue
from palate.model.decode import Step, decode, numbers_for
from palate.model.draft import Finish, Prompt
from palate.model.filters import Ranked, penalised, ranked
from palate.model.local import BATCH, LocalModel
from palate.model.network import Ids, Network
from palate.model.promise import ignore_text
from palate.model.sampling import Sampling
from palate.model.text_stream import TextStream

Array = np.ndarray[Any, np.dtype[Any]]
RECORDED_TOKENS = 200
REST_BINS = 64  # of the logits of all other tokens
BRANCH_TOKENS = 12


class Branch(NamedTuple):
    """What would have been written had another token been chosen at a step. token: its id. ids, text: of what
    follows it.
    """

    token: int
    ids: tuple[int, ...]
    text: str


@dataclass(frozen=True, eq=False)
class TokenStep:
    """How one token was chosen.

    tokens: (m,) ids. raw: (m,) logits as the model gave them. penalised: (m,) after the repetition penalty.
    scaled: (m,) divided by the temperature, as they are where it is 0. log_softmax: (m,) of the scaled.
    by_top_k, by_top_p, by_min_p: (m,) bool, whether it is left after that filter and those before. log_probs:
    (m,) that it is drawn with, minus infinity for what is cut. Of equally likely tokens the one drawn stands
    where its number fell. rest_low, rest_width, rest_counts: how many of the other tokens have a penalised
    logit in each of REST_BINS bins. number: drawn, in [0, 1). chosen: the place of the token among the m.
    entropy: of all V tokens at temperature 1, in nats. log_prob: of the
    token at temperature 1, without filters. branches: see `Branch`.
    """

    tokens: Array
    raw: Array
    penalised: Array
    scaled: Array
    log_softmax: Array
    by_top_k: Array
    by_top_p: Array
    by_min_p: Array
    log_probs: Array
    rest_low: float
    rest_width: float
    rest_counts: Array
    number: float
    chosen: int
    entropy: float
    log_prob: float
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class SamplingXRay:
    """How a draft was written.

    pieces: the prompt's tokens as text. steps: of the tokens written. names: the text of every recorded
    token, by id. special: those of the prompt and of `names` that stand for no text.
    """

    model: str
    prompt: Prompt
    read: str
    prompt_ids: tuple[int, ...]
    pieces: tuple[str, ...]
    text: str
    finish: Finish
    sampling: Sampling
    steps: tuple[TokenStep, ...]
    names: dict[int, str]
    special: frozenset[int] = frozenset()


def sampling_xray(
    model: LocalModel, prompt: Prompt, sampling: Sampling, *, branches: int = 0
) -> SamplingXRay:
    """Writes one draft and records every step. The draft is that which `write` gives for the same arguments.

    branches: so many of the likeliest other tokens of each step are followed for BRANCH_TOKENS tokens, with
    the numbers that were drawn for the draft. Costs a draft, and as many short drafts as there are branches.
    """
    network, steps = model.network, list[TokenStep]()
    ids = network.ids_of(prompt)
    stream = TextStream(network, sampling, 0, ignore_text)
    written = decode(
        network,
        [ids],
        sampling,
        limits=[model.limit_for(ids, sampling)],
        numbers=[numbers_for(sampling.seed, 0)],
        on_step=lambda step: steps.append(_recorded(step, sampling)),
        stops=lambda _, so_far: stream.stops(so_far),
    )[0]
    if branches:
        steps = _with_branches(network, ids, written.ids, steps, sampling, branches)
    shown = {int(token) for step in steps for token in step.tokens}
    assert written.finish is not None
    return SamplingXRay(
        model=network.name,
        prompt=prompt,
        read=network.text_of(prompt),
        prompt_ids=tuple(ids),
        pieces=tuple(map(network.token, ids)),
        text=stream.finish(written),
        finish=written.finish,
        sampling=sampling,
        steps=tuple(steps),
        names={token: network.token(token) for token in sorted(shown)},
        special=frozenset(network.tokenizer.all_special_ids) & {*shown, *ids},
    )


def _recorded(step: Step, sampling: Sampling) -> TokenStep:
    raw, token = step.logits[0], int(step.tokens[0])
    changed = penalised(step.logits, step.seen, sampling.repetition_penalty)
    scaled = changed if sampling.greedy else changed / sampling.temperature
    likelier = int((scaled[0] >= scaled[0, token]).sum())
    m = min(max(RECORDED_TOKENS, sampling.top_k + 1, likelier), raw.numel())
    after = [
        _first(scaled, Sampling(top_k=sampling.top_k, top_p=top_p, min_p=min_p), m)
        for top_p, min_p in ((1.0, 0.0), (sampling.top_p, 0.0), (sampling.top_p, sampling.min_p))
    ]
    log_probs = after[2].log_probs[0]
    fell = 0 if sampling.greedy else int((log_probs.exp().cumsum(-1) <= step.numbers[0]).sum())
    tokens = _with_drawn_at(fell, after[2].tokens[0], scaled[0], token)
    elsewhere = torch.ones_like(raw, dtype=torch.bool)
    elsewhere[tokens] = False
    low, width, counts = _histogram(changed[0][elsewhere])
    log_softmax, natural = scaled[0].log_softmax(-1), raw.log_softmax(-1)
    return TokenStep(
        tokens=tokens.numpy(),
        raw=raw[tokens].numpy(),
        penalised=changed[0][tokens].numpy(),
        scaled=scaled[0][tokens].numpy(),
        log_softmax=log_softmax[tokens].numpy(),
        by_top_k=after[0].kept[0].numpy(),
        by_top_p=after[1].kept[0].numpy(),
        by_min_p=after[2].kept[0].numpy(),
        log_probs=log_probs.numpy(),
        rest_low=low,
        rest_width=width,
        rest_counts=counts,
        number=float(step.numbers[0]),
        chosen=tokens.tolist().index(token),
        entropy=float(-(natural.exp() * natural.clamp(min=-1e9)).sum()),
        log_prob=float(natural[token]),
    )


def _with_drawn_at(index: int, tokens: torch.Tensor, scaled: torch.Tensor, drawn: int) -> torch.Tensor:
    """Returns tokens, with the drawn one at this index if the one there is as likely: such have no order, and
    `topk` sorts them otherwise for other sizes.
    """
    swapped = tokens.clone()
    if index < len(tokens) and scaled[tokens[index]] == scaled[drawn]:
        swapped[tokens == drawn] = tokens[index]
        swapped[index] = drawn
    return swapped


def _first(scaled: torch.Tensor, sampling: Sampling, m: int) -> Ranked:
    """Returns the m likeliest tokens as `ranked` does, but weighs what is kept beyond them."""
    found = ranked(scaled, sampling, m)
    if not bool(found.complete) and (sampling.top_p < 1 or sampling.min_p > 0):
        found = ranked(scaled, sampling, scaled.shape[-1])
    tokens, logits, kept, log_probs = (part[:, :m] for part in found[:4])
    return Ranked(tokens, logits, kept, log_probs, found.complete)


def _histogram(logits: torch.Tensor) -> tuple[float, float, Array]:
    """Returns the lowest edge, the width and the counts of REST_BINS bins."""
    finite = logits[logits.isfinite()]
    if not len(finite):
        return 0.0, 1.0, np.zeros(REST_BINS, dtype=np.int64)
    low, high = float(finite.min()), float(finite.max())
    width = max(high - low, 1e-3) / REST_BINS
    places = ((finite - low) / width).long().clamp(max=REST_BINS - 1)
    return low, width, torch.bincount(places, minlength=REST_BINS).numpy()


def _with_branches(
    network: Network,
    prompt: Ids,
    written: Ids,
    steps: Sequence[TokenStep],
    sampling: Sampling,
    branches: int,
) -> list[TokenStep]:
    if network.is_encoder_decoder:
        raise BadValue("branches are of models that only go on; leave them out for an encoder-decoder")
    plan = [
        (place, int(token))
        for place, step in enumerate(steps)
        for token in [t for t in step.tokens[: branches + 1] if t != step.tokens[step.chosen]][:branches]
    ]
    short = replace(sampling, new_tokens=BRANCH_TOKENS, length=None)
    room = network.window - len(prompt) - len(written)
    found: dict[int, list[Branch]] = {}
    for first in range(0, len(plan), BATCH):
        part = plan[first : first + BATCH]
        rows = decode(
            network,
            [[*prompt, *written[:place], token] for place, token in part],
            short,
            limits=[max(1, min(BRANCH_TOKENS, room))] * len(part),
            numbers=[islice(numbers_for(sampling.seed, 0), place + 1, None) for place, _ in part],
        )
        for (place, token), row in zip(part, rows, strict=True):
            branch = Branch(token, tuple(row.ids), network.text_from([token, *row.ids]))
            found.setdefault(place, []).append(branch)
    return [replace(step, branches=tuple(found.get(place, ()))) for place, step in enumerate(steps)]
