"""Tables of a store whose every method runs in a transaction of its own: short where a test needs no
other.
"""

from contextlib import AbstractContextManager
from typing import Any, cast

from palate.parts import Store
from palate.store.state import StoreState
from palate.store.tables import Tables

WRITES = {"add", "append", "describe", "keep_private", "propose", "register", "remove", "replace_predictions"}
WRITES |= {"hand_over", "serve", "settle", "undo", "use"}


class _Table:
    def __init__(self, store: Store[Tables], name: str) -> None:
        self._store, self._name = store, name

    def __getattr__(self, method: str) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            writes = method in WRITES or method.startswith("put")
            transaction: AbstractContextManager[Tables]
            transaction = self._store.writing() if writes else self._store.reading()
            with transaction as tables:
                return getattr(getattr(tables, self._name), method)(*args, **options)

        return call


class _Direct:
    def __init__(self, store: Store[Tables]) -> None:
        self._store = store

    def state(self) -> StoreState:
        with self._store.reading() as tables:
            return tables.state()

    def __getattr__(self, name: str) -> _Table:
        return _Table(self._store, name)


def direct(store: Store[Tables]) -> Tables:
    return cast(Tables, _Direct(store))
