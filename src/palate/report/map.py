"""Map of a pile: its texts as points of a plane."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from palate.errors import BadFolder, BadSource, BadValue, EncoderChanged
from palate.frames import frame
from palate.insight.map_scene import by_category
from palate.insight.map_svg import map_svg
from palate.insight.pca import Pca, principal_axes
from palate.insight.placing import placed
from palate.insight.tsne import tsne

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Matrix
    from palate.report.pile import Pile

MapMethod = Literal["tsne", "pca"]
VERSION = 1
FITTED_TEXTS = 50_000  # that t-SNE arranges; of a larger pile the others are placed beside these
SAME_DISTANCE = 0.01  # of a text's vector and that which the map keeps of it, in 16 bits


@dataclass(frozen=True, eq=False)
class TextMap:
    """n texts as points. ids: of the texts. positions: (n, 2) float32. vectors: (n, d) of the texts, by which
    others can be placed. encoder: fingerprint. axes: of PCA; None for t-SNE.
    """

    ids: tuple[str, ...]
    positions: Matrix
    vectors: Matrix
    method: MapMethod
    encoder: str
    seed: int = 0
    axes: Pca | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of the variance that each axis of PCA keeps; empty for t-SNE."""
        return () if self.axes is None else tuple(self.axes.shares.tolist())

    def with_texts(self, pile: Pile) -> TextMap:
        """Returns the map with the texts of a pile that it lacks, placed between those that are there; none
        of these moves, but for a text that is new under an old id.

        By PCA they lie where its axes say, by t-SNE beside their nearest texts. Costs 2 s for 1,000 texts on
        100,000. Raises EncoderChanged for vectors of another encoder.
        """
        if pile.encoder != self.encoder:
            raise EncoderChanged(
                f"the map was made with {self.encoder} and the texts are encoded by {pile.encoder};"
                " make a new map with: palate map --save"
            )
        index = {id: position for position, id in enumerate(self.ids)}
        old = np.array([index.get(text.id, -1) for text in pile.texts], np.int64)
        moved = np.linalg.norm(pile.vectors - self.vectors[old], axis=1) > SAME_DISTANCE
        new = np.flatnonzero((old < 0) | moved)
        if not len(new):
            return self
        if self.axes is None:
            found = placed(pile.vectors[new], self.vectors, self.positions)
        else:
            found = _on_axes(self.axes, pile.vectors[new])
        changed = old[new] >= 0
        positions, vectors = self.positions.copy(), self.vectors.copy()
        positions[old[new[changed]]] = found[changed]
        vectors[old[new[changed]]] = pile.vectors[new[changed]]
        added = new[~changed]
        return replace(
            self,
            ids=(*self.ids, *(pile.texts[row].id for row in added.tolist())),
            positions=np.concatenate([positions, found[~changed]]),
            vectors=np.concatenate([vectors, pile.vectors[added]]),
        )

    def of(self, pile: Pile) -> Matrix:
        """Returns (n, 2) the positions of the texts of a pile, all of which are on the map."""
        ids = tuple(text.id for text in pile.texts)
        if ids == self.ids:
            return self.positions
        index = {id: position for position, id in enumerate(self.ids)}
        return np.asarray(self.positions[[index[id] for id in ids]])

    def save(self, path: Path) -> None:
        """Writes the map as one safetensors file, whole or not at all: 600 bytes a text with 256 dims. Raises
        BadFolder where it cannot be written.
        """
        facts = {
            "version": VERSION,
            "method": self.method,
            "encoder": self.encoder,
            "seed": self.seed,
            "ids": self.ids,
        }
        arrays = {"positions": self.positions, "vectors": self.vectors.astype(np.float16)}
        if self.axes is not None:
            arrays |= self.axes._asdict()
        whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}  # safetensors needs it
        partial = path.with_name(path.name + ".part")
        try:
            partial.write_bytes(save(whole, {"palate map": json.dumps(facts)}))
            os.replace(partial, path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            reason = error.strerror or error
            raise BadFolder(f"{path} cannot be written: {reason}; name another file with --save") from None

    def to_frame(self) -> DataFrame:
        """Returns id, x and y. Raises MissingExtra without [insight]."""
        x, y = self.positions.T.tolist()
        return frame({"id": self.ids, "x": x, "y": y})

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object a text, for JSON."""
        pairs = zip(self.ids, self.positions.tolist(), strict=True)
        return [{"id": id, "x": x, "y": y} for id, (x, y) in pairs]

    def _repr_html_(self) -> str:
        return map_svg(self.positions, by_category("texts", [self.method] * len(self)))


def map_of(pile: Pile, *, method: MapMethod = "tsne", seed: int = 0) -> TextMap:
    """Arranges the texts of a pile so that near vectors are near points.

    tsne: neighbours stay together; use it to look around. pca: the two directions with the most variance; use
    it for distances in the large, it needs no extra. Of more than 50,000 texts t-SNE arranges a sample, and
    the others are placed beside it. Costs 25 s for 12,000 texts by t-SNE, 1 s by PCA. Raises BadValue where
    fewer than two texts differ, for t-SNE fewer than four texts; MissingExtra without [insight] for t-SNE.

    >>> from palate.report.pile import pile_of
    >>> from palate.text import Text
    >>> pile = pile_of([Text.of("two cats"), Text.of("a dog"), Text.of("the stock market")])
    >>> map_of(pile, method="pca").positions.shape
    (3, 2)
    """
    n = len(pile)
    if n < 2 or not np.any(pile.vectors != pile.vectors[:1]):
        alike = ", all alike to the encoder" if n > 1 else ""
        raise BadValue(
            f"a map needs two texts that differ; {pile.name} has {n}{alike}; add others with: palate add"
        )
    ids = tuple(text.id for text in pile.texts)
    if method == "pca":
        axes = principal_axes([pile.vectors], 2)
        positions = _on_axes(axes, pile.vectors)
        return TextMap(ids, positions, pile.vectors, method, pile.encoder, seed, axes)
    fitted = np.arange(n)
    if n > FITTED_TEXTS:
        fitted = np.sort(np.random.default_rng(seed).choice(n, FITTED_TEXTS, replace=False))
    positions = np.zeros((n, 2), np.float32)
    positions[fitted] = tsne(pile.vectors[fitted], seed=seed)
    others = np.setdiff1d(np.arange(n), fitted)
    if len(others):
        positions[others] = placed(pile.vectors[others], pile.vectors[fitted], positions[fitted])
    return TextMap(ids, positions, pile.vectors, method, pile.encoder, seed)


def read_map(path: Path) -> TextMap:
    """Reads what `TextMap.save` wrote. Raises BadSource where it is no map, or one of another version."""
    try:
        with safe_open(path, "numpy") as file:
            facts = json.loads((file.metadata() or {}).get("palate map", "{}"))
            if facts.get("version") != VERSION:
                raise BadSource(
                    f"{path} is no map of this palate; make one with: palate map --save {path.name}"
                )
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise BadSource(
            f"{path} cannot be read as a map ({error}); make one with: palate map --save"
        ) from None
    axes = Pca(arrays["mean"], arrays["axes"], arrays["shares"]) if facts["method"] == "pca" else None
    vectors = arrays["vectors"].astype(np.float32)
    ids = tuple(facts["ids"])
    return TextMap(ids, arrays["positions"], vectors, facts["method"], facts["encoder"], facts["seed"], axes)


def _on_axes(axes: Pca, vectors: Matrix) -> Matrix:
    positions = axes.along(vectors)
    return np.pad(positions, ((0, 0), (0, 2 - positions.shape[1]))).astype(np.float32)
