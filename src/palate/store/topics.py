"""TopicTable: topics of a store: ids, names and merges, centres by encoder, and the topic of each text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select, update

from palate.parts import Rows, Vector
from palate.store import schema

_topic, _space, _centre, _text = (
    table.c for table in (schema.topic, schema.topic_space, schema.topic_centre, schema.topic_text)
)


class TopicRow(NamedTuple):
    """One topic. name: empty where no person gave one. merged_into: None for a topic that stands."""

    topic_id: int
    name: str
    merged_into: int | None


class TopicSpace(NamedTuple):
    """Where vectors of an encoder are seen from. mean: (d,) float32. fit_row: last text that topics were made
    of.
    """

    mean: Vector
    reach: float
    fit_row: int


class TopicTable:
    """Topics are opened, named and merged, never deleted: an id stays what it was."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[TopicRow]:
        """Returns every topic, merged ones too, by id."""
        query = select(_topic.number, _topic.name, _topic.merged_into).order_by(_topic.number)
        return [TopicRow(*row) for row in self._connection.execute(query)]

    def open(self, n: int) -> list[int]:
        """Makes n topics; returns their ids, ascending."""
        now = datetime.now(UTC).isoformat()
        made = insert(schema.topic).values(name="", opened_at=now)
        ids = [self._connection.execute(made).inserted_primary_key for _ in range(n)]
        return [int(key[0]) for key in ids if key is not None]

    def rename(self, topic_id: int, name: str) -> None:
        """Gives a topic a name; an empty one takes it away."""
        self._connection.execute(update(schema.topic).where(_topic.number == topic_id).values(name=name))

    def merge(self, topic_id: int, into: int) -> None:
        """Makes a topic part of another."""
        merged = update(schema.topic).where(_topic.number == topic_id).values(merged_into=into)
        self._connection.execute(merged)

    def space(self, encoder_id: int) -> TopicSpace | None:
        """Returns where vectors of an encoder are seen from; None where topics have not met it."""
        query = select(_space.mean, _space.reach, _space.fit_row).where(_space.encoder == encoder_id)
        row = self._connection.execute(query).first()
        return row and TopicSpace(_vector(row.mean), row.reach, row.fit_row)

    def fit_row(self) -> int:
        """Returns the last text that topics were made of, 0 where there are none."""
        return int(self._connection.execute(select(func.max(_space.fit_row))).scalar() or 0)

    def put_space(self, encoder_id: int, space: TopicSpace) -> None:
        """Keeps where vectors of an encoder are seen from."""
        self._connection.execute(delete(schema.topic_space).where(_space.encoder == encoder_id))
        values = {"mean": _bytes(space.mean), "reach": space.reach, "fit_row": space.fit_row}
        self._connection.execute(insert(schema.topic_space).values(encoder=encoder_id, **values))

    def centres(self, encoder_id: int) -> dict[int, Vector]:
        """Returns the (d,) centres of topics under an encoder, merged ones too, by id."""
        query = (
            select(_centre.topic, _centre.data).where(_centre.encoder == encoder_id).order_by(_centre.topic)
        )
        return {row.topic: _vector(row.data) for row in self._connection.execute(query)}

    def put_centres(self, encoder_id: int, centres: Mapping[int, Vector]) -> None:
        """Keeps the centres of topics that have none under an encoder yet."""
        rows = [
            {"encoder": encoder_id, "topic": topic, "data": _bytes(centre)}
            for topic, centre in centres.items()
        ]
        if rows:
            self._connection.execute(insert(schema.topic_centre), rows)

    def assigned(self) -> tuple[Rows, Rows]:
        """Returns the rows of all texts that were placed, ascending, and the topic of each, -1 for none."""
        query = select(_text.row, func.coalesce(_text.topic, -1)).order_by(_text.row)
        found = np.array([tuple(row) for row in self._connection.execute(query)], np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def assign(self, rows: Sequence[int], topics: Sequence[int]) -> None:
        """Keeps the topic of some texts, -1 for none, in place of what was kept of them."""
        values = [
            {"row": row, "topic": None if topic < 0 else topic}
            for row, topic in zip(rows, topics, strict=True)
        ]
        if values:
            self._connection.execute(insert(schema.topic_text).prefix_with("or replace"), values)

    def forget_removed(self) -> None:
        """Drops what is kept of texts that were removed."""
        there = select(schema.text.c.row)
        self._connection.execute(delete(schema.topic_text).where(_text.row.not_in(there)))

    def forget(self) -> None:
        """Drops all topics, with names, merges and what texts they had; their ids are not given again."""
        for table in (schema.topic_text, schema.topic_centre, schema.topic_space, schema.topic):
            self._connection.execute(delete(table))

    def mark(self) -> tuple[int, int]:
        """Returns what changes when topics are opened or texts placed."""
        topics = self._connection.execute(select(func.count()).select_from(schema.topic)).scalar_one()
        rows = self._connection.execute(select(func.coalesce(func.max(_text.row), 0))).scalar_one()
        return int(topics), int(rows)


def _bytes(vector: Vector) -> bytes:
    return vector.astype("<f4").tobytes()


def _vector(data: bytes) -> Vector:
    return np.frombuffer(data, "<f4")
