"""Pile: texts that are looked at together, with their vectors: of a store, or of a plain file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.encoder.choose import make_encoder
from palate.errors import BadSource
from palate.feature.languages import languages
from palate.given import GivenText, Several, texts_of
from palate.source import Columns, open_source
from palate.text import Text

if TYPE_CHECKING:
    from palate.features import Matrix, Rows, Vector
    from palate.library import Library
    from palate.reader import Reader

NOTHING_SKIPPED: Mapping[str, str] = MappingProxyType({})
TEXTS_AT_ONCE = 16_384  # whose vectors are read at a time


@dataclass(frozen=True, eq=False)
class Pile:
    """n texts, in order of row or of the file.

    name: of the store or file, for headings. vectors: (n, d) float32, of length 1, or 0 for a text that says
    nothing to the encoder. encoder: its fingerprint. rows: (n,) of the store; None for a file. skipped: what
    was left out of a file, and why, by its place.

    >>> pile = pile_of([Text.of("42", id="a"), Text.of("43", id="b")])
    >>> len(pile), pile.vectors.shape, pile.languages
    (2, (2, 256), ('', ''))
    """

    name: str
    texts: Sequence[Text]
    vectors: Matrix
    encoder: str
    rows: Rows | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The language of each text, by its code; "" where it cannot be told."""
        return tuple(languages(self.texts))

    @cached_property
    def moments(self) -> Vector:
        """(n,) when each text was published, in seconds since 1970; NaN where that is not known."""
        return np.array(
            [np.nan if text.published is None else text.published.timestamp() for text in self.texts],
            dtype=np.float64,
        )

    def column(self, name: str) -> list[Any]:
        """Returns what each text has in a column of its source; None where it has none.

        Raises BadSource where no text has it.
        """
        found = [text.extra.get(name) for text in self.texts]
        if all(value is None for value in found):
            names = sorted({key for text in self.texts[:1000] for key in text.extra})
            raise BadSource(
                f"no text of {self.name} has a column {name!r}; it has: {', '.join(names) or 'none'}"
            )
        return found


def pile_of(
    texts: GivenText | Several[GivenText],
    *,
    name: str = "texts",
    encoder: str = "static",
    skipped: Mapping[str, str] = NOTHING_SKIPPED,
) -> Pile:
    """Returns the pile of some texts. Costs their encoding, 0.3 ms a text by the shipped encoder."""
    made, given = make_encoder(encoder), texts_of(texts)
    vectors = made.encode([text.content for text in given])
    return Pile(name, given, vectors.reshape(len(given), made.dims), made.fingerprint, skipped=skipped)


def read_pile(path: Path, *, columns: Columns | None = None, encoder: str = "static") -> Pile:
    """Returns the pile of a plain file or folder, which is not stored. Raises BadSource where it cannot be
    read.
    """
    texts, skipped = read_texts(path, columns=columns)
    return pile_of(texts, name=str(path), encoder=encoder, skipped=skipped)


def read_texts(path: Path, *, columns: Columns | None = None) -> tuple[list[Text], dict[str, str]]:
    """Returns the texts of a plain file or folder, and what was left out of it, with why, by its place."""
    texts: list[Text] = []
    skipped: dict[str, str] = {}
    for one in open_source(path, columns=columns or Columns()):
        if isinstance(one, Text):
            texts.append(one)
        else:
            skipped[one.where] = one.reason
    return texts, skipped


def stored_pile(library: Library) -> Pile:
    """Returns the pile of all texts of a store. Costs their reading: 20 microseconds and 2 kB a text."""
    corpus = library.corpus()
    present = np.flatnonzero(~corpus.removed)
    rows = corpus.rows[present]
    vectors = np.zeros((len(rows), library.encoder.dims), np.float32)
    texts: list[Text] = []
    for first in range(0, len(rows), TEXTS_AT_ONCE):
        part = slice(first, first + TEXTS_AT_ONCE)
        vectors[part] = corpus.vectors(present[part])
        texts += library.texts_at(rows[part].tolist())
    return Pile(library.path, texts, vectors, library.encoder.fingerprint, rows)


def values_of(pile: Pile, reader: Reader) -> Vector:
    """Returns (n,) the probability that a reader likes each text."""
    return np.array([value.mean for value in reader.value(pile.texts)], dtype=np.float64)


def likings_of(pile: Pile, reader: Reader) -> Vector:
    """Returns (n,) the reader's judgement of each text, -1 to 1; NaN where there is none."""
    stated = {given.text_id: given.liking for given in reader.judged() if given.liking is not None}
    return np.array([stated.get(text.id, np.nan) for text in pile.texts], dtype=np.float64)
