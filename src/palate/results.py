"""Results: what a library answers beside texts and values, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Skipped:
    """A row, entry or file that holds no usable text.

    where: a place a person can go to: "papers.csv, row 17" (line 17, the header being line 1), "feed.xml,
    entry 3". reason: one clause."""

    where: str
    reason: str


class KnownText(NamedTuple):
    """A text that was there before. title: of the text that came, or how it begins. same_as: id of the one
    that is there. by: what tells that they are the same.
    """

    title: str
    same_as: str
    by: str


@dataclass
class AddReport:
    """What became of each row, entry or file of a source: each is one of added, updated, known, grouped and
    skipped.

    added: new texts. updated: new versions of texts that were there, which have their judgements. known:
    texts that were there before; known_texts says which. grouped: new texts too, but near-copies of another
    that share its judgement. seconds: the time so far. unchanged: the server said that nothing is new since
    last time. moved: old -> new address of feeds that have moved for good. judged: judgements that came along
    and were recorded; None where none were asked for."""

    added: int = 0
    updated: int = 0
    grouped: int = 0
    known_texts: list[KnownText] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seconds: float = 0.0
    unchanged: bool = False
    moved: dict[str, str] = field(default_factory=dict)
    judged: int | None = None

    @property
    def known(self) -> int:
        return len(self.known_texts)

    @property
    def stored(self) -> int:
        """Texts that are in the store now, whether they came new or were there."""
        return self.added + self.updated + self.known + self.grouped

    @property
    def seen(self) -> int:
        """Texts and skipped rows so far."""
        return self.stored + len(self.skipped)

    @property
    def texts_per_s(self) -> float:
        """Texts a second; 0 where no time has passed."""
        return self.stored / self.seconds if self.seconds else 0.0

    def include(self, other: AddReport) -> None:
        """Counts what became of another source too."""
        self.added += other.added
        self.updated += other.updated
        self.grouped += other.grouped
        self.known_texts += other.known_texts
        self.skipped += other.skipped
        self.moved |= other.moved
        self.seconds += other.seconds
        if other.judged is not None:
            self.judged = (self.judged or 0) + other.judged


@dataclass(frozen=True)
class RemoveReport:
    """What a removal took away.

    removed: texts. judged: how many of them have judgements, of any reader. forgotten: judgements that are
    gone from the log; 0 unless they were to be forgotten."""

    removed: int
    judged: int
    forgotten: int


@dataclass(frozen=True)
class ReaderInfo:
    """One taste of one reader, as `Library.readers` lists it.

    kind: the learner. likes, dislikes: the description that the reader wrote. judgements: verdicts in the
    log, those taken back included. serving: blend, champion or the name of one learner. private: whether the
    reader stays out of the crowd."""

    reader: str
    taste: str
    kind: str
    likes: str
    dislikes: str
    judgements: int
    serving: str
    private: bool


@dataclass(frozen=True)
class SourceInfo:
    """One source of a store's texts, or an address that was fetched and gave none of them.

    newest: when the newest of its texts that has a date was published. liked, disliked: by one reader, of the
    judgements that stand. fetched: what the last fetches of its addresses said, one clause each; empty where
    it was not fetched."""

    name: str
    texts: int
    newest: datetime | None
    liked: int
    disliked: int
    fetched: tuple[str, ...]


@dataclass(frozen=True)
class EncoderInfo:
    """One encoder whose vectors a store holds.

    texts: how many of the store's `of` texts have a vector. made_at: when the store first met it, None where
    that was not recorded. figures: the measurements of a tuned encoder, by name; empty for others."""

    name: str
    fingerprint: str
    dims: int
    texts: int
    of: int
    in_use: bool
    made_at: datetime | None
    figures: dict[str, Any]


@dataclass(frozen=True)
class CrowdStatus:
    """What the crowd was learned from, and how far a store is from having one.

    readers, judgements: that it was learned from; 0 where there is no crowd yet. since: entries of the log
    after that, by readers who are not private. ready: readers who have judged enough_judgements texts or
    more; a crowd takes enough_readers of them."""

    readers: int
    judgements: int
    since: int
    ready: int
    enough_readers: int
    enough_judgements: int


@dataclass(frozen=True)
class Finding:
    """One check of a store. mend: what to do; empty where all is well."""

    check: str
    ok: bool
    detail: str
    mend: str = ""
