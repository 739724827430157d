"""Feedback: one judgement of one text by one reader, and the judgements of many readers together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from palate.errors import BadValue

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["like", "dislike", "rating", "skip", "ranking", "undo"]


@dataclass(frozen=True)
class Feedback:
    """One entry of the append-only log. liking is in [-1, 1], or None where it teaches nothing (skip, undo)
    or is of several drafts (ranking), which have no text_id.

    entry: position in the log, from 1. undoes: the entry that an undo takes back, else None.
    weight: how much this judgement counts, above 0; 1 for a judgement by hand. given_at: UTC.
    """

    entry: int
    reader: str
    taste: str
    text_id: str
    kind: Kind
    liking: float | None
    weight: float
    given_at: datetime
    undoes: int | None = None


FEEDBACK_COLUMNS = ("entry", "text_id", "kind", "liking", "weight", "given_at")


@dataclass(frozen=True, eq=False)
class CrowdFeedback:
    """m judgements of n_texts texts by many readers, one for each reader and text.

    readers: (m,) from 0, without gaps. indices: (m,) of the texts in the corpus. likings: (m,) in [-1, 1].
    """

    readers: np.ndarray[tuple[int], np.dtype[np.int64]]
    indices: np.ndarray[tuple[int], np.dtype[np.int64]]
    likings: np.ndarray[tuple[int], np.dtype[np.floating[Any]]]
    n_texts: int


class LogEntry(Protocol):
    """What `standing` reads of an entry of the log. row: None for an undo and a ranking."""

    @property
    def entry(self) -> int: ...

    @property
    def row(self) -> int | None: ...

    @property
    def undoes(self) -> int | None: ...


E = TypeVar("E", bound=LogEntry)


def standing(entries: Sequence[E], group_of: Callable[[int], int]) -> dict[int, E]:
    """Returns the judgement that stands for each group of near-copies, in the order in which they were given.

    This is the one rule for tastes, crowd and adapting: what an undo takes back is as if it had never been,
    and of what is left the latest judgement of any text of a group stands, a skip too. entries: of one taste,
    oldest first; its rankings are left to `writing.drafts`. group_of: the row of the text that stands for the
    group of a row's text.

    >>> from types import SimpleNamespace as Entry
    >>> log = [Entry(entry=1, row=7, undoes=None), Entry(entry=2, row=8, undoes=None)]
    >>> log += [Entry(entry=3, row=None, undoes=2)]
    >>> {group: entry.entry for group, entry in standing(log, lambda row: 7).items()}
    {7: 1}
    """
    undone = {entry.undoes for entry in entries if entry.undoes is not None}
    found: dict[int, E] = {}
    for entry in entries:
        if entry.row is not None and entry.entry not in undone:
            group = group_of(entry.row)
            found.pop(group, None)
            found[group] = entry
    return found


def parse_liking(verdict: str | float) -> tuple[Kind, float | None]:
    """Returns kind and liking of a verdict: 'like', 'dislike', 'skip' or a number in [-1, 1].

    Raises BadValue for anything else.

    >>> parse_liking("like"), parse_liking("-0.5"), parse_liking("skip")
    (('like', 1.0), ('rating', -0.5), ('skip', None))
    """
    if verdict == "skip":
        return "skip", None
    if verdict == "like":
        return "like", 1.0
    if verdict == "dislike":
        return "dislike", -1.0
    try:
        liking = float(verdict)
    except (ValueError, OverflowError):
        raise BadValue(
            f"{verdict!r} is no verdict; say like, dislike, skip or a number from -1 to 1"
        ) from None
    if math.isnan(liking) or not -1 <= liking <= 1:
        raise BadValue(f"a liking is a number from -1 (never again) to 1 (more like this), got {verdict}")
    return ("like" if liking == 1 else "dislike" if liking == -1 else "rating"), liking
