"""What adapting asks of a library, in one place: tastes, standing judgements, texts and vectors."""

from collections.abc import Mapping, Sequence

import numpy as np

from palate.feedback import standing
from palate.library import Library
from palate.parts import Encoder, Matrix, Rows
from palate.store.readers import TasteRow
from palate.workspace.reencoding import encoder_id as id_of_encoder

VECTORS_PER_WRITE = 100


def all_tastes(library: Library) -> list[TasteRow]:
    """Returns every taste of the store."""
    with library.workspace.store.reading() as tables:
        return tables.readers.tastes()


def newest_entry(library: Library, tastes: Sequence[TasteRow]) -> int:
    """Returns the newest log entry of these tastes, 0 where there is none."""
    with library.workspace.store.reading() as tables:
        return max((tables.log.state(taste.taste_id).head for taste in tastes), default=0)


def standing_likings(library: Library, taste: TasteRow, last_entry: int) -> dict[int, float]:
    """Returns the liking that stands for each group of near-copies, by the row of its representative, in the
    order in which it was given, by the log up to `last_entry`; none of groups that were removed.
    """
    corpus = library.corpus()
    with library.workspace.store.reading() as tables:
        log = [entry for entry in tables.log.entries(taste.taste_id) if entry.entry <= last_entry]
    groups = library.workspace.representatives(corpus, [entry.row for entry in log if entry.row is not None])
    likings = {
        group: entry.liking for group, entry in standing(log, lambda row: groups.get(row, row)).items()
    }
    indices = corpus.indices_of(list(likings))
    here = set(corpus.rows[indices[~corpus.removed[indices]]].tolist())
    return {group: liking for group, liking in likings.items() if liking is not None and group in here}


def newest_row(library: Library) -> int:
    """Returns the row of the newest text, 0 where there is none."""
    return int(library.corpus().rows.max(initial=0))


def representatives(library: Library, last_row: int) -> Rows:
    """Returns the rows up to `last_row` of the first texts of all groups of near-copies, in rising order."""
    corpus = library.corpus()
    return np.asarray(corpus.rows[corpus.shown & (corpus.rows <= last_row)])


def contents_and_hashes(library: Library, rows: Rows) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns contents and content hashes of the texts of these rows."""
    with library.workspace.store.reading() as tables:
        texts = tables.texts.get(rows.tolist())
    return (
        tuple(texts[row].content for row in rows.tolist()),
        tuple(texts[row].content_hash for row in rows.tolist()),
    )


def stored_vectors(library: Library, rows: Rows) -> Matrix:
    """Returns the (n, d) vectors of these rows by the encoder in use."""
    corpus = library.corpus()
    return corpus.vectors(corpus.indices_of(rows))


def encoder_name(library: Library) -> str:
    """Returns the name of the encoder in use."""
    return library.workspace.state().encoder_name or library.encoder.name


def add_encoder(
    library: Library,
    encoder: Encoder,
    name: str,
    hashes: Sequence[str],
    vectors: Matrix,
    figures: Mapping[str, float],
) -> None:
    """Puts the vectors of an encoder, and its figures, beside those of the others."""
    store = library.workspace.store
    encoder_id = id_of_encoder(store, encoder, name)
    for start in range(0, len(hashes), VECTORS_PER_WRITE):
        stop = start + VECTORS_PER_WRITE
        with store.writing() as tables:
            rows = tables.texts.rows_by_content(hashes[start:stop])
            there = [index for index in range(start, min(stop, len(hashes))) if hashes[index] in rows]
            tables.vectors.put(encoder_id, [rows[hashes[index]] for index in there], vectors[there])
    with store.writing() as tables:
        tables.encoders.put_figures(encoder_id, dict(figures))
