"""Topics of a store: they are kept with it, follow its texts, and remember what a person made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import BadStore, BadValue
from palate.insight.neighbours import unit_rows
from palate.insight.spherical import Directions
from palate.insight.topic_model import TopicModel, reaches
from palate.report.kept_topics import KeptTopics
from palate.report.pile import stored_pile
from palate.report.topics import Topics, described

if TYPE_CHECKING:
    from palate.library import Library
    from palate.report.pile import Pile

KEPT_TEXTS = 50  # of each topic, nearest to its centre, by which it is found under another encoder


def follow_topics(library: Library, *, anew: bool = False, seed: int = 0) -> Topics:
    """Returns the topics of a store, brought up to its newest text, and keeps them.

    Ids stay: a new text is of the nearest topic, and a dense pocket of new texts that no topic fits opens
    one. After a change of encoder each topic is found again by the texts that were nearest to its centre.
    anew: forgets topics, names and merges, and finds them from all texts. Costs the reading of all texts, and
    what `topics_of` costs. Raises BadValue for too few texts, MissingExtra without [insight] where topics are
    to be found."""
    pile = stored_pile(library)
    kept = None if anew else read_topics(library)
    followed = _begun(pile, seed) if kept is None else _followed(kept, pile, seed)
    if followed is not kept:
        library.remember("topics", followed.to_json())
    return _shown(followed, pile)


def rename_topic(library: Library, id: int, name: str) -> None:
    """Gives a topic a name of one's own, which stays. Raises BadValue for an id that no topic has."""
    kept = _known(library, id)
    if not name.strip():
        raise BadValue("a name of a topic has a character or more; give one")
    library.remember("topics", replace(kept, names={**kept.names, id: name.strip()}).to_json())


def merge_topics(library: Library, id: int, into: int) -> None:
    """Makes a topic part of another, also for texts to come. Raises BadValue for ids that no topic has, or
    that are the same."""
    kept = _known(library, id, into)
    if kept.root(id) == kept.root(into):
        raise BadValue(f"topic {id} is topic {into} already; name two topics")
    merged = {**kept.merged, kept.root(id): kept.root(into)}
    library.remember("topics", replace(kept, merged=merged).to_json())


def read_topics(library: Library) -> KeptTopics | None:
    """Returns what a store keeps of its topics; None where none were found yet."""
    stated = library.remembered("topics")
    return KeptTopics.from_json(stated) if stated else None


def _known(library: Library, *ids: int) -> KeptTopics:
    kept = read_topics(library)
    if kept is None:
        raise BadValue("the store has no topics yet; find them with: palate topics")
    for id in ids:
        if id not in kept.model.ids:
            raise BadValue(f"there is no topic {id}; list them with: palate topics")
    return kept


def _begun(pile: Pile, seed: int) -> KeptTopics:
    model = TopicModel.fit(pile.vectors, seed=seed)
    last_row = _last_row(pile)
    kept = KeptTopics(model, (0,) * len(model.ids), (), pile.encoder, last_row)
    return _with_exemplars(kept, pile)


def _followed(kept: KeptTopics, pile: Pile, seed: int) -> KeptTopics:
    if kept.encoder != pile.encoder:
        kept = _under_encoder(kept, pile)
    assert pile.rows is not None
    new = pile.rows > kept.last_row
    if not new.any():
        return kept
    model = kept.model.grown(pile.vectors[new], seed=seed)
    births = (*kept.births, *[kept.last_row] * (len(model.ids) - len(kept.model.ids)))
    return _with_exemplars(replace(kept, model=model, births=births, last_row=_last_row(pile)), pile)


def _under_encoder(kept: KeptTopics, pile: Pile) -> KeptTopics:
    """Returns the topics in the vectors of another encoder. One whose texts were all removed is given up."""
    assert pile.rows is not None
    mean = pile.vectors.mean(axis=0)
    index = {int(row): position for position, row in enumerate(pile.rows)}
    members = [[index[row] for row in rows if row in index] for rows in kept.exemplars]
    here = [topic for topic, found in enumerate(members) if found]
    if not here:
        raise BadStore("no text of the store's topics is left; find them anew with: palate topics --anew")
    offsets = unit_rows(pile.vectors - mean)
    centres = unit_rows(np.array([offsets[members[topic]].mean(axis=0) for topic in here]))
    directions = Directions(mean, centres)
    reach, margin = reaches(directions, pile.vectors)
    model = TopicModel(directions, reach, kept.model.ids[here], kept.model.next_id, margin)
    births = tuple(kept.births[topic] for topic in here)
    exemplars = tuple(kept.exemplars[topic] for topic in here)
    return replace(kept, model=model, births=births, exemplars=exemplars, encoder=pile.encoder)


def _with_exemplars(kept: KeptTopics, pile: Pile) -> KeptTopics:
    assert pile.rows is not None
    cosines = kept.model.directions.cosines(pile.vectors)
    of_text = kept.topics_of(pile.vectors, pile.rows)
    exemplars = []
    for topic, id in enumerate(kept.model.ids):
        members = np.flatnonzero(of_text == id)
        nearest = members[np.argsort(-cosines[members, topic], kind="stable")[:KEPT_TEXTS]]
        exemplars.append(tuple(pile.rows[nearest].tolist()))
    return replace(kept, exemplars=tuple(exemplars))


def _shown(kept: KeptTopics, pile: Pile) -> Topics:
    assert pile.rows is not None
    united = kept.united(kept.topics_of(pile.vectors, pile.rows))
    return described(
        pile, united, kept.model.directions.cosines(pile.vectors), kept.model.ids, labels=kept.names
    )


def _last_row(pile: Pile) -> int:
    return int(pile.rows[-1]) if pile.rows is not None and len(pile.rows) else 0
