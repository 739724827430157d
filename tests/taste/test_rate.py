import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit

from palate.features import Background, Features
from palate.taste.choose import make_contest
from palate.taste.rate import SPREAD, USUAL_SD, LeftOut, Stream, in_common, moved, rated

USUAL = Features({"semantic": np.zeros((50, 1))})


def left_out(logits: np.ndarray, likings: np.ndarray) -> LeftOut:
    return LeftOut(np.arange(len(logits)), logits, likings, np.ones(len(logits)))


@settings(max_examples=30)
@given(seed=st.integers(0, 9999), n=st.integers(0, 30), log_odds=st.floats(-5, 0), size=st.floats(0.1, 3))
def test_no_other_slope_and_offset_are_more_probable(seed: int, n: int, log_odds: float, size: float) -> None:
    """A search by scipy finds nothing better."""
    rng = np.random.default_rng(seed)
    judged, likings = size * rng.normal(size=n), rng.choice([1.0, -1.0], n)
    usual = size * rng.normal(size=50) - 1
    found = rated(left_out(judged, likings), Stream(USUAL, log_odds), usual)

    def surprise(at: np.ndarray) -> float:
        slope, offset = np.exp(at[0]), at[1]
        fit = -log_expit(likings * (slope * judged + offset)).sum()
        missed = (
            logit(np.clip(expit(slope * usual + offset), 1e-12, 1 - 1e-12).mean()) - log_odds
        ) / USUAL_SD
        return float(fit + missed**2 / 2 + (at[0] / SPREAD) ** 2 / 2)

    best = min(minimize(surprise, (0.0, start), method="BFGS").fun for start in (-3.0, 0.0))
    assert surprise(np.array([np.log(found[0]), found[1]])) <= best + 1e-4


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5])
def test_many_verdicts_on_any_texts_say_how_rare_likes_are(share: float) -> None:
    rng = np.random.default_rng(0)
    judged = rng.normal(size=2000)
    likings = np.where(rng.random(2000) < share, 1.0, -1.0)
    slope, offset = rated(left_out(judged, likings), Stream(USUAL), rng.normal(size=50))
    assert expit(slope * judged + offset).mean() == pytest.approx(share, abs=0.02)


@given(
    mean=st.lists(st.floats(0.001, 0.999), min_size=2, max_size=5),
    slope=st.floats(0.1, 5),
    offset=st.floats(-4, 4),
)
def test_moved_means_keep_their_order_and_their_share_of_doubt(
    mean: list[float], slope: float, offset: float
) -> None:
    before = np.array(mean)
    sd = 0.5 * np.sqrt(before * (1 - before))
    after, moved_sd = moved(before, sd, slope, offset)
    assert np.argsort(after, kind="stable").tolist() == np.argsort(before, kind="stable").tolist()
    assert moved_sd == pytest.approx(0.5 * np.sqrt(after * (1 - after)))


def test_only_texts_that_all_know_count() -> None:
    one = LeftOut(np.array([0, 2, 3]), np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 1.0]), np.ones(3))
    other = LeftOut(np.array([2, 3, 5]), np.array([10.0, 20.0, 30.0]), np.array([-1.0, 1.0, 1.0]), np.ones(3))
    both = in_common([(0.25, one), (0.75, other)])
    assert (both.ordinals.tolist(), both.logits.tolist(), both.likings.tolist()) == (
        [2, 3],
        [8.0, 15.75],
        [-1.0, 1.0],
    )


@given(seed=st.integers(0, 99), n=st.integers(1, 12))
def test_a_contest_keeps_its_order_when_it_learns_how_rare_likes_are(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    blocks = {"semantic": rng.normal(size=(40, 3)), "keyword": rng.normal(size=(40, 4))}
    blocks["tfidf"] = blocks["keyword"]
    texts = Features(blocks)
    average = Features({name: block.mean(axis=0, keepdims=True) for name, block in blocks.items()})
    likings = rng.choice([1.0, -1.0], n)
    rows = rng.permutation(40)[:n]
    values = []
    for sample in (texts, Features({})):
        contest = make_contest("bayes", Background(average, sample, {}))
        contest.learn(texts[rows], likings, np.ones(n))
        values.append(contest.value(texts)[0])
    assert np.argsort(values[0], kind="stable").tolist() == np.argsort(values[1], kind="stable").tolist()
