"""What a reader is answered: rows and log entries, with the texts that the store has for them."""

from collections.abc import Iterable, Sequence

import numpy as np

from palate.feedback import Feedback
from palate.parts import Rows, Store, Vector
from palate.store.log import Entry
from palate.store.tables import Tables
from palate.text import Text
from palate.value import Hit, SimilarText, Value
from palate.workspace.corpus import Corpus


def current_rows(tables: Tables, rows: Sequence[int]) -> dict[int, int]:
    """Returns the row of the newest version of each text, which is its own where it was never replaced."""
    return {**dict(zip(rows, rows, strict=True)), **tables.removals.successors(rows)}


def stored_indices(store: Store[Tables], corpus: Corpus, texts: Sequence[Text]) -> dict[str, int]:
    """Returns, by content hash, the indices of the texts that the corpus has."""
    with store.reading() as tables:
        rows = tables.texts.rows_by_content([text.content_hash for text in texts])
    hashes = {row: content_hash for content_hash, row in rows.items()}
    indices = corpus.indices_of(list(hashes))
    return {hashes[int(corpus.rows[index])]: int(index) for index in indices}


def hits(store: Store[Tables], corpus: Corpus, indices: Rows, mean: Vector, sd: Vector) -> list[Hit]:
    """Returns the texts at these indices that are still there, with their values and the ids of their
    copies.
    """
    rows = corpus.rows[indices].tolist()
    copies = corpus.copies(rows)
    groups = [[row, *copies[row]] if row in copies else [] for row in rows]
    with store.reading() as tables:
        texts = tables.texts.get({row for group in groups for row in group} | set(rows))
    return [
        Hit(
            texts[row],
            Value(float(m), float(s)),
            tuple(texts[copy].id for copy in group if copy in texts),
        )
        for row, m, s, group in zip(rows, mean, sd, groups, strict=True)
        if row in texts
    ]


def nearest_judged(
    store: Store[Tables], corpus: Corpus, index: Rows, entries: Iterable[Entry], n: int, *, liked: bool
) -> tuple[SimilarText, ...]:
    """Returns the n texts with the highest cosine to the one at an index, (1,), nearest first, of those that
    the entries like, or of those that they dislike.
    """
    sign = 1 if liked else -1
    rows = [entry.row for entry in entries if entry.row and (entry.liking or 0.0) * sign > 0]
    with store.reading() as tables:
        indices = corpus.indices_of(list(dict.fromkeys(current_rows(tables, rows).values())))
    indices = indices[(indices != index[0]) & ~corpus.removed[indices]]
    cosine = corpus.vectors(indices) @ corpus.vectors(index)[0]
    order = np.argsort(-cosine, kind="stable")[:n]
    with store.reading() as tables:
        texts = tables.texts.get(corpus.rows[indices[order]].tolist())
    return tuple(SimilarText(texts[int(corpus.rows[indices[i]])], float(cosine[i])) for i in order)


def with_texts(store: Store[Tables], entries: Iterable[Entry]) -> list[tuple[Entry, Text]]:
    """Returns the entries whose texts, or newer versions of them, are there, each with that text."""
    known = list(entries)
    with store.reading() as tables:
        rows = current_rows(tables, [entry.row for entry in known if entry.row is not None])
        texts = tables.texts.get(rows.values())
    current = [(entry, texts.get(rows[entry.row])) for entry in known if entry.row is not None]
    return [(entry, text) for entry, text in current if text is not None]


def feedback(reader: str, taste: str, entry: Entry, text_id: str) -> Feedback:
    """Returns a log entry as the reader sees it."""
    return Feedback(
        entry.entry,
        reader,
        taste,
        text_id,
        entry.kind,
        entry.liking,
        entry.weight,
        entry.given_at,
        entry.undoes,
    )
