from pathlib import Path

import pytest

from palate.adapt.verdict import judge_encoder
from palate.evaluation.metrics import Interval
from palate.training.run.loop import TrainingRun
from palate.training.tune_encoder import TunedEncoder

RUN = TrainingRun((), 1, 1, 0, 1.0, 1.0, 1, 1)
BETTER, UNSURE, WORSE = Interval(0.1, 0.05, 0.15), Interval(0.1, -0.05, 0.25), Interval(-0.1, -0.2, -0.05)


def tuned(agreement: float, sts: tuple[float, float] | None = None) -> TunedEncoder:
    before, after = {"agreement": 1.0}, {"agreement": agreement}
    if sts:
        before["sts_spearman"], after["sts_spearman"] = sts
    return TunedEncoder(Path("made"), {}, RUN, before, after, ())


def test_an_encoder_that_is_better_than_all_others_is_kept() -> None:
    verdict = judge_encoder(tuned(0.9), {"static": BETTER, "minilm": BETTER})
    assert verdict.kept
    assert verdict.reason.startswith(
        "better beyond noise than static: log loss -0.1000 (95 %: -0.1500 to -0.0500); better"
    )


@pytest.mark.parametrize(("interval", "outcome"), [(UNSURE, "no better"), (WORSE, "worse")])
def test_an_encoder_that_may_be_no_better_than_one_other_is_not(interval: Interval, outcome: str) -> None:
    verdict = judge_encoder(tuned(0.9), {"static": BETTER, "minilm": interval})
    assert not verdict.kept
    assert f"{outcome} beyond noise than minilm" in verdict.reason


@pytest.mark.parametrize(
    ("encoder", "reason"),
    [
        (
            tuned(0.4),
            "it forgot too much: its similarities of texts agree with the start's at 0.40, below 0.5",
        ),
        (tuned(0.9, (0.8, 0.7)), "it forgot too much: STS Spearman fell from 0.800 to 0.700"),
    ],
)
def test_no_gain_makes_up_for_what_was_forgotten(encoder: TunedEncoder, reason: str) -> None:
    verdict = judge_encoder(encoder, {"static": BETTER})
    assert (verdict.kept, verdict.reason) == (False, reason)


NAN = float("nan")


@pytest.mark.parametrize(
    "interval",
    [Interval(NAN, NAN, NAN), Interval(0.1, NAN, 0.2), Interval(NAN, 0.1, 0.2), Interval(0.1, 0.05, NAN)],
)
def test_a_gain_that_is_no_number_is_no_gain(interval: Interval) -> None:
    verdict = judge_encoder(tuned(0.9), {"static": BETTER, "minilm": interval})
    assert not verdict.kept
    assert "not comparable with minilm" in verdict.reason


@pytest.mark.parametrize("encoder", [tuned(NAN), tuned(0.9, (NAN, 0.7)), tuned(0.9, (0.7, NAN))])
def test_what_may_have_been_forgotten_is_not_kept(encoder: TunedEncoder) -> None:
    verdict = judge_encoder(encoder, {"static": BETTER})
    assert not verdict.kept
    assert "forgot too much" in verdict.reason


def test_given_pairs_decide_in_place_of_the_agreement() -> None:
    assert judge_encoder(tuned(0.1, (0.8, 0.79)), {"static": BETTER}).kept
