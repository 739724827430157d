"""Assessment of an x-ray: the number of the text, and what a store and a reader make of it."""

from __future__ import annotations

from dataclasses import replace

from palate.encoder.static import StaticEncoder
from palate.explain import contributions
from palate.insight.assessment import Assessment, block_summaries
from palate.insight.number import number_of
from palate.insight.xray_data import XRay
from palate.learner import Learner
from palate.library import Library
from palate.parts import Encoder
from palate.reader import Reader
from palate.text import Text
from palate.threads import one_thread
from palate.value import SimilarText, Value

NEAREST = 5  # stored texts that are shown


def outcome_of(seen: XRay, text: str, pair: str | None, encoder: Encoder) -> Assessment:
    """What needs no store. encoder: palate's own, for the whole text where the picture shows its first
    window.
    """
    vectors = encoder.encode([text] if pair is None else [text, pair])
    # else the picture is of both in a row
    agreement = float(vectors[0] @ seen.vector) if len(seen.texts) == 1 else None
    similarity = None if pair is None else float(vectors[0] @ vectors[1])
    return Assessment(number_of(StaticEncoder().sums([text])), agreement, similarity)


def learned_of(library: Library, reader: Reader) -> Learner:
    """The reader's taste, at the head of its log."""
    with library.store.reading() as tables:
        row = tables.readers.find(reader.name, reader.taste_name)
    assert row is not None  # the reader is open
    return Learner(library, row)


def in_store(outcome: Assessment, text: str, library: Library, reader: Reader) -> Assessment:
    """With the nearest texts of a store, and a reader's value of this one by taste alone, as `palate value`
    tells it.
    """
    learned = learned_of(library, reader)
    corpus = learned.corpus()
    found = learned.features(corpus, [text])
    with one_thread():
        mean, sd = learned.taste.value(found)
        shares = contributions(text, corpus, found, learned.taste, library.encoder)
        places, cosines = corpus.index.nearest(library.encode([text])[0], NEAREST)
    rows = corpus.rows[places].tolist()
    with library.store.reading() as tables:
        texts = tables.texts.get(rows)
    return replace(
        outcome,
        store=library.store.path,
        encoder=library.encoder.name,
        known=next(iter(library.ids_of([Text.of(text)])), None),
        nearest=tuple(
            SimilarText(texts[row], float(cosine)) for row, cosine in zip(rows, cosines, strict=True)
        ),
        reader=reader.name,
        value=Value(float(mean[0]), float(sd[0])),
        contributions=tuple(sorted(shares, key=lambda share: -abs(share.amount))),
        blocks=block_summaries(found, shares),
    )
