"""Topics of a store: they are kept with it, follow its texts, and remember what a person made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import BadStore, BadValue
from palate.insight.neighbours import unit_rows
from palate.insight.spherical import Directions, centres_of
from palate.insight.topic_model import NO_TOPIC, TopicModel, reach_of
from palate.report.pile import stored_pile
from palate.report.topics import Topics, described
from palate.store.topics import TopicRow, TopicSpace

if TYPE_CHECKING:
    from palate.library import Library
    from palate.parts import Matrix, Rows, Vector
    from palate.report.pile import Pile
    from palate.store.tables import Tables

MAX_NAME = 200  # characters


@dataclass(frozen=True, eq=False)
class _Stored:
    """What a store keeps of topics. rows, of_row: texts that were followed, and the topics they got. space,
    centres: under the encoder in use; None and empty where topics have not met it. fit_row: the last text
    that topics were found in. mark: as `TopicTable.mark`.
    """

    topics: tuple[TopicRow, ...]
    rows: Rows
    of_row: Rows
    space: TopicSpace | None
    centres: Mapping[int, Vector]
    fit_row: int
    mark: tuple[int, int]


@dataclass(frozen=True, eq=False)
class _Followed:
    """What is to be kept beside. space, centres: under an encoder that topics have not met. rows, topics:
    texts that were followed now, and their topics. opened: (p, d) centres of new topics, the i-th of which
    has the id `first_id + i` in `topics` until the store gives it one.
    """

    rows: Rows
    topics: Rows
    opened: Matrix
    first_id: int
    space: TopicSpace | None = None
    centres: Mapping[int, Vector] | None = None


def follow_topics(library: Library, *, anew: bool = False, seed: int = 0) -> Topics:
    """Returns the topics of a store, brought up to its newest text, and keeps them.

    A text keeps the topic that it has. A new text gets the nearest topic within reach, or none; a dense
    pocket of new texts that no topic covers opens one (insight/pockets.py), which those without a topic may
    join. After a change of encoder a topic lies where its texts lie. anew: forgets topics, names and merges,
    and finds them from all texts. Costs the reading of all texts and, where topics are found, what
    `topics_of` costs. Raises BadValue for too few texts, MissingExtra without [insight] where topics are to
    be found, StoreBusy, StoreReadOnly."""
    while True:
        pile, stored = stored_pile(library), _load(library)
        found = _begun(pile, seed) if anew or not stored.topics else _followed(pile, stored)
        if _save(library, stored, found, anew=anew):
            return _shown(_load(library), pile)


def rename_topic(library: Library, id: int, name: str) -> None:
    """Gives a topic a name of one's own, which stays. Raises BadValue for an id that no topic has, or a name
    of none or more than 200 characters.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise BadValue(f"a name of a topic has 1 to {MAX_NAME} characters, this one {len(name)}")
    with library.workspace.store.writing() as tables:
        tables.topics.rename(_standing(tables, id), name)


def merge_topics(library: Library, id: int, into: int) -> None:
    """Makes a topic part of another, also for texts to come. One without a name gets that of the other.
    Raises BadValue for ids that no topic has, or that are the same.
    """
    with library.workspace.store.writing() as tables:
        part, whole = _standing(tables, id), _standing(tables, into)
        if part == whole:
            raise BadValue(f"topic {id} is topic {into} already; name two topics")
        names = {row.topic_id: row.name for row in tables.topics.all()}
        tables.topics.merge(part, whole)
        if not names[whole]:
            tables.topics.rename(whole, names[part])


def _load(library: Library) -> _Stored:
    with library.workspace.store.reading() as tables:
        encoder_id = tables.encoders.id_of(library.encoder)
        rows, of_row = tables.topics.assigned()
        return _Stored(
            tuple(tables.topics.all()),
            rows,
            of_row,
            None if encoder_id is None else tables.topics.space(encoder_id),
            {} if encoder_id is None else tables.topics.centres(encoder_id),
            tables.topics.fit_row(),
            tables.topics.mark(),
        )


def _begun(pile: Pile, seed: int) -> _Followed:
    assert pile.rows is not None
    model, of_text = TopicModel.fit(pile.vectors, seed=seed)
    space = TopicSpace(model.directions.mean, model.reach, int(pile.rows[-1]))
    return _Followed(pile.rows, of_text, model.directions.centres, int(model.ids[0]), space)


