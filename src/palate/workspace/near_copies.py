"""Near-copies: which of n new texts belong to the group of one that is there already."""

from collections.abc import Sequence

import numpy as np

from palate.feature.minhash import Keys, Mask, jaccard
from palate.feature.terms import BUCKETS
from palate.features import Terms
from palate.parts import Matrix, Vector
from palate.store.tables import Tables
from palate.workspace.band_index import BandIndex, Pairs

ALIKE_TERMS = 0.7  # Jaccard of words and word pairs from which two texts may be near-copies
ALIKE_VECTORS = 0.95  # cosine from which they are
PAIRS_AT_ONCE = 10_000


def find_representatives(
    tables: Tables,
    bands: BandIndex,
    encoder_id: int,
    first_row: int,
    keys: tuple[Keys, Mask],
    terms: Terms,
    vectors: Matrix,
) -> list[int | None]:
    """Returns for each new text the row of the nearest representative that it is a near-copy of; None where
    there is none: then it represents a group itself.

    keys, terms (without stop words), vectors (n, d): of the new texts, which get rows from first_row on. Only
    representatives have band keys, so a thousand copies of one text are compared with one text each. Vectors
    are compared first: they are read and multiplied in a tenth of the time that terms take.
    """
    pairs, cosines = _alike(tables, encoder_id, bands.candidates(*keys, first_row), first_row, vectors)
    stored_ids = tables.texts.term_ids(np.unique(pairs.rows[pairs.rows < first_row]).tolist())

    def ids_of(row: int) -> Sequence[int]:
        if row < first_row:
            return [id for id in stored_ids.get(row, []) if id < BUCKETS]
        ids: list[int] = terms.ids[terms.starts[row - first_row] : terms.starts[row - first_row + 1]].tolist()
        return ids

    representatives: list[int | None] = [None] * len(terms)
    best = np.full(len(terms), -1.0)
    for index, row, cosine in zip(pairs.indices.tolist(), pairs.rows.tolist(), cosines.tolist(), strict=True):
        is_copy = row >= first_row and representatives[row - first_row] is not None
        if is_copy or cosine <= best[index]:
            continue
        if jaccard(ids_of(first_row + index), ids_of(row)) >= ALIKE_TERMS:
            representatives[index], best[index] = row, cosine
    return representatives


def _alike(
    tables: Tables, encoder_id: int, pairs: Pairs, first_row: int, vectors: Matrix
) -> tuple[Pairs, Vector]:
    """Returns those of some pairs whose vectors are alike, and the cosine of each."""
    rows = np.unique(pairs.rows[pairs.rows < first_row])
    stored = tables.vectors.get(encoder_id, rows.tolist())
    known = np.array(sorted(stored), np.int64)
    before = np.array([stored[row] for row in known.tolist()], np.float32).reshape(-1, vectors.shape[1])
    matrix = np.concatenate([before, vectors])
    every_row = np.concatenate([known, first_row + np.arange(len(vectors))])
    there = np.isin(pairs.rows, every_row)
    pairs = Pairs(pairs.indices[there], pairs.rows[there])
    cosines = np.zeros(len(pairs.rows), np.float32)
    places = np.searchsorted(every_row, pairs.rows)
    for begin in range(0, len(places), PAIRS_AT_ONCE):
        part = slice(begin, begin + PAIRS_AT_ONCE)
        cosines[part] = np.einsum("pd,pd->p", vectors[pairs.indices[part]], matrix[places[part]])
    alike = cosines >= ALIKE_VECTORS
    return Pairs(pairs.indices[alike], pairs.rows[alike]), cosines[alike]
