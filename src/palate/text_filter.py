"""TextFilter: which texts of a store an answer may show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import numpy as np

from palate.errors import BadValue, UnknownName
from palate.language import known_language
from palate.parts import Mask, Rows
from palate.rule import Rule
from palate.workspace.corpus import Corpus
from palate.workspace.reading import moment_of
from palate.workspace.workspace import Workspace


class FilterOptions(TypedDict, total=False):
    """What `find` and `rank` take to show fewer texts, all of which must hold; see `TextFilter`."""

    language: str | None
    source: str | None
    since: datetime | None
    until: datetime | None
    unjudged_by: str | None


@dataclass(frozen=True)
class TextFilter:
    """Which texts may be shown. language: its English name or code. source: its name, or the host of the
    address. since, until: of publication or, where that is not known, of adding; until is not included.
    unjudged_by: a reader; texts of groups that it judged under any taste, and did not take back, are left
    out.
    """

    language: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    unjudged_by: str | None = None

    def __post_init__(self) -> None:
        if moment_of(self.since) >= moment_of(self.until):
            raise BadValue(f"since {self.since} is not before until {self.until}; no text can be between")

    @property
    def code(self) -> str | None:
        """The code of the language. Raises BadValue for one that is not known."""
        return None if self.language is None else known_language(self.language)

    def allowed(self, workspace: Workspace, corpus: Corpus) -> Mask | None:
        """Returns (n texts,) which may be shown; None for all. Raises UnknownName for a reader that is not
        there.
        """
        if self == NO_FILTER:
            return None
        allowed = np.ones(len(corpus), np.bool_)
        if self.code is not None:
            allowed &= workspace.matching(corpus, Rule("keep", "language", self.code))
        if self.source is not None:
            allowed &= workspace.matching(corpus, Rule("keep", "source", self.source))
        if self.since is not None:
            allowed &= corpus.moments >= moment_of(self.since)
        if self.until is not None:
            allowed &= corpus.moments < moment_of(self.until)
        if self.unjudged_by is not None:
            allowed &= ~_judged(workspace, corpus, self.unjudged_by)
        return allowed


NO_FILTER = TextFilter()


def _judged(workspace: Workspace, corpus: Corpus, reader: str) -> Mask:
    """Returns (n texts,) which texts are of a group that a reader judged."""
    with workspace.store.reading() as tables:
        tastes = [taste.taste_id for taste in tables.readers.tastes() if taste.reader == reader]
        rows: list[int] = tables.log.judged_rows(tastes)
    if not tastes:
        raise UnknownName(f"the store has no reader {reader!r}; palate reader list shows those it has")
    groups: Rows = np.array(sorted(set(workspace.representatives(corpus, rows).values())), np.int64)
    return np.isin(corpus.representatives, groups)
