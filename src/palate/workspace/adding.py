"""Adding: the way of texts into a store: known ones left out, near-copies grouped, the rest encoded and
kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.feature.languages import languages
from palate.feature.minhash import band_keys
from palate.feature.terms import content_terms, hash_terms
from palate.parts import Matrix, Store, Vector
from palate.results import AddReport, Skipped
from palate.store.tables import Tables
from palate.store.texts import PreparedText
from palate.text import Text
from palate.workspace.band_index import BandIndex
from palate.workspace.near_copies import find_representatives

CHUNK = 1000  # most texts in one transaction: what a stop can lose, and how long another writer waits
FIRST_CHUNK = 50  # it grows or shrinks from there
CHUNK_SECONDS = 1.0  # towards which it does: a transformer is a hundred times slower than static vectors

# called after each chunk with the report so far and the number of texts in all
Progress = Callable[[AddReport, int], None]


def add_texts(
    found: Iterable[Text | Skipped],
    total: int,
    store: Store[Tables],
    encoder: CachedEncoder,
    bands: BandIndex,
    progress: Progress | None = None,
) -> AddReport:
    """Stores texts chunk by chunk. Stopping it (Ctrl-C, a kill) keeps every chunk that was finished and
    nothing of the next.

    bands: of the store, brought up to date on the way.
    """
    report, start = AddReport(), perf_counter()
    chunk: list[Text] = []
    size = min(CHUNK, FIRST_CHUNK)

    def finish() -> int:
        """Store the chunk; returns how large the next one is to be."""
        begun = perf_counter()
        _add_chunk(chunk, store, encoder, bands, report)
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
    chunk: Sequence[Text], store: Store[Tables], encoder: CachedEncoder, bands: BandIndex, report: AddReport
) -> None:
    """Stores what is new of a chunk, again where another process added texts meanwhile; encodes it once."""
    vectors: dict[str, Vector] = {}
    representatives: list[int | None] | None = None
    while representatives is None:
        with store.reading() as tables:
            first_row = tables.state().last_row + 1
            new = _unknown(chunk, tables)
        missing = [text for text in new if text.id not in vectors]
        made = encoder.encode([text.content for text in missing])
        vectors.update((text.id, vector) for text, vector in zip(missing, made, strict=True))
        matrix = np.array([vectors[text.id] for text in new], np.float32).reshape(
            len(new), encoder.inner.dims
        )
        representatives = _store(new, matrix, first_row, store, encoder.encoder_id, bands)
    report.known += len(chunk) - len(new)
    report.added += len(new)
    report.grouped += sum(row is not None for row in representatives)


def _store(
    new: Sequence[Text],
    vectors: Matrix,
    first_row: int,
    store: Store[Tables],
    encoder_id: int,
    bands: BandIndex,
) -> list[int | None] | None:
    """Stores texts with all that is made of them, and returns their representatives; None, and nothing is
    stored, where another process has added texts since first_row was read.
    """
    if not new:
        return []
    terms = hash_terms([text.content for text in new])
    content = content_terms(terms)
    keys, enough = band_keys(content)
    with bands.lock, store.reading() as tables:
        bands.follow(tables, tables.state())
        representatives = find_representatives(
            tables, bands, encoder_id, first_row, (keys, enough), content, vectors
        )
    stored = keys.astype("<u4")
    told = [replace(text, language=language) for text, language in zip(new, languages(new), strict=True)]
    batch = [
        PreparedText(text, ids, counts, stored[i].tobytes() if enough[i] and row is None else b"", row)
        for i, (text, (ids, counts), row) in enumerate(
            zip(told, terms.to_bytes(), representatives, strict=True)
        )
    ]
    with store.writing() as tables:
        if not tables.texts.add(batch, first_row):
            return None
        tables.vectors.put(encoder_id, range(first_row, first_row + len(new)), vectors)
    return representatives


def _unknown(chunk: Sequence[Text], tables: Tables) -> list[Text]:
    """The texts that neither the store nor the chunk before them has: by id, canonical address or content."""
    ids, urls, hashes = tables.texts.known(chunk)
    new = []
    for text in chunk:
        url = text.canonical_url if text.url else None
        if text.id in ids or url in urls or text.content_hash in hashes:
            continue
        ids[text.id] = hashes[text.content_hash] = text.id
        if url:
            urls[url] = text.id
        new.append(text)
    return new
