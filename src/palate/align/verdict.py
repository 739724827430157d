"""The verdict on an aligned model: whether the judges see the gain beyond noise and nothing was lost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from palate.align.figures import Gain

MAX_LENGTH_CHANGE = 0.25  # of the mean count of tokens, up or down: a longer draft is no better one
MAX_DISTINCT_FALL = 0.05
MAX_PERPLEXITY_RISE = 0.25  # of drafts under the base
MAX_FAITHFUL_FALL = 0.02  # of the mean cosine of draft and prompt, beyond noise


@dataclass(frozen=True)
class Verdict:
    """kept: whether the model passed. reason: why, in a sentence."""

    kept: bool
    reason: str


def judge_model(
    gains: Mapping[str, Gain], faithful: Gain, before: Mapping[str, float], after: Mapping[str, float]
) -> Verdict:
    """Returns the verdict; a figure that is no number never lets a model pass.

    gains: "reward" and "judges", the mean of all judges, in sds. faithful: change of the cosine of draft and
    prompt. before, after: length in tokens, distinct-2 and perplexity under the base, of base and model.
    """
    judges = gains["judges"]
    told = f"the judges' mean gain is {judges.mean:+.2f} sd [{judges.low:+.2f}, {judges.high:+.2f}]"
    if lost := _lost(faithful, before, after):
        return Verdict(False, f"{lost}; {told}")
    if not (judges.low > 0 and math.isfinite(judges.mean)):
        return Verdict(False, f"{told}, not beyond noise")
    reward = gains["reward"]
    return Verdict(
        True, f"{told}, the reward's {reward.mean:+.2f} sd [{reward.low:+.2f}, {reward.high:+.2f}]"
    )


def _lost(faithful: Gain, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Returns what was lost, in words; empty where nothing was."""
    if not abs(after["length"] / before["length"] - 1) <= MAX_LENGTH_CHANGE:
        return f"the mean length went from {before['length']:.0f} to {after['length']:.0f} tokens"
    if not before["distinct2"] - after["distinct2"] <= MAX_DISTINCT_FALL:
        return f"distinct-2 fell from {before['distinct2']:.2f} to {after['distinct2']:.2f}"
    if not after["perplexity"] / before["perplexity"] - 1 <= MAX_PERPLEXITY_RISE:
        return f"perplexity under the base rose from {before['perplexity']:.1f} to {after['perplexity']:.1f}"
    if not (faithful.high >= 0 or faithful.mean >= -MAX_FAITHFUL_FALL):
        return f"the cosine of draft and prompt changed by {faithful.mean:+.3f}"
    return ""
