"""Recorded judgements, read from files: how readers rated texts, and what review teams included.

Files are tables in any form (see table/reader.py). Columns that are not named here are ignored.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from palate.errors import BadSource
from palate.evaluation.arrays import BoolVector, IntVector, Vector
from palate.feedback import CrowdFeedback
from palate.table.cells import cell_text
from palate.table.record import Record, read_records
from palate.text import Text

BODY_COLUMNS = ("text", "abstract", "body")
KNOWN_NAMES = frozenset(
    "id title item article reader rating included tag description sentence".split()
) | frozenset(BODY_COLUMNS)


@dataclass(frozen=True, eq=False)
class History:
    """The m judgements of one reader, in the order of the file; each text once."""

    reader: str
    rows: IntVector  # (m,) positions in contents
    ratings: Vector  # (m,) on any scale; 1 where the file has no ratings
    times: Vector  # (m,) unix seconds; 0 where the file has no times


@dataclass(frozen=True, eq=False)
class RatedTexts:
    """Texts, the judgements of the readers to be replayed, and the feedback of other readers."""

    name: str
    contents: tuple[str, ...]
    histories: tuple[History, ...]
    crowd: CrowdFeedback | None = None


@dataclass(frozen=True, eq=False)
class Review:
    """A systematic review: the records its search found, and which the team included. n records."""

    name: str
    contents: tuple[str, ...]
    included: BoolVector  # (n,)


def read_rated_texts(items: Path, judgements: Path, name: str = "") -> RatedTexts:
    """Reads texts and their judgements. name is that of the judgements' folder where none is given.

    items: id, and title or text (also abstract, body) or both. judgements: reader, item (also article), and
    where there are any, rating (a number; without it each line is a like) and timestamp (unix seconds or an
    ISO date). Of several judgements of a text by a reader the latest counts. Raises BadSource for a file that
    cannot be read, a missing column, an unknown item or a value of another kind."""
    rows, contents = read_contents(items)
    judged: dict[str, dict[int, tuple[float, float]]] = {}  # reader -> row -> time, rating
    for record in read_facts(judgements):
        item = record.value("item", "article")
        if item not in rows:
            raise record.refuse(f"there is no text with the id {item!r} in {items}")
        time, rating = _time(record), record.number("rating") if record.has("rating") else 1.0
        by_row = judged.setdefault(record.value("reader"), {})
        if time >= by_row.get(rows[item], (-math.inf, rating))[0]:
            by_row[rows[item]] = time, rating
    histories = []
    for reader, by_row in judged.items():
        times, ratings = np.array(list(by_row.values())).T
        histories.append(History(reader, np.array(list(by_row), dtype=np.int64), ratings, times))
    return RatedTexts(name or judgements.resolve().parent.name, contents, tuple(histories))


def read_contents(items: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Reads texts: id, and title or text (also abstract, body) or both. Returns the position of each id, and
    the texts. Raises BadSource for a file that cannot be read, a missing column or an id that is there twice.
    """
    rows: dict[str, int] = {}
    contents: list[str] = []
    for record in read_facts(items):
        id = record.value("id")
        if id in rows:
            raise record.refuse(f"the id {id!r} is there twice, and judgements could mean either")
        rows[id] = len(contents)
        contents.append(_content(record))
    return rows, tuple(contents)


def read_review(path: Path, name: str = "") -> Review:
    """Reads records with title or abstract (also text, body) or both, and included: 1 or 0, yes
    or no. name is the file's where none is given.

    Raises BadSource for a file that cannot be read, a missing column, another label, or fewer than two
    included or two excluded records: one of each is given to the learner, and something must be left to tell
    apart."""
    contents, included = [], []
    for record in read_facts(path):
        included.append(record.flag("included"))
        contents.append(_content(record))
    if not 2 <= sum(included) <= len(included) - 2:
        counts = f"{sum(included)} included and {len(included) - sum(included)} excluded"
        raise BadSource(f"{path} has {counts} records; a replay needs at least 2 of each")
    return Review(name or path.name.split(".")[0], tuple(contents), np.array(included))


def read_facts(path: Path) -> Iterator[Record]:
    """Reads the rows of a table of texts, judgements, tags or descriptions."""
    return read_records(path, lambda name: name.strip().lower() in KNOWN_NAMES)


def _content(record: Record) -> str:
    """Title and body as palate encodes them; a body that only repeats the title is dropped."""
    has_body = any(map(record.has, BODY_COLUMNS))
    title = record.value("title", *BODY_COLUMNS) if record.has("title") or not has_body else ""
    body = record.value(*BODY_COLUMNS) if has_body else ""
    title, body = cell_text(title), cell_text(body)
    return Text("", title, body if body != title else "").content


def _time(record: Record) -> float:
    if not record.has("timestamp"):
        return 0.0
    value = record.value("timestamp")
    if "-" not in value[1:]:
        return record.number("timestamp")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise record.refuse(
            f"timestamp is {value!r}, expected unix seconds or a date like 2026-01-31T12:00:00Z"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
