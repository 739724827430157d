"""The verdict on a tuned encoder: whether readers are served better beyond noise, and nothing was
forgotten.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from palate.evaluation.metrics import Interval
from palate.training.tune_encoder import TunedEncoder

# an agreement with the start, and a fall of the STS figure, that no gain makes up for
MIN_AGREEMENT, MAX_STS_FALL = 0.5, 0.02


@dataclass(frozen=True)
class Verdict:
    """kept: whether the encoder passed. reason: why, in a sentence."""

    kept: bool
    reason: str


def judge_encoder(tuned: TunedEncoder, gains: Mapping[str, Interval]) -> Verdict:
    """Returns the verdict; a figure that is no number never lets an encoder pass.

    gains: over each encoder that it was compared with, by that encoder's name.
    """
    if forgotten := _forgotten(tuned):
        return Verdict(False, forgotten)
    reason = "; ".join(_comparison(interval, name) for name, interval in gains.items())
    return Verdict(all(_is_better(interval) for interval in gains.values()), reason)


def _forgotten(tuned: TunedEncoder) -> str:
    """Returns what the encoder has forgotten of what it was made for, in a sentence; empty where nothing."""
    if "sts_spearman" in tuned.after:
        before, after = (figures["sts_spearman"] for figures in (tuned.before, tuned.after))
        held = before - after <= MAX_STS_FALL
        return "" if held else f"it forgot too much: STS Spearman fell from {before:.3f} to {after:.3f}"
    agreement = tuned.after["agreement"]
    if agreement >= MIN_AGREEMENT:
        return ""
    return (
        f"it forgot too much: its similarities of texts agree with the start's at {agreement:.2f}, "
        f"below {MIN_AGREEMENT}"
    )


def _is_better(gain: Interval) -> bool:
    return all(map(math.isfinite, gain)) and gain.low > 0


def _comparison(gain: Interval, name: str) -> str:
    if not all(map(math.isfinite, gain)):
        return f"not comparable with {name}: the change of the log loss is no number"
    if _is_better(gain):
        outcome = "better beyond noise"
    elif gain.high < 0:
        outcome = "worse beyond noise"
    else:
        outcome = "no better beyond noise"
    interval = f"{-gain.high:+.4f} to {-gain.low:+.4f}"
    return f"{outcome} than {name}: log loss {-gain.mean:+.4f} (95 %: {interval})"
