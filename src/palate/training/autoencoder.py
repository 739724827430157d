"""Autoencoder: a network that writes a vector in few numbers and makes it again of them.

n vectors, d dims, k dims that are kept.
"""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from palate.parts import Matrix
from palate.training.reconstruction import Layer, Reconstruction, encoder_of

Norm = Literal["none", "batch"]
SMALLEST_STRETCH = 1e-4  # against the largest: a number that the network does not use must not blow up


class Autoencoder(nn.Module):
    """Vectors of d dims through one hidden layer to k, and through another back.

    Use it where texts lie on a curved surface in the space of vectors, which axes cannot follow; PCA is
    quicker, and often as good. The loss is the share of the variance that is left out, so that 1 minus the
    variance of PCA compares with it. vectors: (n, d), whose mean and variance are taken out first. hidden:
    width of the hidden layers. dropout: in them. norm: batch, batch normalisation before each positive part.
    Source: Hinton and Salakhutdinov, Reducing the dimensionality of data with neural networks (2006); Ioffe
    and Szegedy, Batch normalization (2015).
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, vectors: Matrix, k: int, *, hidden: int, dropout: float, norm: Norm) -> None:
        super().__init__()
        d, mean = vectors.shape[1], vectors.mean(axis=0)
        self.encoding = _half(d, hidden, k, dropout, norm)
        self.decoding = _half(k, hidden, d, dropout, norm)
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        scale = np.sqrt(((vectors - mean) ** 2).mean())
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, vectors: torch.Tensor, return_loss: bool = True) -> dict[str, torch.Tensor]:  # noqa: ARG002
        """Returns the loss of a batch; return_loss: transformers' Trainer looks for it."""
        inputs = (vectors - self.mean) / self.scale
        return {"loss": nn.functional.mse_loss(self.decoding(self.encoding(inputs)), inputs)}

    @torch.no_grad()
    def reconstruction(self, encoder: str, vectors: Matrix) -> Reconstruction:
        """Returns the trained network as plain layers, with what is taken out of vectors and batch
        normalisation folded into them.

        encoder: the model that made the vectors, as a training names it. vectors: (n, d) it was trained on,
        whose distances the k numbers shall keep, see `with_distances`.
        """
        mean, scale = (part.double().cpu().numpy() for part in (self.mean, self.scale))
        (first, *encoding), (*decoding, last) = _layers(self.encoding), _layers(self.decoding)
        first = Layer(first.weight / scale, first.bias - first.weight @ mean / scale)
        last = Layer(last.weight * scale, last.bias * scale + mean)
        trained = Reconstruction(*encoder_of(encoder), (first, *encoding), (*decoding, last))
        return with_distances(trained, vectors)


def with_distances(trained: Reconstruction, vectors: Matrix) -> Reconstruction:
    """Returns the same reducer with its k numbers turned and stretched so that their distances are those of
    the vectors (n, d), as far as a straight map can bring them there. What it gives back stays the same.

    A network may write k numbers in any skew and scale, and nearest texts by cosine would be others. With x =
    B c + b by least squares and B = U S V', the numbers become S V' c + U' b: the part of x in the span of U.
    """
    codes = trained.codes(vectors)
    found = np.linalg.lstsq(np.column_stack([codes, np.ones(len(codes))]), vectors, rcond=None)[0]
    axes, stretch, turn = np.linalg.svd(found[:-1].T, full_matrices=False)
    stretch = np.maximum(stretch, stretch[0] * SMALLEST_STRETCH)
    there, back, shift = stretch[:, None] * turn, turn.T / stretch, axes.T @ found[-1]
    *before, last = trained.encoding
    first, *after = trained.decoding
    encoding = (*before, Layer(there @ last.weight, there @ last.bias + shift))
    weight = first.weight @ back
    return replace(trained, encoding=encoding, decoding=(Layer(weight, first.bias - weight @ shift), *after))


def _half(inputs: int, hidden: int, outputs: int, dropout: float, norm: Norm) -> nn.Sequential:
    middle = [nn.BatchNorm1d(hidden)] if norm == "batch" else []
    return nn.Sequential(
        nn.Linear(inputs, hidden), *middle, nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
    )


def _layers(half: nn.Sequential) -> list[Layer]:
    layers: list[Layer] = []
    for module in half:
        part: Any = module
        if isinstance(part, nn.Linear):
            weight, bias = (values.double().cpu().numpy() for values in (part.weight, part.bias))
            layers.append(Layer(weight, bias))
        elif isinstance(module, nn.BatchNorm1d):
            gain = (part.weight.double() / (part.running_var.double() + part.eps).sqrt()).cpu().numpy()
            shift = part.bias.double().cpu().numpy() - gain * part.running_mean.double().cpu().numpy()
            weight, bias = layers.pop()
            layers.append(Layer(weight * gain[:, None], bias * gain + shift))
    return layers
