"""What every taste promises, with its default and with other settings."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from palate.errors import UnknownName
from palate.features import Features
from palate.parts import Taste
from palate.taste.bayes import BayesTaste
from palate.taste.choose import TASTES, make_taste
from palate.taste.profile import ProfileTaste

Floats = NDArray[np.float64]

MAKERS: dict[str, Callable[[], Taste]] = {
    **TASTES,
    "bayes, other settings": lambda: BayesTaste(
        {"semantic": 2.0, "keyword": 0.1}, noise=0.3, bias=1.5, dislike=1.4, balance=0.5, slope=1.0, most=7
    ),
    "bayes on words alone": lambda: BayesTaste({"keyword": 1.3}, noise=2.0, balance=0.0),
    "profile, other settings": lambda: ProfileTaste(halving=3.0, sharpness=5.0),
}
makers = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)

few = settings(max_examples=20)
Log = tuple[Features, Floats, Floats]

LIKINGS = {
    "mixed": st.sampled_from([1.0, -1.0]),
    "only likes": st.just(1.0),
    "only dislikes": st.just(-1.0),
    "numbers": st.floats(-1, 1),
    "zeros": st.just(0.0),
}


@st.composite
def logs(draw: st.DrawFn, most: int = 12) -> Log:
    """n judged texts, some of them repeated, some without a word, some with an empty vector."""
    n = draw(st.integers(0, most))
    texts = make_texts(draw(st.integers(0, 999)), n)
    rows = np.array(draw(st.lists(st.integers(0, max(0, n - 1)), min_size=n, max_size=n)), dtype=np.int64)
    likings = draw(st.lists(LIKINGS[draw(st.sampled_from(sorted(LIKINGS)))], min_size=n, max_size=n))
    weights = draw(st.lists(st.floats(0.05, 4), min_size=n, max_size=n))
    return texts[rows], np.array(likings, dtype=np.float64), np.array(weights, dtype=np.float64)


def make_texts(seed: int, n: int, dims: int = 6, terms: int = 11) -> Features:
    """n texts with a dense and a sparse block in single precision, as in a corpus; every fifth is all zeros in one of them."""
    rng = np.random.default_rng(seed)
    dense = (rng.normal(size=(n, dims)) / np.sqrt(dims)).astype(np.float32)
    dense[4::5] = 0
    sparse = np.abs(rng.normal(size=(n, terms))) * (rng.random((n, terms)) < 0.3)
    sparse[2::5] = 0
    lengths = np.linalg.norm(sparse, axis=1, keepdims=True)
    return Features({"semantic": dense, "keyword": csr_array((sparse / np.where(lengths, lengths, 1)).astype(np.float32))})


def taught(make: Callable[[], Taste], log: Log) -> Taste:
    taste = make()
    taste.learn(*log)
    return taste


def bits(taste: Taste, texts: Features) -> list[bytes]:
    """All that a taste says of some texts, to the last bit."""
    base, weights = taste.explain()
    said = [*taste.value(texts), taste.logits(texts), np.float64(base), *(weights[name] for name in sorted(weights))]
    return [np.asarray(array).tobytes() for array in said]


@makers
@few
@given(log=logs(), seed=st.integers(0, 99))
def test_mean_is_a_probability_and_sd_that_of_one(make: Callable[[], Taste], log: Log, seed: int) -> None:
    texts = make_texts(seed, 6)
    mean, sd = taught(make, log).value(texts)
    assert mean.shape == sd.shape == (6,)
    assert ((mean >= 0) & (mean <= 1)).all()
    assert ((sd >= 0) & (sd <= np.sqrt(mean * (1 - mean)) + 1e-12)).all()


@makers
def test_nothing_judged_means_even_odds(make: Callable[[], Taste]) -> None:
    texts = make_texts(0, 6)
    for taste in (make(), taught(make, (texts[[]], np.zeros(0), np.zeros(0)))):
        mean, sd = taste.value(texts)
        np.testing.assert_allclose(mean, 0.5)
        assert (sd > 0.2).all()
        assert taste.explain()[0] == 0


@makers
def test_no_texts_have_no_values(make: Callable[[], Taste]) -> None:
    texts = make_texts(0, 4)
    taste = taught(make, (texts, np.array([1.0, -1, 1, 0.3]), np.ones(4)))
    mean, sd = taste.value(texts[[]])
    assert mean.shape == sd.shape == taste.logits(texts[[]]).shape == (0,)


@makers
@few
@given(log=logs(), cuts=st.lists(st.integers(0, 12), max_size=3), seed=st.integers(0, 99))
def test_batch_equals_stream_to_the_bit(make: Callable[[], Taste], log: Log, cuts: list[int], seed: int) -> None:
    """Learning the log at once, in pieces, or one by one with values asked for in between ends in the same taste."""
    features, likings, weights = log
    texts = make_texts(seed, 4)
    pieces, stream = make(), make()
    bounds = [0, *sorted(min(cut, len(likings)) for cut in cuts), len(likings)]
    for first, last in pairwise(bounds):
        pieces.learn(features[first:last], likings[first:last], weights[first:last])
    for row in range(len(likings)):
        stream.learn(features[[row]], likings[[row]], weights[[row]])
        stream.value(texts)
    assert bits(taught(make, log), texts) == bits(pieces, texts) == bits(stream, texts)


@makers
@few
@given(log=logs(), other=logs(), seed=st.integers(0, 99))
def test_forgetting_makes_it_new(make: Callable[[], Taste], log: Log, other: Log, seed: int) -> None:
    texts = make_texts(seed, 4)
    taste = taught(make, other)
    taste.value(texts)
    taste.forget()
    assert bits(taste, texts) == bits(make(), texts)
    taste.learn(*log)
    assert bits(taste, texts) == bits(taught(make, log), texts)


@makers
@few
@given(log=logs(), seed=st.integers(0, 99))
def test_a_value_does_not_depend_on_the_texts_beside_it(make: Callable[[], Taste], log: Log, seed: int) -> None:
    texts = make_texts(seed, 6)
    taste = taught(make, log)
    together = np.stack(taste.value(texts))
    alone = np.concatenate([np.stack(taste.value(texts[[row]])) for row in range(6)], axis=1)
    np.testing.assert_allclose(together, alone, atol=1e-9)


@makers
@few
@given(log=logs(), seed=st.integers(0, 99))
def test_logits_keep_the_order_of_means(make: Callable[[], Taste], log: Log, seed: int) -> None:
    """Logits are quick, in single precision: where two are apart by more than that, the means stand in the same order."""
    texts = make_texts(seed, 8)
    taste = taught(make, log)
    logits, (mean, _) = taste.logits(texts), taste.value(texts)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), mean, atol=1e-5)
    for one in range(8):
        assert (mean[logits > logits[one] + 1e-4 * (1 + abs(logits[one]))] >= mean[one]).all()


@makers
@few
@given(log=logs(), seed=st.integers(0, 99))
def test_explaining_sums_to_the_logit_of_the_mean(make: Callable[[], Taste], log: Log, seed: int) -> None:
    texts = make_texts(seed, 6)
    taste = taught(make, log)
    mean, _ = taste.value(texts)
    for row in range(6):
        one = texts[[row]]
        base, weights = taste.explain()
        blocks = {name: block.toarray() if isinstance(block, csr_array) else block for name, block in one.blocks.items()}
        total = base + sum(float(blocks[name].astype(np.float64)[0] @ weights[name]) for name in weights)
        assert total == pytest.approx(np.log(mean[row] / (1 - mean[row])), abs=1e-6)


@makers
@given(seed=st.integers(0, 99), likings=st.lists(st.floats(-1, 1), min_size=2, max_size=2, unique=True))
def test_the_more_one_text_is_liked_the_higher_its_value(make: Callable[[], Taste], seed: int, likings: list[float]) -> None:
    texts = make_texts(seed, 1)
    low, high = (taught(make, (texts, np.array([liking]), np.ones(1))).value(texts)[0][0] for liking in sorted(likings))
    assert low <= high
    if likings[0] * likings[1] < 0 and min(map(abs, likings)) > 1e-3:
        assert low < 0.5 < high or not texts.blocks["keyword"].sum()


@makers
@few
@given(log=logs(most=6), seed=st.integers(0, 99))
def test_a_like_raises_and_a_dislike_lowers_the_value_of_a_new_text(make: Callable[[], Taste], log: Log, seed: int) -> None:
    """Whatever was judged before, a text that is liked ends above where the same text ends that is disliked."""
    features, likings, weights = log
    text = make_texts(seed + 1000, 1)
    values = []
    for liking in (-1.0, 1.0):
        taste = taught(make, (features, likings, weights))
        taste.learn(text, np.array([liking]), np.ones(1))
        values.append(float(taste.value(text)[0][0]))
    assert values[0] < values[1]


def test_a_kind_that_is_not_there_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownName, match="'margin'; choose one of: bayes, profile"):
        make_taste("margin")
