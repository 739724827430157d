"""Maps: axes, neighbours, positions and their quality, held to scikit-learn and to what must hold."""

import re
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue, MissingExtra
from palate.insight.map_quality import map_quality
from palate.insight.map_scene import (
    LEVELS,
    NO_CODE,
    Label,
    by_category,
    by_magnitude,
    by_region,
    unit_square,
)
from palate.insight.map_svg import MAX_POINTS, map_svg
from palate.insight.neighbours import nearest_neighbours, unit_rows
from palate.insight.palette import CATEGORIES
from palate.insight.pca import principal_axes
from palate.insight.placing import placed
from palate.insight.tsne import tsne
from palate.parts import Matrix, Rows


def groups(seed: int, n: int, k: int = 3, dims: int = 20, spread: float = 0.15) -> tuple[Matrix, Rows]:
    """Returns n vectors around k directions, and the group of each."""
    rng = np.random.default_rng(seed)
    of = np.arange(n) % k
    vectors = np.eye(dims)[of] + rng.normal(0, spread, (n, dims))
    return np.asarray(vectors, np.float32), np.asarray(of, np.int64)


@given(st.integers(0, 1000), st.integers(3, 40), st.integers(2, 8), st.integers(1, 10))
def test_axes_are_those_of_scikit_learn(seed: int, n: int, dims: int, k: int) -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    vectors = np.random.default_rng(seed).normal(2, [1 + dim for dim in range(dims)], (n, dims))
    found = principal_axes([vectors[:1], vectors[1:1], vectors[1:]], k)
    usual = decomposition.PCA(min(k, n, dims)).fit(vectors)
    m = min(len(usual.components_), len(found.axes))
    assert np.allclose(found.shares[:m], usual.explained_variance_ratio_[:m], atol=1e-6)
    assert np.allclose(np.abs(np.sum(found.axes[: m - 1] * usual.components_[: m - 1], axis=1)), 1, atol=1e-4)
    inside = found.along(vectors)
    total = np.sum((vectors - vectors.mean(axis=0)) ** 2, axis=1)
    assert np.allclose(np.sum(inside**2, axis=1) + found.left_out(vectors) ** 2, total, atol=1e-6)


def test_equal_vectors_have_no_axes() -> None:
    with pytest.raises(BadValue, match="all 3 are alike"):
        principal_axes([np.ones((3, 4))], 2)


@given(st.integers(0, 1000), st.integers(2, 60), st.booleans())
def test_neighbours_are_those_of_all_cosines(seed: int, n: int, others: bool) -> None:
    rng = np.random.default_rng(seed)
    vectors, pool = rng.normal(size=(n, 5)), rng.normal(size=(n + 3, 5))
    k = int(rng.integers(1, n))
    indices, cosines = nearest_neighbours(vectors, k, of=pool if others else None)
    all_cosines = unit_rows(vectors) @ unit_rows(pool if others else vectors).T
    if not others:
        np.fill_diagonal(all_cosines, -np.inf)
    assert np.allclose(cosines, -np.sort(-all_cosines, axis=1)[:, :k], atol=1e-6)
    assert np.allclose(np.take_along_axis(all_cosines, indices, axis=1), cosines, atol=1e-6)
    assert all(len(set(row)) == k for row in indices.tolist())


@given(st.integers(0, 1000), st.integers(22, 60))
def test_trustworthiness_is_that_of_scikit_learn(seed: int, n: int) -> None:
    manifold = pytest.importorskip("sklearn.manifold")
    rng = np.random.default_rng(seed)
    vectors, positions = rng.normal(size=(n, 6)), rng.normal(size=(n, 2))
    found = map_quality(vectors, positions, neighbours=5)
    assert found.trustworthiness == pytest.approx(
        manifold.trustworthiness(vectors, positions, n_neighbors=5, metric="cosine")
    )


def test_a_map_that_keeps_all_is_perfect_and_a_sample_says_so_too() -> None:
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 2100)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = map_quality(circle, circle)
    assert found.trustworthiness == pytest.approx(1)
    assert found.kept == pytest.approx(1, abs=0.01)


@pytest.mark.slow
def test_tsne_keeps_groups_together_and_is_the_same_again() -> None:
    pytest.importorskip("openTSNE")
    vectors, of = groups(0, 120)
    positions = tsne(vectors, seed=3)
    near, _ = nearest_neighbours(positions - positions.mean(axis=0), 1)
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert np.mean(of[distances.argmin(axis=1)] == of) > 0.98
    assert len(near) == 120
    assert np.array_equal(positions, tsne(vectors, seed=3))


@pytest.mark.parametrize("n", [4, 5, 12])
def test_few_vectors_and_equal_ones_have_a_map(n: int) -> None:
    pytest.importorskip("openTSNE")
    vectors, _ = groups(1, n)
    vectors[-1] = vectors[0]
    assert np.isfinite(tsne(vectors)).all()
    with pytest.raises(BadValue, match="--method pca"):
        tsne(vectors[:3])


