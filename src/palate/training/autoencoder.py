"""Autoencoder: a network that writes a vector in few numbers and makes it again of them.

n vectors, d dims, k dims that are kept.
"""

from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from palate.parts import Matrix
from palate.training.reconstruction import Layer, Reconstruction, encoder_of

Norm = Literal["none", "batch"]


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
    def reconstruction(self, encoder: str) -> Reconstruction:
        """Returns the trained network as plain layers, with what is taken out of vectors and batch
        normalisation folded into them.

        encoder: the model that made the vectors, as a training names it.
        """
        mean, scale = (part.double().cpu().numpy() for part in (self.mean, self.scale))
        (first, *encoding), (*decoding, last) = _layers(self.encoding), _layers(self.decoding)
        first = Layer(first.weight / scale, first.bias - first.weight @ mean / scale)
        last = Layer(last.weight * scale, last.bias * scale + mean)
        return Reconstruction(*encoder_of(encoder), (first, *encoding), (*decoding, last))


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
