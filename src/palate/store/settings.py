"""SettingsTable: what a store remembers of itself."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select

from palate.store import schema

_VALUE = select(schema.setting.c.value).where(schema.setting.c.key == bindparam("key"))


class SettingsTable:
    """Keys and values, both str."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        return self._connection.execute(_VALUE, {"key": key}).scalar()

    def put(self, **values: str) -> None:
        """Sets some keys."""
        self._connection.execute(delete(schema.setting).where(schema.setting.c.key.in_(values)))
        self._connection.execute(
            insert(schema.setting), [{"key": key, "value": value} for key, value in values.items()]
        )
