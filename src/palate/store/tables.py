"""Tables: all tables of a store, within one transaction."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from palate.store.crowd import CrowdTable
from palate.store.dialect import Dialect
from palate.store.encoders import EncoderTable
from palate.store.generations import GenerationTable
from palate.store.log import LogTable
from palate.store.readers import ReaderTable
from palate.store.removals import RemovalTable
from palate.store.rules import RuleTable
from palate.store.settings import SettingsTable
from palate.store.sources import SourceTable
from palate.store.state import StoreState, read_state
from palate.store.texts import TextTable
from palate.store.vectors import VectorTable

if TYPE_CHECKING:  # those that a ranking, a judgement and a search do without are imported on use
    from palate.store.drafts import DraftTable
    from palate.store.fetched import FetchedTable
    from palate.store.identity import IdentityTable
    from palate.store.topics import TopicTable


class Tables:
    """What `reading` and `writing` of a store give: its tables on one connection, so that what is read and
    written through them is one transaction. Not to be used after it, nor by another thread.
    """

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def state(self) -> StoreState:
        """Returns what tells whether anything has changed: one look at the store, about 0.15 ms."""
        return read_state(self.connection)

    @cached_property
    def texts(self) -> TextTable:
        return TextTable(self.connection, self.dialect)

    @cached_property
    def identity(self) -> IdentityTable:
        from palate.store.identity import IdentityTable

        return IdentityTable(self.connection, self.dialect)

    @cached_property
    def removals(self) -> RemovalTable:
        return RemovalTable(self.connection)

    @cached_property
    def vectors(self) -> VectorTable:
        return VectorTable(self.connection, self.dialect)

    @cached_property
    def drafts(self) -> DraftTable:
        from palate.store.drafts import DraftTable

        return DraftTable(self.connection)

    @cached_property
    def encoders(self) -> EncoderTable:
        return EncoderTable(self.connection, self.dialect)

    @cached_property
    def readers(self) -> ReaderTable:
        return ReaderTable(self.connection)

    @cached_property
    def generations(self) -> GenerationTable:
        return GenerationTable(self.connection)

    @cached_property
    def log(self) -> LogTable:
        return LogTable(self.connection)

    @cached_property
    def crowd(self) -> CrowdTable:
        return CrowdTable(self.connection)

    @cached_property
    def rules(self) -> RuleTable:
        return RuleTable(self.connection, self.dialect)

    @cached_property
    def fetched(self) -> FetchedTable:
        from palate.store.fetched import FetchedTable

        return FetchedTable(self.connection)

    @cached_property
    def sources(self) -> SourceTable:
        return SourceTable(self.connection)

    @cached_property
    def topics(self) -> TopicTable:
        from palate.store.topics import TopicTable

        return TopicTable(self.connection)

    @cached_property
    def settings(self) -> SettingsTable:
        return SettingsTable(self.connection)
