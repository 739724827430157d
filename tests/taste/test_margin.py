"""MarginTaste against liblinear, and its left-out scores against leaving out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.svm import LinearSVC

from palate.features import Background, Features
from palate.taste.margin import MarginTaste, squared_hinge

Floats = NDArray[np.float64]
few = settings(max_examples=15)


def drawn(seed: int, n: int, terms: int = 9) -> tuple[Floats, Floats]:
    """Rows of words, and likings that a hidden taste decides, with both signs among them."""
    rng = np.random.default_rng(seed)
    rows = np.abs(rng.normal(size=(n, terms))) * (rng.random((n, terms)) < 0.5)
    likings = np.sign(rows @ rng.normal(size=terms) + 0.5 * rng.normal(size=n) + 1e-9)
    likings[:2] = 1, -1
    return rows, likings


def words(rows: Floats) -> Features:
    return Features({"keyword": csr_array(rows)})


def background(rows: Floats) -> Background:
    return Background(words(rows.mean(axis=0, keepdims=True)), words(rows), {})


def liblinear(rows: Floats, likings: Floats, costs: Floats) -> Any:
    svm = LinearSVC(loss="squared_hinge", C=1.0, tol=1e-10, max_iter=200_000, random_state=0)
    return svm.fit(rows, likings, sample_weight=costs)


@few
@given(seed=st.integers(0, 999), n=st.integers(4, 25), cost=st.floats(0.02, 5))
def test_the_solution_is_liblinear_s(seed: int, n: int, cost: float) -> None:
    rows, likings = drawn(seed, n)
    costs = cost * np.random.default_rng(seed).uniform(0.3, 3, n)
    support, amounts, root = squared_hinge(rows @ rows.T + 1, likings, costs)
    svm = liblinear(rows, likings, costs)
    np.testing.assert_allclose(rows.T @ amounts, svm.coef_[0], atol=1e-4)
    assert amounts.sum() == pytest.approx(svm.intercept_[0], abs=1e-4)
    assert (amounts[~support] == 0).all()
    np.testing.assert_allclose(root.T @ (root @ likings[support]), amounts[support])


@few
@given(
    seed=st.integers(0, 999),
    n=st.integers(4, 20),
    cost=st.floats(0.05, 2),
    ratio=st.floats(0.3, 10),
    weak=st.integers(1, 6),
)
def test_weights_point_where_liblinear_s_do_with_balanced_and_weak_texts(
    seed: int, n: int, cost: float, ratio: float, weak: int
) -> None:
    """Judged texts balanced, and texts of the corpus as dislikes that together weigh 0.2 times the likes that
    say anything.

    A liked text without a word raises the intercept alone: against it a weak text would only say that words
    are disliked."""
    rows, likings = drawn(seed, n)
    corpus = drawn(seed + 1, weak + 1)[0][:weak]
    taste = MarginTaste(
        {"keyword": 1.7}, cost=cost, ratio=ratio, weak=99, doubt=0.2, background=background(corpus)
    )
    taste.learn(words(rows), likings, np.ones(n))
    n_liked = int((likings > 0).sum())
    like = n * ratio / (1 + ratio) / n_liked
    costs = cost * np.where(likings > 0, like, n / (1 + ratio) / (n - n_liked))
    scaled = np.sqrt(1.7) * np.vstack([rows, corpus])
    n_saying = int(rows[likings > 0].any(axis=1).sum())
    costs = np.append(costs, np.full(weak, cost * 0.2 * n_saying * like / weak))
    svm = liblinear(scaled, np.append(likings, -np.ones(weak)), costs)
    expected = np.sqrt(1.7) * svm.coef_[0]
    weights = np.asarray(taste.explain()[1]["keyword"])
    slope = weights @ expected / (expected @ expected)
    assert slope > 0
    np.testing.assert_allclose(weights, slope * expected, atol=1e-3 * np.abs(weights).max())


def test_left_out_scores_are_those_of_an_svm_without_the_text() -> None:
    """As long as the others stay on their side of the margin: with slack so cheap that every text is within
    it, exactly so.
    """
    rows, likings = drawn(3, 12)
    costs = np.full(12, 0.01)
    gram = rows @ rows.T + 1
    support, amounts, root = squared_hinge(gram, likings, costs)
    assert support.all()
    inverse = root.T @ root
    for row in range(12):
        others = np.arange(12) != row
        without = squared_hinge(gram[np.ix_(others, others)], likings[others], costs[others])[1]
        left_out = likings[row] - amounts[row] / inverse[row, row]
        assert left_out == pytest.approx(gram[row, others] @ without, abs=1e-9)


def test_weak_texts_lower_what_looks_like_the_corpus() -> None:
    """One like of a text that shares one term with everything and one with few: what is like the rest gains
    less.
    """
    corpus = np.array([[1.0, 0, 0.5]] * 20)
    like = np.array([[1.0, 1.0, 0]])
    common, rare = np.array([[1.0, 0, 0]]), np.array([[0, 1.0, 0]])
    gaps = []
    for weak in (0, 20):
        taste = MarginTaste({"keyword": 1.0}, weak=weak, doubt=1.0, background=background(corpus))
        taste.learn(words(like), np.ones(1), np.ones(1))
        gaps.append(float(taste.logits(words(rare))[0] - taste.logits(words(common))[0]))
    assert gaps[0] == pytest.approx(0, abs=1e-6)
    assert gaps[1] > 0.01


def test_a_dislike_far_outside_the_margin_changes_no_direction() -> None:
    rows, likings = np.array([[1.0, 0], [0, 1.0], [0, 9.0]]), np.array([1.0, -1, -1])
    costs = np.full(3, 5.0)
    with_it = squared_hinge(rows @ rows.T + 1, likings, costs)
    without = squared_hinge(rows[:2] @ rows[:2].T + 1, likings[:2], costs[:2])
    assert with_it[0].tolist() == [True, True, False]
    np.testing.assert_allclose(with_it[1][:2], without[1])


@few
@given(seed=st.integers(0, 999), n=st.integers(3, 20), cost=st.floats(0.02, 5))
def test_around_what_is_expected_each_amount_is_the_pull_of_its_loss(seed: int, n: int, cost: float) -> None:
    """The condition of optimality: an amount is the slope of its text's loss where that ends up."""
    rows, likings = drawn(seed, n)
    rng = np.random.default_rng(seed)
    costs, expected = cost * rng.uniform(0.3, 3, n), rng.normal(size=n)
    gram = rows @ rows.T + 1
    support, amounts, _ = squared_hinge(gram, likings, costs, expected)
    short = np.maximum(0, 1 - likings * (expected + gram @ amounts))
    np.testing.assert_allclose(amounts, 2 * costs * likings * short, atol=1e-7)
    assert (support == (short > 0)).all()


