"""Reconstruction: what a reducer makes of vectors, and how much of each it cannot give back.

n texts, d dims, k dims that are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from palate.encoder.choose import full_name
from palate.encoder.sbert_folder import model_version
from palate.errors import BadSource, BadValue
from palate.parts import Matrix, Vector

RECONSTRUCTION_FILE = "reconstruction.safetensors"
BLOCK = 16_384  # vectors that are rebuilt at a time
NEIGHBOURS = 10


class Layer(NamedTuple):
    """weight: (out, in). bias: (out,)."""

    weight: Matrix
    bias: Vector


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A reducer of vectors of length 1 and the way back, as layers with the positive part (ReLU) between
    them.

    Use it to see which texts a reducer cannot write down: those unlike what it was trained on. It needs no
    torch. encoder: the name of the encoder whose vectors it takes, as `palate encoder use` does. version: how
    the fingerprint of that encoder begins. encoding: layers from (n, d) to (n, k). decoding: those back.

    >>> half = Layer(np.array([[1.0, 0.0]]), np.zeros(1)), Layer(np.array([[1.0], [0.0]]), np.zeros(2))
    >>> both = Reconstruction("minilm", "minilm", half[:1], half[1:])
    >>> both.errors(np.array([[1.0, 0.0], [0.6, 0.8]])).tolist()
    [0.0, 0.8]
    """

    encoder: str
    version: str
    encoding: Sequence[Layer]
    decoding: Sequence[Layer]

    @property
    def dims(self) -> int:
        """d, of the vectors that it takes."""
        return int(self.encoding[0].weight.shape[1])

    def takes(self, fingerprint: str) -> bool:
        """Tells whether it was made of the vectors of an encoder with this fingerprint."""
        return f"{fingerprint}:".startswith(f"{self.version}:")

    def codes(self, vectors: Matrix) -> Matrix:
        """Returns (n, k) what is kept of (n, d) vectors."""
        return _through(self.encoding, vectors)

    def errors(self, vectors: Matrix) -> Vector:
        """Returns (n,) the distance of each of (n, d) vectors to what is made of it again. A vector of zeros,
        which says nothing, has NaN.

        Raises BadValue for vectors of other dims.
        """
        if vectors.shape[1] != self.dims:
            raise BadValue(
                f"the model takes vectors of {self.encoder} with {self.dims} dims, "
                f"these have {vectors.shape[1]}; train one with: palate train reduce"
            )
        found = np.full(len(vectors), np.nan)
        for first in range(0, len(vectors), BLOCK):
            part = np.asarray(vectors[first : first + BLOCK], np.float64)
            off = part - _through(self.decoding, self.codes(part))
            found[first : first + BLOCK] = np.where(part.any(axis=1), np.linalg.norm(off, axis=1), np.nan)
        return found


def encoder_of(start: str) -> tuple[str, str]:
    """Returns the name of the encoder that a training starts from, as `palate encoder use` takes it, and how
    its fingerprint begins.
    """
    if start == "minilm":
        return start, start
    model = start.removeprefix("sbert:")
    return full_name(f"sbert:{model}"), f"sbert:{model_version(model)}"


def share_left_out(reconstruction: Reconstruction, vectors: Matrix, mean: Vector) -> float:
    """Returns the squared errors of (n, d) vectors as a share of their squared distances to a mean (d,): 0 is
    perfect, 1 no better than the mean.
    """
    errors = reconstruction.errors(vectors)
    return float(np.nansum(errors**2) / ((vectors - mean) ** 2).sum())


def neighbours_kept(before: Matrix, after: Matrix, asked: Sequence[int]) -> float:
    """Returns the share of the ten nearest texts by cosine before that are among the ten nearest after.

    before: (n, d). after: (n, k). asked: the indices whose neighbours are compared. Of fewer than 21 texts
    half as many neighbours as texts are taken. Costs O(asked * n * d).

    >>> circle = np.array([[np.cos(angle), np.sin(angle)] for angle in range(6)])
    >>> neighbours_kept(circle, circle * 2, range(6))
    1.0
    """
    k = max(1, min(NEIGHBOURS, (len(before) - 1) // 2))
    one, other = (_nearest(vectors, asked, k) for vectors in (before, after))
    return sum(len(set(a) & set(b)) for a, b in zip(one, other, strict=True)) / (k * len(asked))


def write_reconstruction(reconstruction: Reconstruction, folder: Path) -> None:
    """Writes it into the folder of a reducer."""
    from safetensors.numpy import save_file

    parts = (("encoding", reconstruction.encoding), ("decoding", reconstruction.decoding))
    tensors = {
        f"{part}.{index}.{name}": np.ascontiguousarray(values, np.float32)
        for part, layers in parts
        for index, layer in enumerate(layers)
        for name, values in layer._asdict().items()
    }
    facts = {"encoder": reconstruction.encoder, "version": reconstruction.version}
    save_file(tensors, folder / RECONSTRUCTION_FILE, facts)


def read_reconstruction(folder: Path) -> Reconstruction:
    """Reads what `palate train reduce` wrote. Raises BadSource where it did not, or cannot be read."""
    from safetensors import SafetensorError, safe_open

    path = folder / RECONSTRUCTION_FILE
    if not path.is_file():
        raise BadSource(
            f"{folder} holds no {RECONSTRUCTION_FILE}; give a folder that palate train reduce made, or make "
            "it again"
        )
    try:
        with safe_open(path, "np") as file:
            tensors = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}  # noqa: SIM118
            facts = file.metadata()
    except SafetensorError as error:
        raise BadSource(f"{path} cannot be read: {error}; make it again with: palate train reduce") from None
    layers = _layers(tensors, "encoding"), _layers(tensors, "decoding")
    return Reconstruction(facts["encoder"], facts["version"], *layers)


def _layers(tensors: dict[str, Any], part: str) -> tuple[Layer, ...]:
    n = sum(name.startswith(f"{part}.") for name in tensors) // len(Layer._fields)
    return tuple(
        Layer(tensors[f"{part}.{index}.weight"], tensors[f"{part}.{index}.bias"]) for index in range(n)
    )


def _through(layers: Sequence[Layer], vectors: Matrix) -> Matrix:
    for index, layer in enumerate(layers):
        vectors = (np.maximum(vectors, 0) if index else vectors) @ layer.weight.T + layer.bias
    return vectors


def _nearest(vectors: Matrix, asked: Sequence[int], k: int) -> list[list[int]]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)
    cosines = rows[list(asked)] @ rows.T
    cosines[np.arange(len(cosines)), list(asked)] = -np.inf
    nearest: list[list[int]] = np.argpartition(-cosines, k - 1, axis=1)[:, :k].tolist()
    return nearest
