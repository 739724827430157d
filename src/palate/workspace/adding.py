"""Adding: the way of texts into a store: known ones left out, near-copies grouped, the rest encoded and
kept.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from time import perf_counter

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.feature.languages import languages
from palate.feature.minhash import band_keys
from palate.feature.terms import content_terms, hash_terms
from palate.identity import names_of
from palate.parts import Matrix, Store, Vector
from palate.results import AddReport, Skipped
from palate.store.recognising import Recognised, recognise
from palate.store.replacing import replace_texts
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
    claimed: set[int] = set()
    size = min(CHUNK, FIRST_CHUNK)

    def finish() -> int:
        """Store the chunk; returns how large the next one is to be."""
        begun = perf_counter()
        recognised, representatives = _add_chunk(chunk, claimed, store, encoder, bands)
        chunk.clear()
        claimed.update(recognised.claims)
        n_grouped = sum(row is not None for row in representatives)
        report.added += len(recognised.new) - n_grouped
        report.grouped += n_grouped
        report.updated += recognised.updated
        report.known_texts += recognised.known
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
    chunk: Sequence[Text],
    claimed: Set[int],
    store: Store[Tables],
    encoder: CachedEncoder,
    bands: BandIndex,
) -> tuple[Recognised, list[int | None]]:
    """Stores what is new of a chunk, again where another process changed texts meanwhile; encodes it once.

    Returns what its texts are to the store, and the representatives of the new ones."""
    vectors: dict[str, Vector] = {}
    while True:
        with store.reading() as tables:
            first_row = tables.state().last_row + 1
            recognised = recognise(chunk, tables, claimed)
        texts = [*recognised.new, *recognised.versions.values()]
        missing = [text.content for text in texts if text.content not in vectors]
        vectors.update(zip(missing, encoder.encode(missing), strict=True))
        matrix = np.array([vectors[text.content] for text in texts], np.float32).reshape(
            len(texts), encoder.inner.dims
        )
        representatives = store_recognised(recognised, matrix, first_row, store, encoder.encoder_id, bands)
        if representatives is not None:
            return recognised, representatives


def store_recognised(
    recognised: Recognised,
    vectors: Matrix,
    first_row: int,
    store: Store[Tables],
    encoder_id: int,
    bands: BandIndex,
) -> list[int | None] | None:
    """Stores new texts and versions with all that is made of them, and returns the representatives of the new
    ones; None, and nothing is stored, where another process has added texts since first_row was read, or
    removed one that has a new version.
    """
    n_new, old_rows = len(recognised.new), list(recognised.versions)
    texts = [*recognised.new, *recognised.versions.values()]
    if not texts and not recognised.names:
        return []
    terms = hash_terms([text.content for text in texts])
    content = content_terms(terms)
    keys, enough = band_keys(content)
    with bands.lock, store.reading() as tables:
        bands.follow(tables, tables.state())
        representatives = find_representatives(
            tables, bands, encoder_id, first_row, (keys[:n_new], enough[:n_new]), content, vectors
        )[:n_new]
    stored = keys.astype("<u4")
    rows = [*representatives, *([None] * len(old_rows))]
    made = zip(texts, terms.to_bytes(), rows, languages(texts), strict=True)
    batch = [
        PreparedText(
            text, ids, counts, stored[i].tobytes() if enough[i] and row is None else b"", row, language
        )
        for i, (text, (ids, counts), row, language) in enumerate(made)
    ]
    with store.writing() as tables:
        if len(tables.texts.ids(old_rows)) < len(old_rows) or not tables.texts.add(batch[:n_new], first_row):
            return None
        if old_rows:
            replace_texts(tables, old_rows, batch[n_new:], first_row + n_new)
        tables.vectors.put(encoder_id, range(first_row, first_row + len(texts)), vectors)
        tables.identity.add(_names(recognised, first_row))
    return representatives


def _names(recognised: Recognised, first_row: int) -> dict[int, set[str]]:
    """Returns the names that each stored text gets, by row."""
    of_versions = map(names_of, recognised.versions.values())
    known = {row: more for row, more in recognised.names.items() if row not in recognised.versions}
    return {**known, **dict(enumerate([*recognised.new_names, *of_versions], first_row))}
