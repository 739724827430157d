"""Entities: what BIO tags say, and how well predicted ones agree with the true ones.

A tag is O, or B-KIND where an entity begins, or I-KIND where it goes on.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple


class Entity(NamedTuple):
    """Words begin to end - 1 of a text."""

    kind: str
    begin: int
    end: int


def entities_of(tags: Sequence[str]) -> list[Entity]:
    """The entities that the tags of one text mark. An I- that goes on with nothing begins an entity, as in
    CoNLL's evaluation.

    Source: Tjong Kim Sang and Buchholz, CoNLL-2000 shared task, conlleval.

    >>> [tuple(one) for one in entities_of(["B-who", "I-who", "B-who", "O", "I-where", "I-who"])]
    [('who', 0, 2), ('who', 2, 3), ('where', 4, 5), ('who', 5, 6)]
    """
    found: list[Entity] = []
    before = ""
    for place, tag in enumerate(tags):
        mark, _, kind = tag.partition("-")
        if mark == "I" and before == kind:
            found[-1] = found[-1]._replace(end=place + 1)
        elif mark in ("B", "I"):
            found.append(Entity(kind, place, place + 1))
        before = kind if mark in ("B", "I") else ""
    return found


def tagging_figures(truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, Any]:
    """How good the predicted tags of n texts are.

    - precision, recall, f1: of entities, right where kind, begin and end are; over all entities ("micro").
    - per_class: {kind: {precision, recall, f1, support}}.
    - accuracy: the share of words with the right tag.
    Where a figure is 0/0 it is 0.

    >>> figures = tagging_figures([["B-a", "I-a", "O"]], [["B-a", "I-a", "B-a"]])
    >>> figures["precision"], figures["recall"], round(figures["accuracy"], 3)
    (0.5, 1.0, 0.667)
    """
    true, said, right = Counter[str](), Counter[str](), Counter[str]()
    for wanted, got in zip(truth, predicted, strict=True):
        wanted_entities, got_entities = entities_of(wanted), entities_of(got)
        true.update(one.kind for one in wanted_entities)
        said.update(one.kind for one in got_entities)
        right.update(one.kind for one in set(wanted_entities) & set(got_entities))
    pairs = [
        pair for wanted, got in zip(truth, predicted, strict=True) for pair in zip(wanted, got, strict=True)
    ]
    return {
        **_rates(right.total(), said.total(), true.total()),
        "accuracy": sum(wanted == got for wanted, got in pairs) / max(len(pairs), 1),
        "per_class": {
            kind: {**_rates(right[kind], said[kind], true[kind]), "support": true[kind]}
            for kind in sorted({*true, *said})
        },
    }


def _rates(right: int, said: int, true: int) -> dict[str, float]:
    precision, recall = right / max(said, 1), right / max(true, 1)
    return {"precision": precision, "recall": recall, "f1": 2 * right / max(said + true, 1)}
