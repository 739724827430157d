"""Reducers: the share of neighbours that the main axes and an autoencoder keep, what both lose, and whether
what they cannot give back tells planted outliers.

By vectors of the shipped encoder. 500 texts are held out; outliers are planted as in outliers.py.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from transformers import set_seed

from outliers import REASONS, planted, read
from palate.encoder.static import StaticEncoder
from palate.parts import Matrix
from palate.training.autoencode import HIDDEN, train_autoencoder
from palate.training.autoencoder import Autoencoder
from palate.training.reconstruction import Layer, Reconstruction, neighbours_kept, share_left_out
from palate.training.run.settings import AUTOENCODER_DEFAULTS
from report import emit

HELD_OUT, EPOCHS = 500, 30


def measure(name: str, dims: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = read(name)
    odd = list(planted(texts, read("ag-news" if name == "arxiv" else "arxiv"), rng))
    pairs = [*texts, *((title, body) for _, title, body in odd)]
    vectors = StaticEncoder().encode([f"{title}\n{body}".strip() for title, body in pairs]).astype(np.float64)
    order = rng.permutation(len(texts))
    held_out, training = order[:HELD_OUT], order[HELD_OUT:]
    pca = PCA(dims, random_state=seed).fit(vectors[training])
    axes, mean = pca.components_, pca.mean_
    layers = (Layer(axes, -axes @ mean),), (Layer(axes.T, mean),)
    start = perf_counter()
    network = trained(vectors, training, held_out, dims, seed)
    seconds = perf_counter() - start
    reducers = {
        "pca": (Reconstruction("static", "static", *layers), vectors @ axes.T),
        "autoencoder": (network, network.codes(vectors)),
    }
    asked = np.concatenate([held_out, np.arange(len(texts), len(pairs))])
    kinds = np.array([""] * HELD_OUT + [kind for kind, _, _ in odd])
    for method, (reducer, codes) in reducers.items():
        errors = reducer.errors(vectors[asked])
        auc = {}
        for kind in REASONS:
            of_kind = (kinds == kind) | (kinds == "")
            auc[kind] = round(float(roc_auc_score(kinds[of_kind] == kind, errors[of_kind])), 4)
        figures = {
            "texts": name,
            "method": method,
            "dims": dims,
            "neighbours kept": round(
                neighbours_kept(vectors[: len(texts)], codes[: len(texts)], held_out.tolist()), 3
            ),
            "variance lost": round(share_left_out(reducer, vectors[held_out], mean), 3),
            "outlier auc": auc,
            "training s": round(seconds, 1) if method == "autoencoder" else 0,
        }
        emit(
            "reducers",
            figures,
            data=f"{name}, {len(texts)} texts, 256 dims",
            seed=seed,
            packages=("scikit-learn", "torch"),
        )


def trained(
    vectors: Matrix, training: np.ndarray, held_out: np.ndarray, dims: int, seed: int
) -> Reconstruction:
    """An autoencoder by the settings of `palate train reduce`, but for half as many epochs."""
    set_seed(seed)
    torch.set_num_threads(1)
    settings = replace(AUTOENCODER_DEFAULTS, epochs=EPOCHS, seed=seed)
    network = Autoencoder(vectors[training], dims, hidden=HIDDEN, dropout=0.0, norm="none")
    with tempfile.TemporaryDirectory() as folder:
        train_autoencoder(
            network, vectors[training], vectors[held_out], Path(folder), settings, lambda _: None
        )
    return network.eval().reconstruction("minilm", vectors[training])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", nargs="+", default=["arxiv", "ag-news"], choices=["arxiv", "ag-news"])
    parser.add_argument("--dims", nargs="+", type=int, default=[32, 64])
    given = parser.parse_args()
    for name in given.texts:
        for dims in given.dims:
            measure(name, dims, seed=0)