def _followed(pile: Pile, stored: _Stored) -> _Followed:
    assert pile.rows is not None
    of_text, space, centres = _kept(pile.rows, stored), stored.space, stored.centres
    if space is None:
        space, centres = _under_encoder(pile, of_text, stored)
    first_id = 1 + max(row.topic_id for row in stored.topics)
    nothing = np.zeros((0, pile.vectors.shape[1]), np.float32)
    model = TopicModel(
        Directions(space.mean, np.stack(list(centres.values()))), space.reach, np.array([*centres], np.int64)
    )
    is_new, later = ~np.isin(pile.rows, stored.rows), pile.rows > space.fit_row
    pockets = model.pockets(pile.vectors[later], pile.vectors[~later]) if is_new.any() else nothing
    model = model.opened(pockets, range(first_id, first_id + len(pockets)))
    waiting = np.flatnonzero(is_new | (later & (of_text == NO_TOPIC)))
    topics = model.topics_of(pile.vectors[waiting])
    kept = is_new[waiting] | (topics >= first_id)  # what had no topic before can only join a new one
    waiting, topics = waiting[kept], topics[kept]
    if stored.space is not None:
        return _Followed(pile.rows[waiting], topics, pockets, first_id)
    return _Followed(pile.rows[waiting], topics, pockets, first_id, space, centres)


def _kept(rows: Rows, stored: _Stored) -> Rows:
    """Returns the topic that each text has; -1 also for those that were not followed yet."""
    if not len(stored.rows):
        return np.full(len(rows), NO_TOPIC)
    near = np.minimum(np.searchsorted(stored.rows, rows), len(stored.rows) - 1)
    return np.where(stored.rows[near] == rows, stored.of_row[near], NO_TOPIC)


def _under_encoder(pile: Pile, of_text: Rows, stored: _Stored) -> tuple[TopicSpace, dict[int, Vector]]:
    """Returns where topics lie under an encoder that they have not met: where their texts lie. One whose
    texts were all removed lies nowhere.
    """
    able = (of_text != NO_TOPIC) & np.any(pile.vectors, axis=1)
    if not able.any():
        raise BadStore("no text of the store's topics is left; find them anew with: palate topics --anew")
    ids, own = np.unique(of_text[able], return_inverse=True)
    mean = pile.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    units = unit_rows(pile.vectors[able] - mean)
    centres = centres_of(units, own, len(ids))
    reach = reach_of(np.einsum("nd,nd->n", units, centres[own]))
    return TopicSpace(mean, reach, stored.fit_row), dict(zip(ids.tolist(), centres, strict=True))


def _save(library: Library, stored: _Stored, found: _Followed, *, anew: bool) -> bool:
    """Keeps what was found. False, and nothing is kept, where another process was quicker."""
    if not len(found.rows) and found.space is None:
        return True
    with library.workspace.store.writing() as tables:
        encoder_id = tables.encoders.id_of(library.encoder)
        if tables.topics.mark() != stored.mark or encoder_id is None:
            return False
        if anew:
            tables.topics.forget()
        if found.space is not None:
            tables.topics.put_space(encoder_id, found.space)
        ids = tables.topics.open(len(found.opened))
        centres = {**(found.centres or {}), **dict(zip(ids, found.opened, strict=True))}
        tables.topics.put_centres(encoder_id, centres)
        given = dict(enumerate(ids, found.first_id))
        tables.topics.assign(
            found.rows.tolist(), [given.get(topic, topic) for topic in found.topics.tolist()]
        )
        tables.topics.forget_removed()
    return True


def _shown(stored: _Stored, pile: Pile) -> Topics:
    """Returns the topics as they stand: a merged one in that which it is part of."""
    assert pile.rows is not None
    assert stored.space is not None
    roots = _roots(stored.topics)
    of_text = np.array([roots.get(topic, NO_TOPIC) for topic in _kept(pile.rows, stored).tolist()], np.int64)
    parts = Directions(stored.space.mean, np.stack(list(stored.centres.values()))).cosines(pile.vectors)
    own = np.array([roots[topic] for topic in stored.centres])
    ids = np.unique(own)
    nearness = np.stack([parts[:, own == id].max(axis=1) for id in ids], axis=1)
    names = {row.topic_id: row.name for row in stored.topics if row.name}
    return described(pile, of_text, nearness, ids, labels=names)


def _roots(topics: Sequence[TopicRow]) -> dict[int, int]:
    """Returns, for each topic, the one that it is part of: itself where it was not merged."""
    merged = {row.topic_id: row.merged_into for row in topics}
    roots = {}
    for topic in merged:
        root = topic
        while (above := merged[root]) is not None:
            root = above
        roots[topic] = root
    return roots


def _standing(tables: Tables, id: int) -> int:
    """Returns the topic that stands for an id. Raises BadValue."""
    roots = _roots(tables.topics.all())
    if not roots:
        raise BadValue("the store has no topics yet; find them with: palate topics")
    if id not in roots:
        raise BadValue(f"there is no topic {id}; list them with: palate topics")
    return roots[id]