def test_beyond_max_judgements_the_oldest_of_the_larger_side_settle() -> None:
    """Their amounts stay as they were; what comes later is solved around the scores that these give."""
    rows, _ = drawn(0, 7)
    likings = np.array([1.0, -1, -1, -1, -1, 1, -1])
    taste = MarginTaste({"keyword": 1.0}, max_judgements=6)
    taste.learn(words(rows), likings, np.ones(7))
    gram = rows @ rows.T + 1
    before = squared_hinge(gram[:6, :6], likings[:6], costs_of(likings[:6]))[1]
    settled, held = np.array([1, 2, 3]), np.array([0, 4, 5, 6])
    expected = gram[np.ix_(held, settled)] @ before[settled]
    after = squared_hinge(gram[np.ix_(held, held)], likings[held], costs_of(likings[held]), expected)[1]
    weights = rows[settled].T @ before[settled] + rows[held].T @ after
    told = np.asarray(taste.explain()[1]["keyword"])
    slope = float(told @ weights / (weights @ weights))
    assert slope > 0
    assert taste.dropped == 0
    np.testing.assert_allclose(told, slope * weights, atol=1e-9)


def costs_of(likings: Floats) -> Floats:
    """With the default settings: likes together 9.8 times what dislikes together cost."""
    liked = likings > 0
    share = np.where(liked, 9.8 / liked.sum(), 1 / (~liked).sum()) / 10.8
    return np.asarray(0.11 * len(likings) * share)


def test_the_seed_decides_which_texts_are_weak() -> None:
    corpus = drawn(1, 50)[0]
    rows, likings = drawn(2, 6)

    def said(seed: int) -> bytes:
        taste = MarginTaste({"keyword": 1.0}, weak=10, doubt=1.0, seed=seed, background=background(corpus))
        taste.learn(words(rows), likings, np.ones(6))
        return taste.logits(words(rows)).tobytes()

    assert said(4) == said(4) != said(5)


@pytest.mark.parametrize(
    "wrong", [{"cost": 0}, {"ratio": -1}, {"weak": -1}, {"doubt": 0}, {"slope": 0}, {"max_judgements": 1}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="scales, cost, ratio, doubt and slope must be above 0"):
        MarginTaste({"keyword": 1.0}, **wrong)
    with pytest.raises(ValueError, match="must be above 0"):
        MarginTaste({})
