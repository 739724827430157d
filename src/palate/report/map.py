"""Map of a pile: its texts as points of a plane."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from palate.errors import BadSource, BadValue, EncoderChanged
from palate.insight.frames import frame
from palate.insight.map_scene import by_category
from palate.insight.map_svg import map_svg
from palate.insight.pca import principal_axes
from palate.insight.placing import placed
from palate.insight.tsne import MIN_TEXTS, tsne

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Matrix
    from palate.report.pile import Pile

MapMethod = Literal["tsne", "pca"]
VERSION = 1
FITTED_TEXTS = 50_000  # that t-SNE arranges; of a larger pile the others are placed among these


@dataclass(frozen=True, eq=False)
class TextMap:
    """n texts as points. ids: of the texts. positions: (n, 2) float32. vectors: (n, d) of the texts, by which
    others can be placed. shares: of the variance that each axis keeps, of PCA alone. encoder: fingerprint.
    """

    ids: tuple[str, ...]
    positions: Matrix
    vectors: Matrix
    method: MapMethod
    encoder: str
    seed: int = 0
    shares: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def with_texts(self, pile: Pile) -> TextMap:
        """Returns the map with the texts of a pile that it lacks, placed among those that are there; none of
        these moves.

        Costs 1 s for 1,000 texts on 100,000. Raises EncoderChanged for vectors of another encoder.
        """
        if pile.encoder != self.encoder:
            raise EncoderChanged(
                f"the map was made with {self.encoder} and the texts are encoded by {pile.encoder};"
                " make a new map with: palate map --save"
            )
        known = set(self.ids)
        new = [index for index, text in enumerate(pile.texts) if text.id not in known]
        positions = placed(pile.vectors[new], self.vectors, self.positions)
        return TextMap(
            (*self.ids, *(pile.texts[index].id for index in new)),
            np.concatenate([self.positions, positions]),
            np.concatenate([self.vectors, pile.vectors[new]]),
            self.method,
            self.encoder,
            self.seed,
            self.shares,
        )

    def of(self, pile: Pile) -> Matrix:
        """Returns (n, 2) the positions of the texts of a pile, all of which are on the map."""
        index = {id: position for position, id in enumerate(self.ids)}
        return np.asarray(self.positions[[index[text.id] for text in pile.texts]])

    def save(self, path: Path) -> None:
        """Writes the map as one safetensors file: 600 bytes a text with 256 dims."""
        facts = {
            "version": VERSION,
            "method": self.method,
            "encoder": self.encoder,
            "seed": self.seed,
            "shares": self.shares,
            "ids": self.ids,
        }
        arrays = {"positions": self.positions, "vectors": self.vectors.astype(np.float16)}
        save_file(arrays, path, {"palate map": json.dumps(facts)})

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
    it for distances in the large, it needs no extra. Of more than 50,000 texts t-SNE arranges a sample, among
    which the others are placed. Costs 25 s for 12,000 texts by t-SNE, 1 s by PCA. Raises BadValue where fewer
    than two texts differ, for t-SNE fewer than four; MissingExtra without [insight] for t-SNE."""
    ids = tuple(text.id for text in pile.texts)
    if method == "pca":
        found = principal_axes([pile.vectors], 2)
        positions = found.along(pile.vectors)
        positions = np.pad(positions, ((0, 0), (0, 2 - positions.shape[1])))
        shares = tuple(found.shares.tolist())
        return TextMap(ids, positions.astype(np.float32), pile.vectors, method, pile.encoder, seed, shares)
    if len(pile) < MIN_TEXTS:
        raise BadValue(f"a map by t-SNE needs {MIN_TEXTS} texts or more, {pile.name} has {len(pile)}")
    n = len(pile)
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
            positions, vectors = file.get_tensor("positions"), file.get_tensor("vectors")
    except (OSError, SafetensorError) as error:
        raise BadSource(
            f"{path} cannot be read as a map ({error}); make one with: palate map --save"
        ) from None
    return TextMap(
        tuple(facts["ids"]),
        positions,
        vectors.astype(np.float32),
        facts["method"],
        facts["encoder"],
        facts["seed"],
        tuple(facts["shares"]),
    )
