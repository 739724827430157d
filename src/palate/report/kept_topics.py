"""KeptTopics: what a store keeps of its topics."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from palate.errors import BadStore
from palate.insight.spherical import Directions
from palate.insight.topic_model import NO_TOPIC, TopicModel

if TYPE_CHECKING:
    from palate.parts import Matrix, Rows, Vector

VERSION = 1


@dataclass(frozen=True, eq=False)
class KeptTopics:
    """What a store keeps of its topics. births: (t,) the row after which each topic opened: texts up to it
    keep the topic that they had. exemplars: rows of texts near the centre of each. names: that a person gave,
    by id. merged: by id, the topic that it is part of. encoder: fingerprint. last_row: newest text that was
    followed.
    """

    model: TopicModel
    births: tuple[int, ...]
    exemplars: tuple[tuple[int, ...], ...]
    encoder: str
    last_row: int
    names: dict[int, str] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)

    def topics_of(self, vectors: Matrix, rows: Rows) -> Rows:
        """Returns (n,) the id of the topic of each text, before merging: the nearest of those that were open
        when the text was first followed, else of the later ones."""
        found = np.full(len(rows), NO_TOPIC)
        for birth in sorted(set(self.births)):
            asked = (found == NO_TOPIC) | (rows > birth)
            found[asked] = self._opened_until(birth).topics_of(vectors[asked])
        return found

    def united(self, of_text: Rows) -> Rows:
        """Returns ids after merging."""
        united = of_text.copy()
        for id in self.merged:
            united[of_text == id] = self.root(id)
        return united

    def root(self, id: int) -> int:
        """Returns the topic that a topic is part of: itself where it was not merged."""
        while id in self.merged:
            id = self.merged[id]
        return id

    def _opened_until(self, birth: int) -> TopicModel:
        n = sum(one <= birth for one in self.births)
        directions = Directions(self.model.directions.mean, self.model.directions.centres[:n])
        return replace(self.model, directions=directions, reach=self.model.reach[:n], ids=self.model.ids[:n])

    def to_json(self) -> str:
        model = self.model
        return json.dumps(
            {
                "version": VERSION,
                "encoder": self.encoder,
                "last_row": self.last_row,
                "mean": _packed(model.directions.mean),
                "centres": _packed(model.directions.centres),
                "reach": model.reach.tolist(),
                "ids": model.ids.tolist(),
                "next_id": model.next_id,
                "margin": model.margin,
                "births": self.births,
                "exemplars": self.exemplars,
                "names": self.names,
                "merged": self.merged,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises BadStore for what another version wrote."""
        values: dict[str, Any] = json.loads(text)
        if values["version"] != VERSION:
            raise BadStore(
                f"the store's topics are of version {values['version']}, this palate reads {VERSION};"
                " upgrade palate, or find topics anew with: palate topics --anew"
            )
        mean = _unpacked(values["mean"])
        directions = Directions(mean, _unpacked(values["centres"]).reshape(-1, len(mean)))
        model = TopicModel(
            directions,
            np.array(values["reach"]),
            np.array(values["ids"]),
            values["next_id"],
            values["margin"],
        )
        return cls(
            model,
            tuple(values["births"]),
            tuple(map(tuple, values["exemplars"])),
            values["encoder"],
            values["last_row"],
            {int(id): name for id, name in values["names"].items()},
            {int(id): into for id, into in values["merged"].items()},
        )


def _packed(array: Matrix | Vector) -> str:
    return base64.b64encode(np.asarray(array, "<f4").tobytes()).decode("ascii")


def _unpacked(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32)
