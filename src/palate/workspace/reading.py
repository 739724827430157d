"""Reading: the texts of a store as the numbers that a corpus is made of."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.features import Terms
from palate.parts import Vector
from palate.store.tables import Tables
from palate.store.columns import RawColumns
from palate.workspace.fitting import RawTexts

TEXTS_AT_ONCE = 16_384


def moments_of(dates: Sequence[str | None]) -> Vector:
    """Returns (n,) seconds since 1970 of dates in ISO 8601, UTC where they name no zone; nan for None."""
    return np.array(
        [moment_of(datetime.fromisoformat(date) if date else None) for date in dates], dtype=np.float64
    )


def moment_of(date: datetime | None) -> float:
    """Returns the seconds since 1970 of a date, in UTC where it names no zone; nan for None."""
    if date is None:
        return float("nan")
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def raw_texts(columns: RawColumns) -> RawTexts:
    """Returns the texts of columns that were read from a store."""
    terms = Terms(columns.ids, columns.counts, columns.starts)
    return RawTexts(columns.rows, columns.representatives, columns.vectors, terms, moments_of(columns.dates))


def source_of(tables: Tables, encoder: CachedEncoder, after_row: int = 0) -> Callable[[], Iterator[RawTexts]]:
    """Returns what reads the texts after a row, in order, each time it is called within the tables' transaction."""

    def texts() -> Iterator[RawTexts]:
        row, dims = after_row, encoder.inner.dims
        while len((columns := tables.texts.raw(encoder.encoder_id, dims, row, TEXTS_AT_ONCE)).rows):
            yield raw_texts(columns)
            row = int(columns.rows[-1])

    return texts
