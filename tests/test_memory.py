"""What objects hold in arrays, against sizes that are known."""

import mmap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save, save_file
from scipy.sparse import csr_array

from palate.memory import nbytes_of
from palate.workspace.cache import mapped


@given(sizes=st.lists(st.integers(0, 50), max_size=5), repeats=st.integers(1, 4))
def test_an_array_counts_once_however_often_it_is_held(sizes: list[int], repeats: int) -> None:
    arrays = [np.zeros(size) for size in sizes]
    views = [array[1:].reshape(-1, 1) for array in arrays if len(array)]
    held = [
        arrays,
        {"more": tuple(arrays)},
        SimpleNamespace(views=views, deep=[{"one": set(), "two": arrays}]),
    ]
    assert nbytes_of(held * repeats) == 8 * sum(sizes)
    assert nbytes_of([*reversed(held)]) == 8 * sum(sizes)


@given(size=st.integers(1, 50), first=st.integers(0, 49))
def test_a_view_holds_the_whole_array(size: int, first: int) -> None:
    view = np.zeros((size, 3), np.float32)[first:].T
    assert nbytes_of(view) == nbytes_of([view, view[:1]]) == 12 * size


def test_a_sparse_block_is_its_three_arrays() -> None:
    block = csr_array(np.eye(7, dtype=np.float32))
    assert nbytes_of({"block": block}) == 7 * 4 + block.indices.nbytes + block.indptr.nbytes


def test_a_mapped_file_counts_nothing_and_one_that_was_read_counts(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"one": np.zeros(1000), "two": np.zeros(500, np.float32)}
    save_file(arrays, tmp_path / "file")
    views = mapped(tmp_path / "file")
    assert nbytes_of(views) == nbytes_of([views["one"][5:].reshape(5, -1), np.zeros(2)]) - 16 == 0
    assert nbytes_of(np.memmap(tmp_path / "file", dtype=np.uint8, mode="r")) == 0
    with (tmp_path / "file").open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert nbytes_of(np.frombuffer(pages, np.uint8)) == 0
    read = load(save(arrays))
    assert nbytes_of(read) >= 10_000
    data = bytes(800)
    assert nbytes_of([np.frombuffer(data), np.frombuffer(data, np.float32, 10)]) == 800


def test_what_holds_no_array_counts_nothing_and_a_circle_ends() -> None:
    circle = SimpleNamespace(array=np.zeros(3))
    circle.itself = [circle]
    assert nbytes_of(circle) == 24
    for nothing in (None, 3, "text", b"bytes", {1: 2}, np.zeros, SimpleNamespace, np.float64(3)):
        assert nbytes_of(nothing) == 0
