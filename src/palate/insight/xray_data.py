"""XRay: a text's whole way through an encoder, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from palate.parts import Matrix, Rows, Vector

Stack = np.ndarray[tuple[int, ...], np.dtype[np.floating[Any]]]


class Piece(NamedTuple):
    """One word piece. text: as the vocabulary spells it, with its mark where it continues a word
    (`continues`).

    kind: token type id, None for a model without them. side: index in `XRay.texts` of the text it comes from,
    None for a special piece such as [CLS]. start, end: its characters in that text."""

    text: str
    id: int
    kind: int | None
    side: int | None
    start: int
    end: int
    continues: bool


class Step(NamedTuple):
    """The form of a text at one step of its way. shape: (batch, sequence, hidden), or as many of these as
    there are. times: how often the step is taken.
    """

    name: str
    shape: tuple[int, ...]
    times: int = 1


class Attended(NamedTuple):
    """The pieces that each piece attends to, mean over heads, each (layers, t). piece: index of the one with
    most attention, among those that are neither itself nor special, -1 where there is none. weight: its
    share. own, special: the shares of the piece itself and of special pieces.
    """

    piece: Rows
    weight: Stack
    own: Stack
    special: Stack


@dataclass(frozen=True, eq=False)
class XRay:
    """A text on its way through an encoder. t pieces, d dims, l layers, h heads; a static encoder has no
    layers.

    encoder, model: its name, and a description. texts: those that were read, the text and the pair if there
    is one. n_pieces: number of pieces without a window; those beyond `window` are not shown. mask: (t,) the
    attention mask. embeddings: by name, the (t, d) vectors that are added for each piece. summed: (t, d)
    their sum. embedded: (t, d) the sum after layer norm. attention: (l, h, t, t), row looks at column, rows
    sum to 1. hidden: (l + 1, t, d), before the first layer and after each. pooled: (d,) one vector for all
    pieces. shares: (t,) of it by piece, which sum to 1. vector: (d,) the encoder's result, of length 1.
    inner: dims inside a layer's feed-forward part, 0 where there is none."""

    encoder: str
    model: str
    texts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    n_pieces: int
    window: int | None
    mask: Rows
    embeddings: Mapping[str, Matrix]
    summed: Matrix
    embedded: Matrix
    attention: Stack
    hidden: Stack
    pooling: str
    pooled: Vector
    shares: Vector
    vector: Vector
    inner: int = 0

    @property
    def layers(self) -> int:
        """The number of layers."""
        return int(self.attention.shape[0])

    @property
    def heads(self) -> int:
        """The number of attention heads of each layer."""
        return int(self.attention.shape[1])

    @cached_property
    def special(self) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
        """(t,) which pieces are special."""
        return np.array([piece.side is None for piece in self.pieces], dtype=np.bool)

    @cached_property
    def input_cosines(self) -> Stack:
        """(l + 1, t) cosine of each piece's vector to that before the first layer, of which it is 1."""
        lengths = np.linalg.norm(self.hidden, axis=2)
        dots = np.einsum("ltd,td->lt", self.hidden, self.hidden[0])
        cosines: Stack = np.clip(
            dots / np.maximum(lengths * lengths[0], np.finfo(np.float32).tiny), -1.0, 1.0
        )
        return cosines

    @cached_property
    def mean(self) -> Stack:
        """(l, t, t) attention, mean over heads."""
        mean: Stack = self.attention.sum(axis=1) / max(self.heads, 1)
        return mean

    @cached_property
    def rollout(self) -> Stack:
        """(l, t, t) attention rollout: how much of each first-layer piece has come to each piece after each
        layer; rows sum to 1.

        Half of a layer's output is taken to come through its attention, half past it (the residual
        connection). Source: Abnar and Zuidema, Quantifying attention flow in transformers (ACL 2020), section
        3."""
        rolled = np.eye(len(self.pieces))
        by_layer = []
        for layer in self.mean:
            rolled = (0.5 * layer + 0.5 * np.eye(len(rolled))) @ rolled
            by_layer.append(rolled)
        rollout: Stack = np.array(by_layer).reshape(self.layers, len(rolled), len(rolled))
        return rollout

    @cached_property
    def attended(self) -> Attended:
        """Which piece each piece attends to most, in each layer."""
        left_out = self.special | np.eye(len(self.pieces), dtype=np.bool)
        others = np.where(left_out, -1.0, self.mean)
        piece, weight = others.argmax(axis=2), others.max(axis=2)
        own, special = np.diagonal(self.mean, axis1=1, axis2=2), self.mean[:, :, self.special].sum(axis=2)
        return Attended(np.where(weight < 0, -1, piece), np.maximum(weight, 0.0), own, special)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The shape of the text at each step of its way."""
        t, dims = self.summed.shape
        steps = [Step("input ids", (1, t))]
        steps += [Step("token type ids", (1, t))] if "token type" in self.embeddings else []
        steps += [Step("attention mask", (1, t))] if self.layers else []
        steps += [Step(f"{name} embeddings", (1, *rows.shape)) for name, rows in self.embeddings.items()]
        if self.layers:
            steps += [
                Step("their sum, then layer norm", (1, *self.embedded.shape)),
                Step(
                    "queries, keys and values by head",
                    (1, self.heads, t, dims // self.heads),
                    3 * self.layers,
                ),
                Step("attention, row looks at column", (1, self.heads, t, t), self.layers),
                *(
                    [Step("inside the feed-forward part", (1, t, self.inner), self.layers)]
                    if self.inner
                    else []
                ),
                Step("hidden states after a layer", (1, *self.hidden.shape[1:]), self.layers),
            ]
        return (
            *steps,
            Step(f"pooled: {self.pooling}", (1, len(self.pooled))),
            Step("vector of length 1", (1, len(self.vector))),
        )
