"""SourceTable: where each text of a store is from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from palate.store import schema
from palate.store.texts import instant

_text = schema.text.c
_SOURCED = select(_text.id, _text.source, _text.url, _text.published).order_by(_text.row)


class SourcedText(NamedTuple):
    """Where one text is from, and when it was published, None where that is not known."""

    text_id: str
    source: str
    url: str
    published: datetime | None


class SourceTable:
    """Reads of each text what tells its source, without its words."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Iterator[SourcedText]:
        """Yields every text, oldest first."""
        for text_id, source, url, published in self._connection.execute(_SOURCED):
            yield SourcedText(text_id, source, url, instant(published) if published else None)
