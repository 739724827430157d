"""What adapting asks of a library, in one place: tastes, standing judgements, texts and vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palate.library import Library
from palate.parts import Encoder, Matrix, Rows
from palate.store.log import standing_entries

VECTORS_PER_WRITE = 100


@dataclass(frozen=True)
class TasteRecord:
    """A taste of a store. kind: of its contest. likes, dislikes: what the reader wrote. private: whether it
    keeps out of the crowd.
    """

    taste_id: int
    reader: str
    name: str
    kind: str
    likes: str
    dislikes: str
    private: bool


def all_tastes(library: Library) -> list[TasteRecord]:
    """Returns every taste of the store."""
    return [
        TasteRecord(row.number, row.reader, row.name, row.kind, row.likes, row.dislikes, bool(row.private))
        for row in library.store.readers.tastes()
    ]


def newest_entry(library: Library, tastes: Sequence[TasteRecord]) -> int:
    """Returns the newest log entry of these tastes, 0 where there is none."""
    return max((library.store.log.head(taste.taste_id) for taste in tastes), default=0)


def standing_likings(library: Library, taste: TasteRecord, last_entry: int) -> dict[int, float]:
    """Returns the liking that stands for each group of near-copies, by the row of its representative, in the
    order in which it was given.

    The latest standing entry of a group up to `last_entry` decides; a skip as the latest means no opinion.
    """
    corpus = library.corpus()
    entries = [entry for entry in library.store.log.entries(taste.taste_id) if entry.entry <= last_entry]
    latest: dict[int, float | None] = {}
    for entry in standing_entries(entries):
        if entry.row is not None:
            representative = int(corpus.leaders[corpus.place(entry.row)])
            latest.pop(representative, None)
            latest[representative] = entry.liking
    return {representative: liking for representative, liking in latest.items() if liking is not None}


def newest_row(library: Library) -> int:
    """Returns the row of the newest text, 0 where there is none."""
    return int(library.corpus().rows.max(initial=0))


def representatives(library: Library, last_row: int) -> Rows:
    """Returns the rows up to `last_row` of the first texts of all groups of near-copies, in rising order."""
    corpus = library.corpus()
    return corpus.rows[corpus.leads & (corpus.rows <= last_row)]


def contents_and_hashes(library: Library, rows: Rows) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns contents and content hashes of the texts of these rows."""
    texts = library.store.texts.get(rows.tolist())
    return (
        tuple(texts[row].content for row in rows.tolist()),
        tuple(texts[row].content_hash for row in rows.tolist()),
    )


def stored_vectors(library: Library, rows: Rows) -> Matrix:
    """Returns the (n, d) vectors of these rows by the encoder in use."""
    corpus = library.corpus()
    return corpus.vectors[corpus.places(rows.tolist())]


def encoder_name(library: Library) -> str:
    """Returns the name of the encoder in use."""
    return library.store.encoders.state().name or library.encoder.name


def add_encoder(
    library: Library,
    encoder: Encoder,
    name: str,
    hashes: Sequence[str],
    vectors: Matrix,
    figures: Mapping[str, float],
) -> None:
    """Puts the vectors of an encoder, and its figures, beside those of the others."""
    encoder_id = library.store.encoders.number(encoder, name)
    for start in range(0, len(hashes), VECTORS_PER_WRITE):
        stop = start + VECTORS_PER_WRITE
        library.store.vectors.put(encoder_id, hashes[start:stop], vectors[start:stop])
    library.store.encoders.tell(encoder_id, dict(figures))
