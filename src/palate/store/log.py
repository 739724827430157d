"""LogTable: all feedback, append-only; the source of truth from which a taste is learned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select

from palate.errors import BadValue, UnknownName
from palate.feedback import Kind
from palate.store import schema
from palate.store.dialect import VALUES_AT_ONCE

_feedback, _prediction, _request = schema.feedback.c, schema.prediction.c, schema.request.c
_OF_TASTE = _feedback.taste == bindparam("taste_id")
_STATE = select(
    select(func.max(_feedback.entry)).where(_OF_TASTE).scalar_subquery(),
    select(schema.taste.c.forgotten).where(schema.taste.c.number == bindparam("taste_id")).scalar_subquery(),
)
_LINES = select(
    _feedback.entry,
    _feedback.row,
    _feedback.kind,
    _feedback.liking,
    _feedback.weight,
    _feedback.given_at,
    _feedback.undoes,
).where(_OF_TASTE)
_AFTER = _LINES.where(_feedback.entry > bindparam("after")).order_by(_feedback.entry)
_undo = schema.feedback.alias("undo")
_STANDS = (_feedback.kind != "undo", ~exists().where(_undo.c.undoes == _feedback.entry))
_NEWEST_STANDING = _LINES.where(*_STANDS).order_by(_feedback.entry.desc()).limit(1)
_PREDICTIONS = (
    select(_prediction.entry, _prediction.tastes, _prediction.logits)
    .join(schema.feedback)
    .where(_OF_TASTE, _feedback.entry > bindparam("after"))
)
_REQUEST = select(_request.kind, _request.first_entry, _request.last_entry).where(
    _request.taste == bindparam("taste_id"), _request.key == bindparam("key")
)
_APPEND = insert(schema.feedback).returning(_feedback.entry, sort_by_parameter_order=True)
_COLUMNS = ("taste", "given_at", "row", "kind", "liking", "weight", "undoes")
_ROWS = select(schema.text.c.row).where(schema.text.c.row.in_(bindparam("rows", expanding=True)))


RequestKind = Literal["judge", "undo"]


class Verdict(NamedTuple):
    """One judgement to be recorded. liking: in [-1, 1], None for a skip. weight: how much it counts, above 0;
    1 for a judgement by hand.
    """

    row: int
    kind: Kind
    liking: float | None
    weight: float = 1.0


class Entry(NamedTuple):
    """One line of the log. row: the text's, None for an undo and a ranking."""

    entry: int
    row: int | None
    kind: Kind
    liking: float | None
    weight: float
    given_at: datetime
    undoes: int | None


class Prediction(NamedTuple):
    """What the tastes of a contest predicted of one text. tastes: m names with commas between. logits: (m,)
    little-endian float32.
    """

    tastes: str
    logits: bytes


class LogState(NamedTuple):
    """What tells whether the log of a taste has changed. head: its newest entry, 0 where there is none.
    n_forgotten: judgements that were deleted with their texts, which may stand anywhere before the head.
    """

    head: int
    n_forgotten: int


class Appended(NamedTuple):
    """What was recorded. head_before: newest entry of the taste before this call. repeated: whether an
    earlier call with the same key recorded it, and this one nothing.
    """

    head_before: int
    entries: list[Entry]
    repeated: bool = False


class Undone(NamedTuple):
    """What an undo took back. line: the undo's own entry; both are None where nothing stood."""

    head_before: int
    line: Entry | None
    undone: Entry | None
    repeated: bool = False


