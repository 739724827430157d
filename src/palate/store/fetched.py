"""FetchedTable: what is kept of the last answer of each address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from palate.fetch_state import FetchState
from palate.store import schema


class FetchedTable:
    """States of addresses, by `address_key`: the address itself, with the secrets in it, is not stored."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def states(self) -> dict[str, FetchState]:
        """Returns the state of every address that was fetched."""
        return {
            row.key: FetchState(
                row.address,
                row.etag,
                row.modified,
                row.moved_to,
                row.moved_times,
                bool(row.gone),
                datetime.fromisoformat(row.retry_at) if row.retry_at else None,
            )
            for row in self._connection.execute(select(schema.fetched))
        }

    def put(self, states: Mapping[str, FetchState]) -> None:
        """Replaces the states of some addresses."""
        if not states:
            return
        self._connection.execute(delete(schema.fetched).where(schema.fetched.c.key.in_(states)))
        rows = [
            {
                "key": key,
                "address": state.address,
                "etag": state.etag,
                "modified": state.modified,
                "moved_to": state.moved_to,
                "moved_times": state.moved_times,
                "gone": int(state.gone),
                "retry_at": state.retry_at.isoformat() if state.retry_at else None,
            }
            for key, state in states.items()
        ]
        self._connection.execute(insert(schema.fetched), rows)