def test_new_texts_settle_in_a_group_not_between_groups() -> None:
    vectors, of = groups(0, 90)
    middles = np.array([[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]])
    positions = middles[of] + np.random.default_rng(1).normal(0, 1, (90, 2))
    new, of_new = groups(5, 30)
    found = placed(new, vectors, positions)
    distances = np.linalg.norm(found[:, None] - middles[None], axis=-1)
    assert np.array_equal(distances.argmin(axis=1), of_new)
    assert distances.min(axis=1).max() < 3
    between = placed(np.array([np.eye(20)[0] + np.eye(20)[1]]), vectors, positions)
    assert np.linalg.norm(between[0] - middles, axis=1).min() < 4


def test_one_mapped_text_takes_all() -> None:
    assert placed(np.eye(3), np.ones((1, 3)), np.array([[2.0, 3.0]])).tolist() == [[2.0, 3.0]] * 3


def test_categories_beyond_the_colours_share_one_and_none_is_told() -> None:
    names = [f"c{n}" for n in range(12) for _ in range(20 - n)] + [""]
    found = by_category("topic", names)
    assert [entry.label for entry in found.legend] == [*(f"c{n}" for n in range(7)), "all others", "none"]
    assert sum(entry.size for entry in found.legend) == len(names)
    assert found.codes[-1] == NO_CODE
    assert [entry.colour for entry in found.legend[:7]] == list(CATEGORIES[:7])


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), max_size=20))
def test_magnitudes_keep_their_order(values: list[float]) -> None:
    numbers = np.array(values, np.float64)
    codes = by_magnitude("value", numbers).codes
    known = np.isfinite(numbers)
    assert (codes[~known] == NO_CODE).all()
    assert (codes[known] <= LEVELS).all()
    order = np.argsort(numbers[known], kind="stable")
    assert (np.diff(codes[known][order].astype(int)) >= 0).all()


def test_one_point_and_equal_points_lie_in_the_middle() -> None:
    assert unit_square(np.array([[7.0, -3.0]] * 2)).tolist() == [[0.5, 0.5]] * 2


def test_a_picture_escapes_words_and_keeps_labels_apart() -> None:
    positions = np.random.default_rng(0).normal(size=(MAX_POINTS + 50, 2))
    names = ["<b>" if n % 2 else "other" for n in range(len(positions))]
    labels = (Label("A & B", 0.5, 0.5, 9), Label("hidden", 0.5, 0.505, 3), Label("below", 0.5, 0.1, 2))
    picture = map_svg(positions, by_category("<source>", names), labels)
    assert "<b>" not in picture
    assert "A &amp; B" in picture
    assert "below" in picture
    assert "hidden" not in picture
    assert len(re.findall("h0", picture)) == MAX_POINTS
    pytest.importorskip("defusedxml.ElementTree").fromstring(picture)


def test_texts_without_a_vector_and_copies_have_a_position() -> None:
    pytest.importorskip("openTSNE")
    vectors, _ = groups(2, 30)
    vectors[3:6] = vectors[3]
    vectors[-4:] = 0
    assert np.isfinite(tsne(vectors)).all()
    assert np.isfinite(placed(np.zeros((1, 20), np.float32), vectors, vectors[:, :2])).all()


def test_without_openTSNE_the_other_method_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(MissingExtra, match=r"unlike --method pca, needs the extra \[insight\]"):
        tsne(np.eye(5, dtype=np.float32))


def test_a_map_by_chance_keeps_next_to_nothing() -> None:
    vectors, _ = groups(3, 400, k=20, spread=0.5)
    quality = map_quality(vectors, np.random.default_rng(5).normal(size=(400, 2)))
    assert quality.trustworthiness == pytest.approx(0.5, abs=0.05)
    assert quality.kept < 0.06


def test_regions_that_share_a_colour_lie_apart() -> None:
    names = [f"c{n % 12}" for n in range(240)]
    positions = np.array([[n % 12, 0.0] for n in range(240)])
    found = by_region("topic", names, positions)
    assert [entry.size for entry in found.legend] == [20] * 12
    assert found.repeated
    where: dict[str, list[float]] = {}
    for entry in found.legend:
        where.setdefault(entry.colour, []).append(float(positions[found.codes == entry.code][0, 0]))
    assert len(where) == len(CATEGORIES)
    assert min(abs(a - b) for each in where.values() for a in each for b in each if a != b) >= 4


@given(st.lists(st.sampled_from([f"r{n}" for n in range(400)] + [""]), min_size=1, max_size=600))
def test_regions_beyond_the_codes_are_counted_together(names: list[str]) -> None:
    found = by_region("topic", names, np.random.default_rng(0).normal(size=(len(names), 2)))
    assert sum(entry.size for entry in found.legend) == len(names)
    for entry in found.legend:
        assert np.count_nonzero(found.codes == entry.code) == entry.size
    assert (found.codes == NO_CODE).tolist() == [not name for name in names]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40))
def test_the_bands_of_a_magnitude_hold_every_text_once(values: list[float]) -> None:
    found = by_magnitude("value", np.array([*values, np.nan]))
    assert sum(entry.size for entry in found.legend) == len(values) + 1
    assert [entry.last + 1 for entry in found.legend[:4]] == [entry.code for entry in found.legend[1:5]]
    assert (found.legend[0].code, found.legend[4].last) == (0, LEVELS)
