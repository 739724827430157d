"""What every Index promises, exact or not, against a full sort."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.index import rescored
from palate.index.exact import ExactIndex
from palate.parts import Index, Matrix, Rows

N, DIMS = 3000, 32


def made_vectors(seed: int = 0, n: int = N) -> Matrix:
    """n vectors around 60 centres, every hundredth of length 0, and the last ones repeated."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(60, DIMS))
    vectors = centres[rng.integers(60, size=n)] + 0.7 * rng.normal(size=(n, DIMS))
    vectors[-20:] = vectors[-40:-20]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[::100] = 0
    return vectors.astype(np.float32)


VECTORS = made_vectors()


def exact(vectors: Matrix) -> Index:
    return ExactIndex(vectors)


def over_codes(vectors: Matrix, uncoded: int = 0) -> Index:
    pytest.importorskip("faiss")
    from palate.index.ivf import IvfIndex
    from palate.index.rescored import RescoredIndex

    n = len(vectors) - uncoded
    codes = IvfIndex.build([vectors[: n // 3], vectors[n // 3 : n]], n)
    return RescoredIndex(codes, ExactIndex(vectors), lambda rows: vectors[rows], np.arange(n, len(vectors)))


def with_newcomers(vectors: Matrix) -> Index:
    return over_codes(vectors, uncoded=400)


MAKERS: dict[str, Callable[[Matrix], Index]] = {
    "exact": exact,
    "codes": over_codes,
    "codes with newcomers": with_newcomers,
}


@pytest.fixture(params=MAKERS, scope="module")
def index(request: pytest.FixtureRequest) -> Index:
    return MAKERS[request.param](VECTORS)


@pytest.fixture(autouse=True)
def reads_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that lists are read although few texts are there."""
    monkeypatch.setattr(rescored, "EXACT_TEXTS", 30)


def truth(query: np.ndarray, n: int, allowed: Rows) -> tuple[Rows, np.ndarray]:
    cosine = VECTORS[allowed].astype(np.float64) @ (query / (np.linalg.norm(query) or 1))
    order = np.argsort(-cosine, kind="stable")[:n]
    return allowed[order], cosine[order]


@settings(max_examples=30)
@given(
    seed=st.integers(0, 999),
    n=st.integers(0, 60),
    share=st.sampled_from([None, 0.0, 0.002, 0.1, 0.5, 1.0]),
    as_mask=st.booleans(),
    length=st.sampled_from([0.0, 1e-3, 1.0, 50.0]),
    of_text=st.booleans(),
)
def test_it_gives_n_allowed_ones_with_their_cosines_nearest_first(
    index: Index, seed: int, n: int, share: float | None, as_mask: bool, length: float, of_text: bool
) -> None:
    """Never fewer than n while n are allowed, none twice, none that is not; equal ones in order."""
    rng = np.random.default_rng(seed)
    query = VECTORS[rng.integers(N)] * length if of_text else rng.normal(size=DIMS) * length
    mask = np.ones(N, np.bool_) if share is None else rng.random(N) < share
    allowed = np.flatnonzero(mask)
    given_as = None if share is None else mask if as_mask else allowed
    found, cosines = index.nearest(query, n, given_as)
    assert len(found) == len(cosines) == len(set(found.tolist())) == min(n, len(allowed))
    assert mask[found].all()
    unit = query / (np.linalg.norm(query) or 1)
    np.testing.assert_allclose(cosines, VECTORS[found].astype(np.float64) @ unit, atol=1e-5)
    pairs = list(zip((-cosines).tolist(), found.tolist(), strict=True))
    assert pairs == sorted(pairs)


@pytest.mark.parametrize("kept", ["all", "a tenth", "the farthest tenth", "the nearest twentieth"])
@pytest.mark.parametrize("query_of", ["text", "direction"])
def test_nearly_all_of_the_nearest_are_found(index: Index, kept: str, query_of: str) -> None:
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(40):
        query = (
            VECTORS[rng.integers(1, 99)]
            if query_of == "text"
            else VECTORS[rng.integers(N, size=9)].mean(axis=0)
        )
        near = np.argsort(-VECTORS @ query)
        mask = np.zeros(N, np.bool_)
        chosen = {
            "all": near,
            "a tenth": rng.choice(N, N // 10, replace=False),
            "the farthest tenth": near[-N // 10 :],
            "the nearest twentieth": near[: N // 20],
        }
        mask[chosen[kept]] = True
        found = index.nearest(query, 10, mask)[0]
        shares.append(len(np.intersect1d(found, truth(query, 10, np.flatnonzero(mask))[0])) / 10)
    assert sum(shares) / len(shares) >= 0.93  # equal vectors may stand for each other


def test_a_query_that_says_nothing_is_near_to_nothing(index: Index) -> None:
    found, cosines = index.nearest(np.zeros(DIMS), 5)
    assert found.tolist() == [0, 1, 2, 3, 4]
    assert not cosines.any()


def test_more_than_there_are_is_all(index: Index) -> None:
    assert sorted(index.nearest(VECTORS[1], N + 7)[0].tolist()) == list(range(N))


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_small_and_uniform_sets_are_no_special_case(maker: Callable[[Matrix], Index]) -> None:
    """Of one text, and of 500 that are all alike."""
    for n in (401, 900):
        vectors = np.tile(np.array([0.6, 0.8, 0, 0, 0, 0, 0, 0], np.float32), (n, 1))
        found, cosines = maker(vectors).nearest(vectors[0], 7)
        assert len(set(found.tolist())) == 7
        np.testing.assert_allclose(cosines, 1, atol=1e-6)
