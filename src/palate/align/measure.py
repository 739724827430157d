"""Measuring: drafts of a model beside those of its base, for the same prompts and drawn with the same
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from palate.align.figures import Gain, distinct, gains_of, interval_of
from palate.align.likelihood import Moved, moved_from_base
from palate.align.raters import Raters
from palate.align.sampled import Sampled
from palate.model.network import Network
from palate.parts import Matrix, Vector

Encode = Callable[[Sequence[str]], Matrix]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a model gained and lost.

    gains: "reward", "judges" (the mean of all) and each judge by its name. faithful: change of the cosine of
    draft and prompt. before, after: figures of base and model.
    """

    gains: Mapping[str, Gain]
    faithful: Gain
    before: Mapping[str, float]
    after: Mapping[str, float]


def measured(
    network: Network,
    raters: Raters,
    encode: Encode,
    base: Sampled,
    drafts: Sampled,
    temperature: float,
) -> Outcome:
    """Returns what the drafts of a model gained over those of its base, which answer the same prompts."""
    by_judge = {
        name: gains_of(drafts.rated(judge), base.rated(judge)) for name, judge in raters.judges.items()
    }
    reward = gains_of(drafts.rated(raters.reward), base.rated(raters.reward))
    mean_of_judges = np.mean(list(by_judge.values()), axis=0)
    gains = {
        "reward": interval_of(reward),
        "judges": interval_of(mean_of_judges),
        **{f"judge {name}": interval_of(gain) for name, gain in by_judge.items()},
    }
    cosines = [_cosines(one, encode) for one in (base, drafts)]
    moved = [moved_from_base(network, one.rows, one.new_ids, temperature) for one in (base, drafts)]
    return Outcome(
        gains,
        interval_of(cosines[1] - cosines[0]),
        {**_figures(base, moved[0]), "kl": 0.0, "cosine": float(cosines[0].mean())},
        {**_figures(drafts, moved[1]), "kl": float(moved[1].kl.mean()), "cosine": float(cosines[1].mean())},
    )


def _figures(drafts: Sampled, moved: Moved) -> dict[str, float]:
    return {
        "length": float(np.mean([len(ids) for ids in drafts.ids])),
        "distinct2": distinct(drafts.texts),
        "perplexity": float(np.exp(-moved.base_log_prob.mean())),
    }


def _cosines(drafts: Sampled, encode: Encode) -> Vector:
    """Returns (p,) the mean cosine of each prompt to its drafts."""
    prompts, texts = encode(drafts.prompts), encode(drafts.texts)
    cosines: Matrix = (prompts * texts).sum(axis=1).reshape(len(drafts.asked), drafts.m)
    return np.asarray(cosines.mean(axis=1))
