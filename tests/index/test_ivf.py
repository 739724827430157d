"""The lists of codes by themselves: adding, renumbering, files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("faiss")

from index.test_index_contract import DIMS, VECTORS, N, made_vectors
from palate.index.centres import lists_of
from palate.index.exact import ExactIndex
from palate.index.faiss_calls import threads
from palate.index.ivf import IvfIndex
from palate.index.rescored import RescoredIndex
from palate.parts import Matrix

SOME = np.flatnonzero(VECTORS.any(axis=1))


@pytest.fixture(scope="module")
def built() -> IvfIndex:
    return IvfIndex.build([VECTORS], N, seed=3)


def found_of(codes: IvfIndex, queries: Matrix = VECTORS[1:90:7]) -> list[list[int]]:
    return [codes.search(query, 50).tolist() for query in queries]


def share_found(codes: IvfIndex, vectors: Matrix, present: np.ndarray) -> float:
    """Share of the 10 nearest of those present that are found, over 60 queries."""
    index = RescoredIndex(codes, ExactIndex(vectors), lambda rows: vectors[rows])
    shares = []
    for query in vectors[present[1:600:10]]:
        true = ExactIndex(vectors).nearest(query, 10, present)[0]
        shares.append(len(np.intersect1d(index.nearest(query, 10)[0], true)) / 10)
    return float(np.mean(shares))


def test_a_vector_of_length_0_is_left_out(built: IvfIndex) -> None:
    assert len(built) == len(SOME) < N
    assert not len(built.search(np.zeros(DIMS), 5))


def test_the_same_seed_gives_the_same_index(built: IvfIndex) -> None:
    assert found_of(IvfIndex.build([VECTORS[:999], VECTORS[999:]], N, seed=3)) == found_of(built)
    assert found_of(IvfIndex.build([VECTORS], N, seed=4)) != found_of(built)


def test_what_was_saved_is_loaded_mapped_or_not(built: IvfIndex, tmp_path: Path) -> None:
    built.save(tmp_path / "index.faiss")
    for mapped in (True, False):
        loaded = IvfIndex.load(tmp_path / "index.faiss", mapped=mapped)
        assert (len(loaded), loaded.dims, loaded.lists) == (len(built), DIMS, built.lists)
        assert found_of(loaded) == found_of(built)
        mask = np.arange(N) % 3 == 0
        assert (
            loaded.search(VECTORS[1], 20, allowed=mask).tolist()
            == built.search(VECTORS[1], 20, allowed=mask).tolist()
        )


def test_faiss_itself_reads_the_file_and_finds_the_same(built: IvfIndex, tmp_path: Path) -> None:
    """With all lists read, the order of lists does not matter."""
    import faiss

    built.save(tmp_path / "index.faiss")
    direct: Any = faiss.read_index(str(tmp_path / "index.faiss"))
    lists: Any = faiss.downcast_index(direct.index)
    lists.nprobe = built.lists
    query = VECTORS[3]
    expected = direct.search(query[None], 30)[1][0]
    assert set(built.search(query, 30, probes=built.lists).tolist()) == set(expected.tolist())


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    import faiss

    path = tmp_path / "other"
    path.write_bytes(b"x" * 200)
    with pytest.raises(ValueError, match="no index of FAISS"):
        IvfIndex.load(path)
    faiss.write_index(faiss.IndexFlatL2(4), str(path))
    with pytest.raises(ValueError, match="another index"):
        IvfIndex.load(path)


def test_a_copy_without_some_has_none_of_their_codes(built: IvfIndex, tmp_path: Path) -> None:
    """Their ids are not in its file, and all others are found as before under their new ids."""
    gone = np.arange(N) % 5 == 0
    ids = np.where(gone, -1, np.arange(N) + 1_000_000_007)
    copy = built.renumbered(ids)
    assert len(copy) == int((~gone[SOME]).sum())
    found = {number for numbers in found_of(copy) for number in numbers}
    assert found <= set(ids[~gone].tolist())
    copy.save(tmp_path / "copy.faiss")
    data = (tmp_path / "copy.faiss").read_bytes()
    assert int(ids[SOME][~gone[SOME]][0]).to_bytes(8, "little") in data
    whole = built.renumbered(np.arange(N) + 2_000_000_011)
    assert len(whole) == len(built)
    assert not [
        row for row in np.flatnonzero(gone).tolist() if (row + 1_000_000_007).to_bytes(8, "little") in data
    ]


def test_churn_of_a_fifth_loses_little(built: IvfIndex) -> None:
    """A fifth of the texts goes and as many others come, from the same centres."""
    vectors = np.concatenate([VECTORS, made_vectors(seed=0)[: N // 5] + np.float32(0.1)])
    vectors[N:] /= np.linalg.norm(vectors[N:], axis=1, keepdims=True)
    ids = np.arange(N)
    ids[: N // 5] = -1
    churned = built.renumbered(ids)
    churned.add(vectors[N:], np.arange(N, len(vectors)))
    present = np.arange(N // 5, len(vectors))
    fresh = IvfIndex.build([vectors[N // 5 :]], len(present), ids=present)
    assert share_found(churned, vectors, present) >= share_found(fresh, vectors, present) - 0.02


def test_a_build_that_is_stopped_ends_between_its_steps() -> None:
    def stop(done: int, total: int) -> None:
        steps.append((done, total))
        if len(steps) == 3:
            raise KeyboardInterrupt

    steps: list[tuple[int, int]] = []
    with pytest.raises(KeyboardInterrupt):
        IvfIndex.build([VECTORS], N, progress=stop)
    assert len(steps) == 3
    steps.clear()


def test_progress_rises_to_its_end() -> None:
    steps: list[tuple[int, int]] = []
    IvfIndex.build([VECTORS[:1000], VECTORS[1000:]], N, progress=lambda *step: steps.append(step))
    assert steps == sorted(steps)
    assert steps[-1] == (2 * N, 2 * N)


def test_threads_of_faiss_are_put_back() -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    with threads(before + 1):
        assert faiss.omp_get_max_threads() == before + 1
    assert faiss.omp_get_max_threads() == before


@pytest.mark.parametrize("n", [1, 2, 7, 300])
def test_few_texts_make_few_lists(n: int) -> None:
    codes = IvfIndex.build([VECTORS[1 : n + 1]], n)
    assert codes.lists <= max(1, min(n, lists_of(n)))
    index = RescoredIndex(codes, ExactIndex(VECTORS[1 : n + 1]), lambda rows: VECTORS[1 : n + 1][rows])
    assert index.nearest(VECTORS[1], 1)[0].tolist() == [0]
