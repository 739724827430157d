"""Adding: the way of texts into a store: known ones left out, near-copies grouped, the rest encoded and
kept.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from time import perf_counter

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.feature.minhash import band_keys, jaccard
from palate.feature.terms import BUCKETS, content_terms, hash_terms
from palate.features import Terms
from palate.parts import Matrix, Store
from palate.results import AddReport, Skipped
from palate.store.tables import Tables
from palate.store.texts import PreparedText
from palate.text import Text, canonical_url

CHUNK = 1000  # most texts in one transaction: what a stop can lose, and how long another writer waits
FIRST_CHUNK = 50  # it grows or shrinks from there
CHUNK_SECONDS = 1.0  # towards which it does: a transformer is a hundred times slower than static vectors
ALIKE_TERMS = 0.7  # Jaccard of words and word pairs from which two texts may be near-copies
ALIKE_VECTORS = 0.95  # cosine from which they are


# called after each chunk with the report so far and the number of texts in all
Progress = Callable[[AddReport, int], None]


def add_texts(
    found: Iterable[Text | Skipped],
    total: int,
    store: Store[Tables],
    encoder: CachedEncoder,
    progress: Progress | None = None,
) -> AddReport:
    """Store texts chunk by chunk. Stopping it (Ctrl-C, a kill) keeps every chunk that was finished and
    nothing of the next.
    """
    report, start = AddReport(), perf_counter()
    chunk: list[Text] = []
    size = min(CHUNK, FIRST_CHUNK)

    def finish() -> int:
        """Store the chunk; returns how large the next one is to be."""
        begun = perf_counter()
        while not _add_chunk(chunk, store, encoder, report):  # another process added texts meanwhile
            pass
        chunk.clear()
        report.seconds = perf_counter() - start
        if progress:
            progress(report, total)
        return min(CHUNK, 2 * size) if perf_counter() - begun < CHUNK_SECONDS / 2 else max(1, size // 2)

    for one in found:
        if isinstance(one, Skipped):
            report.skipped.append(one)
        else:
            chunk.append(one)
        if len(chunk) >= size:
            size = finish()
    finish()
    return report


def _add_chunk(
    chunk: Sequence[Text], store: Store[Tables], encoder: CachedEncoder, report: AddReport
) -> bool:
    with store.reading() as tables:
        first_row = tables.state().last_row + 1
        new = _unknown(chunk, tables)
    contents = [text.content for text in new]
    vectors = encoder.encode([text.content_hash for text in new], contents)
    terms = hash_terms(contents)
    said = content_terms(terms)
    keys = band_keys(said)
    representatives = _representatives(first_row, keys, said, vectors, store, encoder)
    stored = [
        PreparedText(text, ids, counts, [] if representative else bands, representative)
        for text, (ids, counts), bands, representative in zip(
            new, terms.to_bytes(), keys, representatives, strict=True
        )
    ]
    if stored:
        with store.writing() as tables:
            if not tables.texts.add(stored, first_row):
                return False
    report.known += len(chunk) - len(new)
    report.added += len(new)
    report.grouped += sum(row is not None for row in representatives)
    return True


def _unknown(chunk: Sequence[Text], tables: Tables) -> list[Text]:
    """The texts that neither the store nor the chunk before them has: by id, canonical address or content."""
    ids, urls, hashes = tables.texts.known(chunk)
    new = []
    for text in chunk:
        url = canonical_url(text.url) if text.url else None
        if text.id in ids or url in urls or text.content_hash in hashes:
            continue
        ids[text.id] = hashes[text.content_hash] = text.id
        if url:
            urls[url] = text.id
        new.append(text)
    return new


def _representatives(
    first_row: int,
    keys: Sequence[Sequence[int]],
    terms: Terms,
    vectors: Matrix,
    store: Store[Tables],
    encoder: CachedEncoder,
) -> list[int | None]:
    """Returns for each new text the row of the nearest representative that it is a near-copy of; None where
    there is none: then it represents a group itself.

    Only representatives have band keys, so a thousand copies of one text are compared a thousand times, not
    half a million."""
    with store.reading() as tables:
        sharing = tables.texts.sharing_bands([key for text_keys in keys for key in text_keys])
        before = tables.texts.outlines({row for rows in sharing.values() for row in rows})
    known = encoder.known([outline.content_hash for outline in before.values()])
    ids = [terms.ids[first:last].tolist() for first, last in pairwise(terms.starts)]

    def alike(index: int, row: int) -> float:
        """Cosine to the text at a row; -1 where the words say that it is no copy."""
        stored = before.get(row)
        vector = known.get(stored.content_hash) if stored else vectors[row - first_row]
        others = [id for id in stored.ids if id < BUCKETS] if stored else ids[row - first_row]
        if vector is None or jaccard(ids[index], others) < ALIKE_TERMS:
            return -1.0
        return float(vectors[index] @ vector.astype(np.float32))

    representatives: list[int | None] = []
    for index, text_keys in enumerate(keys):
        candidates = {row for key in text_keys for row in sharing.get(key, ())}
        cosine, row = max(((alike(index, row), -row) for row in candidates), default=(-1.0, 0))
        representatives.append(-row if cosine >= ALIKE_VECTORS else None)
        if representatives[-1] is None:
            for key in text_keys:
                sharing.setdefault(key, []).append(first_row + index)
    return representatives
