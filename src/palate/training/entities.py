"""Entities: the spans that BIO tags mark, and how well predicted ones agree with the true ones.

A tag is O, or B-KIND where an entity begins, or I-KIND where it goes on.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple


class Entity(NamedTuple):
    """The words from begin to end - 1 of a text."""

    kind: str
    begin: int
    end: int


def entities_of(tags: Sequence[str]) -> list[Entity]:
    """Returns the entities that the tags of one text mark. An I- that continues no entity begins one, as in
    CoNLL's evaluation.

    Source: Tjong Kim Sang and Buchholz, CoNLL-2000 shared task, conlleval.

    >>> [tuple(entity) for entity in entities_of(["B-who", "I-who", "B-who", "O", "I-where", "I-who"])]
    [('who', 0, 2), ('who', 2, 3), ('where', 4, 5), ('who', 5, 6)]
    """
    entities: list[Entity] = []
    previous_kind = ""
    for index, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if prefix == "I" and previous_kind == kind:
            entities[-1] = entities[-1]._replace(end=index + 1)
        elif prefix in ("B", "I"):
            entities.append(Entity(kind, index, index + 1))
        previous_kind = kind if prefix in ("B", "I") else ""
    return entities


def tagging_figures(truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Returns how good the predicted tags of n texts are.

    - precision, recall, f1: of entities, correct where kind, begin and end are; over all entities ("micro").
    - per_class: {kind: {precision, recall, f1, support}}.
    - accuracy: the share of words with the correct tag.
    Where a figure is 0/0 it is 0.

    >>> figures = tagging_figures([["B-a", "I-a", "O"]], [["B-a", "I-a", "B-a"]])
    >>> figures["precision"], figures["recall"], round(figures["accuracy"], 3)
    (0.5, 1.0, 0.667)
    """
    n_true, n_predicted, n_correct = Counter[str](), Counter[str](), Counter[str]()
    for true_tags, predicted_tags in zip(truth, predicted, strict=True):
        true_entities, predicted_entities = entities_of(true_tags), entities_of(predicted_tags)
        n_true.update(entity.kind for entity in true_entities)
        n_predicted.update(entity.kind for entity in predicted_entities)
        n_correct.update(entity.kind for entity in set(true_entities) & set(predicted_entities))
    tag_pairs = [
        pair
        for true_tags, predicted_tags in zip(truth, predicted, strict=True)
        for pair in zip(true_tags, predicted_tags, strict=True)
    ]
    return {
        **_rates(n_correct.total(), n_predicted.total(), n_true.total()),
        "accuracy": sum(true == guess for true, guess in tag_pairs) / max(len(tag_pairs), 1),
        "per_class": {
            kind: {**_rates(n_correct[kind], n_predicted[kind], n_true[kind]), "support": n_true[kind]}
            for kind in sorted({*n_true, *n_predicted})
        },
    }


def _rates(n_correct: int, n_predicted: int, n_true: int) -> dict[str, float]:
    return {
        "precision": n_correct / max(n_predicted, 1),
        "recall": n_correct / max(n_true, 1),
        "f1": 2 * n_correct / max(n_predicted + n_true, 1),
    }
