"""Cutting and pooling against slow forms, over drawn texts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.encoder import windows
from palate.encoder.windows import Pieces, encode_by_windows, split_windows, unit
from palate.parts import Matrix

DIMS = 3
texts = st.lists(st.text("abc", max_size=30), max_size=8)  # a piece is a letter


def pieces_of(contents: list[str]) -> list[list[int]]:
    return [[ord(letter) for letter in content] for content in contents]


def vector_of(window: Pieces) -> Matrix:
    """(1, d): drawn by the window's own pieces, of any length."""
    return np.random.default_rng(list(window)).normal(size=(1, DIMS))


def encode(contents: list[str], max_pieces: int) -> Matrix:
    return encode_by_windows(
        contents,
        dims=DIMS,
        max_pieces=max_pieces,
        tokenise=pieces_of,
        encode=lambda runs: np.concatenate([vector_of(run) for run in runs]),
    )


@given(pieces=st.lists(st.integers(0, 9), max_size=50), max_pieces=st.integers(1, 12))
def test_windows_are_few_equal_and_leave_nothing_out(pieces: list[int], max_pieces: int) -> None:
    runs = split_windows(pieces, max_pieces)
    assert [piece for run in runs for piece in run] == pieces
    assert len(runs) == int(np.ceil(len(pieces) / max_pieces))
    sizes = [len(run) for run in runs]
    assert not sizes or max(sizes) <= max_pieces
    assert not sizes or max(sizes) - min(sizes) <= 1


@given(contents=texts, max_pieces=st.integers(1, 12))
def test_rows_equal_a_slow_weighted_mean(contents: list[str], max_pieces: int) -> None:
    rows = encode(contents, max_pieces)
    assert rows.shape == (len(contents), DIMS)
    assert rows.dtype == np.float32
    for content, row in zip(contents, rows, strict=True):
        total = np.zeros(DIMS)
        for run in split_windows(pieces_of([content])[0], max_pieces):
            for _ in run:  # weighted by its length: each piece brings its window's direction once
                total += vector_of(run)[0] / np.sqrt((vector_of(run) ** 2).sum())
        length = np.sqrt((total**2).sum())
        np.testing.assert_allclose(row, total / length if length else total, atol=1e-6)


@given(contents=texts, seed=st.integers(0, 99), max_pieces=st.integers(1, 12))
def test_a_row_depends_on_its_own_text_only(contents: list[str], seed: int, max_pieces: int) -> None:
    rows = encode(contents, max_pieces)
    order = np.random.default_rng(seed).permutation(len(contents))
    np.testing.assert_array_equal(encode([contents[index] for index in order], max_pieces), rows[order])
    for content, row in zip(contents, rows, strict=True):
        np.testing.assert_array_equal(encode([content], max_pieces)[0], row)


def test_more_texts_than_a_block_are_as_one_by_one() -> None:
    contents = ["abc" * (index % 5) for index in range(windows.BLOCK_TEXTS + 3)]
    rows = encode(contents, 4)
    expected = {content: encode([content], 4)[0] for content in set(contents)}
    np.testing.assert_array_equal(rows, np.stack([expected[content] for content in contents]))


def test_unit_leaves_a_zero_row() -> None:
    np.testing.assert_array_equal(unit(np.array([[0.0, 0.0], [3.0, 4.0]])), [[0.0, 0.0], [0.6, 0.8]])
