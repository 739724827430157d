"""Segments against the texts that they were made of, and against plain lists."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from palate.workspace.cache import CacheFolder
from palate.workspace.fitting import RawTexts
from palate.workspace.segment import (
    LENGTHS,
    RAGGED,
    STARTS,
    Segment,
    joined,
    make_segment,
    ragged,
    without,
)
from palate.workspace.word_lists import LISTS
from workspace.made_texts import cut, dense, features_of, made_space, made_texts, part_of
from workspace.test_space import Echo

seeds, sizes, all_cuts = st.integers(0, 999), st.integers(0, 80), st.lists(st.integers(0, 80), max_size=5)


def listed(segment: Segment) -> list[dict[str, object]]:
    """Returns what a segment holds of each text, as plain objects."""
    texts = []
    for index in range(len(segment)):
        text: dict[str, object] = {}
        for starts, names in STARTS.items():
            begin, end = segment.arrays[starts][index : index + 2].tolist()
            text |= {name: segment.arrays[name][begin:end].tolist() for name in names}
        for name in segment.arrays.keys() - RAGGED - LISTS:
            text[name] = segment.arrays[name][index].tobytes()
        texts.append(text)
    return texts


def in_store(texts: RawTexts) -> RawTexts:
    """Returns texts with vectors in half precision."""
    return replace(texts, vectors=texts.vectors.astype(np.float16))


@given(
    seed=seeds,
    n=sizes,
    dims=st.integers(1, 9),
    dated=st.sampled_from([0.0, 0.5]),
    precision=st.sampled_from([np.float16, np.float32]),
    drawn=st.data(),
)
def test_features_of_a_segment_are_those_of_its_texts(
    seed: int, n: int, dims: int, dated: float, precision: type, drawn: st.DataObject
) -> None:
    """Also of texts that were not fitted, in any order and with repeats; words to the bit."""
    space = made_space(seed % 3, dims, dated)
    texts = made_texts(seed + 1, n, dims=dims, dated=0.5, precision=precision)
    indices = drawn.draw(st.lists(st.integers(0, n - 1), max_size=9)) if n else []
    segment = make_segment(space, texts)
    features = segment.features(space, np.array(indices, dtype=np.int64))
    chosen = part_of(texts, indices)
    expected = features_of(space, in_store(chosen))
    assert list(features.blocks) == list(expected.blocks)
    for name, block in features.blocks.items():
        other = expected.blocks[name]
        assert (block.shape, block.dtype) == (other.shape, other.dtype)
        if isinstance(block, csr_array):
            assert isinstance(other, csr_array)
            assert block.data.tobytes() == other.data.tobytes()
            assert block.indices.tolist() == other.indices.tolist()
            assert block.indptr.tolist() == other.indptr.tolist()
        else:
            assert np.allclose(block, np.asarray(other), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(
        segment.vectors(np.array(indices, dtype=np.int64)), chosen.vectors.astype(np.float16)
    )


def test_a_segment_says_nothing_of_what_others_think() -> None:
    texts = made_texts(1, 9)
    space = made_space(1).with_crowd(Echo(np.zeros((9, 1), np.float32)))
    assert "crowd" not in make_segment(space, texts).features(space, np.arange(9)).blocks


@given(seed=seeds, n=sizes, precision=st.sampled_from([np.float16, np.float32]))
def test_lengths_and_error_are_those_of_dense_rows(seed: int, n: int, precision: type) -> None:
    texts = made_texts(seed, n, precision=precision)
    space = made_space(seed % 4)
    segment = make_segment(space, texts)
    features = segment.features(space, np.arange(n))
    for column, name in enumerate(LENGTHS):
        scale = space.keyword.scale if name == "keyword" else 1.0
        expected = np.linalg.norm(dense(features.blocks[name]), axis=1) if name in features.blocks else 0.0
        np.testing.assert_allclose(segment.arrays["lengths"][:, column] * scale, expected, atol=1e-5)
    longest = 0.0
    for index in range(n):
        vector = segment.vectors(np.array([index]))[0].astype(np.float64)
        rough = segment.arrays["quantised"][index].astype(np.float64) * float(
            segment.arrays["quantum"][index]
        )
        longest = max(longest, float(np.sqrt(((vector - rough) ** 2).sum())))
    assert segment.error == pytest.approx(longest, abs=1e-6)


@pytest.mark.slow
@given(seed=seeds, n=sizes, dims=st.sampled_from([1, 6, 33]), cuts=all_cuts)
def test_joined_segments_are_the_segment_of_all(
    tmp_path: Path, seed: int, n: int, dims: int, cuts: list[int]
) -> None:
    """To the bit, so that a file of equal texts has an equal hash."""
    texts = made_texts(seed, n, dims=dims)
    space = made_space(seed % 4, dims)
    parts = [make_segment(space, part) for part in cut(texts, cuts)]
    whole, alone = joined(parts), make_segment(space, texts)
    assert listed(whole) == [text for part in parts for text in listed(part)]
    for name, array in alone.arrays.items():
        assert (whole.arrays[name].dtype, whole.arrays[name].shape) == (array.dtype, array.shape), name
        assert whole.arrays[name].tobytes() == array.tobytes(), name
    folder = CacheFolder(tmp_path / "cache")
    assert folder.write(whole.arrays) == folder.write(alone.arrays)


@pytest.mark.slow
@given(seed=seeds, n=sizes, drawn=st.data())
def test_without_leaves_out_what_is_gone_and_nothing_else(seed: int, n: int, drawn: st.DataObject) -> None:
    """Rows that the segment does not have change nothing."""
    texts = made_texts(seed, n)
    segment = make_segment(made_space(seed % 4), texts)
    gone = drawn.draw(st.lists(st.integers(0, 250), max_size=20)) + texts.rows[::3].tolist()
    heirs = np.random.default_rng(seed).integers(1, 250, n)
    left = without(segment, np.array(gone, dtype=np.int64), heirs)
    expected = [
        {**text, "representatives": heirs[index].tobytes()}
        for index, text in enumerate(listed(segment))
        if texts.rows[index] not in gone
    ]
    assert listed(left) == expected
    assert left.error == segment.error
    assert left.arrays.keys() == segment.arrays.keys()


@given(
    sizes=st.lists(st.integers(0, 5), max_size=9),
    offset=st.integers(0, 3),
    precision=st.sampled_from([np.int32, np.int64]),
    drawn=st.data(),
)
def test_ragged_is_the_entries_row_by_row(
    sizes: list[int], offset: int, precision: type, drawn: st.DataObject
) -> None:
    starts: NDArray[np.int64] = np.cumsum([offset, *sizes]).astype(precision)
    rows = drawn.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=9)) if sizes else []
    positions, begins = ragged(starts, np.array(rows, dtype=np.int64))
    expected: list[int] = []
    ends = [0]
    for row in rows:
        expected += range(int(starts[row]), int(starts[row + 1]))
        ends.append(len(expected))
    assert positions.tolist() == expected
    assert begins.tolist() == ends
