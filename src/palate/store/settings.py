"""Settings: what a store remembers of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore


class Settings:
    """Keys and values, both str."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def get(self, key: str) -> str | None:
        with self._store.reading() as connection:
            return connection.execute(
                select(schema.setting.c.value).where(schema.setting.c.key == key)
            ).scalar()

    def put(self, **values: str) -> None:
        """Set some keys, all or none."""
        with self._store.writing() as connection:
            connection.execute(delete(schema.setting).where(schema.setting.c.key.in_(values)))
            connection.execute(
                insert(schema.setting), [{"key": key, "value": value} for key, value in values.items()]
            )

    def validators(self) -> dict[str, tuple[str, str]]:
        """(etag, last-modified) of each address fetched before."""
        with self._store.reading() as connection:
            return {row.url: (row.etag, row.modified) for row in connection.execute(select(schema.fetched))}

    def remember_validators(self, fetched: dict[str, tuple[str, str]]) -> None:
        if not fetched:
            return
        with self._store.writing() as connection:
            connection.execute(delete(schema.fetched).where(schema.fetched.c.url.in_(fetched)))
            connection.execute(
                insert(schema.fetched),
                [{"url": u, "etag": e, "modified": m} for u, (e, m) in fetched.items()],
            )