class LogTable:
    """The feedback of all tastes, numbered in the order in which it came.

    key: a name that a client gives its request, so that sending it again records nothing more: the same key
    of the same taste gives what was recorded the first time.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(
        self,
        taste_id: int,
        verdicts: Sequence[Verdict],
        predictions: Sequence[Prediction | None] = (),
        *,
        key: str | None = None,
    ) -> Appended:
        """Records verdicts in order.

        predictions: what the tastes predicted of each verdict before they learned it; none at all is one None
        for each. Raises UnknownName where the taste or a text is gone, BadValue where the key was an undo's.
        """
        head = self._head(taste_id)
        if (recorded := self._recorded(taste_id, key, "judge")) is not None:
            return Appended(head, recorded, repeated=True)
        self._require_texts({verdict.row for verdict in verdicts})
        entries = self._append(taste_id, [(*verdict, None) for verdict in verdicts])
        pairs = zip(entries, predictions, strict=bool(predictions))
        self._put_predictions({entry.entry: made for entry, made in pairs if made is not None})
        self._put_request(taste_id, key, "judge", entries)
        return Appended(head, entries)

    def undo(self, taste_id: int, *, key: str | None = None) -> Undone:
        """Takes back the newest entry that still stands, whichever process recorded it.

        Raises UnknownName where the taste is gone, BadValue where the key was a verdict's."""
        head = self._head(taste_id)
        if (recorded := self._recorded(taste_id, key, "undo")) is not None:
            lines = recorded
            undone = [entry for line in lines for entry in self._between(taste_id, line.undoes, line.undoes)]
        else:
            newest = self._connection.execute(_NEWEST_STANDING, {"taste_id": taste_id})
            undone = [_entry(row) for row in newest]
            lines = self._append(taste_id, [(None, "undo", None, 1.0, entry.entry) for entry in undone])
            self._put_request(taste_id, key, "undo", lines)
        repeated = recorded is not None
        return Undone(head, lines[0], undone[0], repeated) if lines else Undone(head, None, None, repeated)

    def entries(self, taste_id: int, after: int = 0) -> list[Entry]:
        """Returns the log of a taste after an entry, oldest first."""
        values = {"taste_id": taste_id, "after": after}
        return [_entry(row) for row in self._connection.execute(_AFTER, values)]

    def judged_rows(self, taste_ids: Sequence[int]) -> list[int]:
        """Returns the rows of the texts that these tastes have a judgement of that was not taken back."""
        query = select(_feedback.row).where(_feedback.taste.in_(list(taste_ids)), *_STANDS).distinct()
        return list(self._connection.execute(query.order_by(_feedback.row)).scalars())

    def predictions(self, taste_id: int, after: int = 0) -> dict[int, Prediction]:
        """Returns what was predicted of the entries of a taste, by entry, where it is known."""
        rows = self._connection.execute(_PREDICTIONS, {"taste_id": taste_id, "after": after})
        return {entry: Prediction(tastes, logits) for entry, tastes, logits in rows}

    def replace_predictions(self, taste_id: int, predictions: Mapping[int, Prediction]) -> None:
        """Puts these, by entry, in place of all predictions of a taste."""
        entries = select(_feedback.entry).where(_feedback.taste == taste_id)
        self._connection.execute(delete(schema.prediction).where(_prediction.entry.in_(entries)))
        self._put_predictions(predictions)

    def state(self, taste_id: int) -> LogState:
        """Returns what tells whether the log of a taste has changed."""
        head, n_forgotten = self._connection.execute(_STATE, {"taste_id": taste_id}).one()
        return LogState(head or 0, n_forgotten or 0)

    def _head(self, taste_id: int) -> int:
        """The newest entry of a taste. Raises UnknownName where the taste is gone."""
        head, n_forgotten = self._connection.execute(_STATE, {"taste_id": taste_id}).one()
        if n_forgotten is None:
            raise UnknownName("the reader was removed meanwhile; make one with: palate reader add NAME")
        return head or 0

    def _require_texts(self, rows: Set[int]) -> None:
        wanted = list(rows)
        for start in range(0, len(wanted), VALUES_AT_ONCE):
            part = wanted[start : start + VALUES_AT_ONCE]
            if len(self._connection.execute(_ROWS, {"rows": part}).all()) < len(part):
                raise UnknownName(
                    "a text was removed before it was judged, and nothing was recorded; rank again"
                )

    def _append(
        self, taste_id: int, lines: Sequence[tuple[int | None, Kind, float | None, float, int | None]]
    ) -> list[Entry]:
        if not lines:
            return []
        now = datetime.now(UTC)
        values = [dict(zip(_COLUMNS, (taste_id, now.isoformat(), *line), strict=True)) for line in lines]
        numbers = self._connection.execute(_APPEND, values).scalars()
        return [
            Entry(number, row, kind, liking, weight, now, undoes)
            for number, (row, kind, liking, weight, undoes) in zip(numbers, lines, strict=True)
        ]

    def _recorded(self, taste_id: int, key: str | None, kind: RequestKind) -> list[Entry] | None:
        """What was recorded at a key; None where nothing was done at it yet. Raises BadValue where something
        of another kind was.
        """
        if key is None:
            return None
        request = self._connection.execute(_REQUEST, {"taste_id": taste_id, "key": key}).first()
        if request is None:
            return None
        if request.kind != kind:
            deeds = {"judge": "judge", "undo": "take a judgement back"}
            raise BadValue(
                f"the key {key!r} was used to {deeds[request.kind]}; give each request a key of its own"
            )
        return self._between(taste_id, request.first_entry, request.last_entry)

    def _between(self, taste_id: int, first: int | None, last: int | None) -> list[Entry]:
        """The entries of a taste from the first to the last, without those that were forgotten."""
        between = _LINES.where(_feedback.entry.between(first, last)).order_by(_feedback.entry)
        return [_entry(row) for row in self._connection.execute(between, {"taste_id": taste_id})]

    def _put_request(
        self, taste_id: int, key: str | None, kind: RequestKind, entries: Sequence[Entry]
    ) -> None:
        if key is not None:
            span = (entries[0].entry, entries[-1].entry) if entries else (None, None)
            values = {
                "taste": taste_id,
                "key": key,
                "kind": kind,
                "first_entry": span[0],
                "last_entry": span[1],
            }
            self._connection.execute(insert(schema.request).values(values))

    def _put_predictions(self, predictions: Mapping[int, Prediction]) -> None:
        if predictions:
            rows = [{"entry": entry, **made._asdict()} for entry, made in predictions.items()]
            self._connection.execute(insert(schema.prediction), rows)


def _entry(row: Any) -> Entry:
    entry, text_row, kind, liking, weight, given_at, undoes = row
    return Entry(entry, text_row, kind, liking, weight, datetime.fromisoformat(given_at), undoes)
