from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from palate.errors import BadSource, BadValue
from palate.parts import Matrix
from palate.training.autoencoder import Autoencoder, with_distances
from palate.training.reconstruction import (
    RECONSTRUCTION_FILE,
    Layer,
    Reconstruction,
    neighbours_kept,
    read_reconstruction,
    share_left_out,
    write_reconstruction,
)
from palate.training.reduce import pca_reconstruction


def drawn(n: int, d: int, seed: int = 0) -> Matrix:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)) @ rng.normal(size=(d, d))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def made(seed: int = 0, d: int = 6, hidden: int = 5, k: int = 2) -> Reconstruction:
    rng = np.random.default_rng(seed)

    def layer(outputs: int, inputs: int) -> Layer:
        return Layer(rng.normal(size=(outputs, inputs)), rng.normal(size=outputs))

    return Reconstruction(
        "minilm", "minilm", (layer(hidden, d), layer(k, hidden)), (layer(hidden, k), layer(d, hidden))
    )


def test_the_errors_of_a_pca_are_those_of_scikit_learn() -> None:
    vectors = drawn(40, 6)
    pca = PCA(3).fit(vectors)
    again = pca.inverse_transform(pca.transform(vectors))
    found = pca_reconstruction(pca, "minilm")
    np.testing.assert_allclose(found.errors(vectors), np.linalg.norm(vectors - again, axis=1), atol=1e-12)
    left_out = share_left_out(found, vectors, vectors.mean(axis=0))
    assert left_out == pytest.approx(1 - pca.explained_variance_ratio_.sum())


@given(seed=st.integers(0, 99), norm=st.sampled_from(["none", "batch"]), hidden=st.integers(1, 9))
def test_a_network_and_its_plain_layers_give_the_same(seed: int, norm: str, hidden: int) -> None:
    torch.manual_seed(seed)
    vectors = drawn(30, 5, seed)
    network = Autoencoder(vectors, 2, hidden=hidden, dropout=0.5, norm=norm)  # type: ignore[arg-type]
    rows = torch.tensor(vectors, dtype=torch.float32)
    network.train()
    network(rows)  # so that batch normalisation has seen something
    network.eval()
    off = network.reconstruction("minilm", vectors).errors(vectors)
    loss = network(rows)["loss"].item()
    scale = ((vectors - vectors.mean(axis=0)) ** 2).mean()
    assert (off**2).mean() / 5 / scale == pytest.approx(loss, rel=1e-3)


@given(seed=st.integers(0, 99))
def test_turning_the_numbers_changes_nothing_that_is_given_back(seed: int) -> None:
    reducer, vectors = made(seed), drawn(40, 6, seed)
    turned = with_distances(reducer, vectors)
    np.testing.assert_allclose(turned.errors(vectors), reducer.errors(vectors), rtol=1e-5)


def test_numbers_in_any_skew_are_turned_back_into_the_axes() -> None:
    """Of a PCA whose numbers were skewed, distances are again those along the axes."""
    vectors = drawn(60, 6)
    plain = pca_reconstruction(PCA(3).fit(vectors), "minilm")
    skew = np.array([[3.0, 1, 0], [0, 0.1, 2], [1, 0, 1]])
    (weight, bias), (back, mean) = plain.encoding[0], plain.decoding[0]
    skewed = Reconstruction(
        "minilm",
        "minilm",
        (Layer(skew @ weight, skew @ bias + 7),),
        (Layer(back @ np.linalg.inv(skew), mean - back @ np.linalg.inv(skew) @ np.full(3, 7.0)),),
    )
    codes = with_distances(skewed, vectors).codes(vectors)
    expected = vectors @ weight.T
    np.testing.assert_allclose(codes @ codes.T, expected @ expected.T, atol=1e-9)


@given(seed=st.integers(0, 99), n=st.integers(3, 40), k=st.integers(1, 5))
def test_neighbours_kept_is_what_scikit_learn_counts(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.normal(size=(n, 5))
    after = before[:, :k]
    nearest = max(1, min(10, (n - 1) // 2))
    sets = []
    for rows in (before, after):
        found = NearestNeighbors(n_neighbors=nearest, metric="cosine", algorithm="brute").fit(rows)
        sets.append([set(line) for line in found.kneighbors(return_distance=False).tolist()])
    expected = sum(len(a & b) for a, b in zip(*sets, strict=True)) / (n * nearest)
    if k > 1:  # in one dim all cosines are 1 or -1: which of equals come first is open
        assert neighbours_kept(before, after, range(n)) == pytest.approx(expected)
    assert neighbours_kept(before, before * 3, range(n)) == 1


def test_what_is_written_is_read(tmp_path: Path) -> None:
    reducer, vectors = made(), drawn(9, 6)
    write_reconstruction(reducer, tmp_path)
    found = read_reconstruction(tmp_path)
    np.testing.assert_allclose(found.errors(vectors), reducer.errors(vectors), rtol=1e-5)
    assert (found.encoder, found.dims) == ("minilm", 6)
    taken = [found.takes(name) for name in ("minilm:abc:onnx-1", "minilms:abc", "static:a")]
    assert taken == [True, False, False]


def test_a_vector_of_zeros_has_no_error() -> None:
    vectors = np.concatenate([drawn(3, 6), np.zeros((1, 6))])
    assert np.isnan(made().errors(vectors)).tolist() == [False, False, False, True]


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="takes vectors of minilm with 6 dims, these have 5"):
        made().errors(drawn(3, 5))
    with pytest.raises(BadSource, match=f"holds no {RECONSTRUCTION_FILE}; give a folder that palate train"):
        read_reconstruction(tmp_path)
    (tmp_path / RECONSTRUCTION_FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(BadSource, match="cannot be read"):
        read_reconstruction(tmp_path)
