"""Removing: taking texts out of a store, with all that was made of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from palate.store import schema
from palate.store.dialect import Dialect
from palate.store.encoders import ENCODER_ID_IN_USE
from palate.store.removals import NO_NUMBERS

_text, _feedback, _removed, _vector = schema.text.c, schema.feedback.c, schema.removed.c, schema.vector.c
_going = Table("going", MetaData(), Column("row", Integer, primary_key=True), prefixes=["temporary"])
_rows = select(_going.c.row)
_old_versions = select(_removed.row).where(_removed.successor.in_(_rows))
_of_going = _feedback.row.in_(_rows) | _feedback.row.in_(_old_versions)
_undo = schema.feedback.alias("undo")
_version = schema.removed.alias("version").c
_stands = exists().where(
    (_feedback.row == _going.c.row)
    | _feedback.row.in_(select(_version.row).where(_version.successor == _going.c.row)),
    ~exists().where(_undo.c.undoes == _feedback.entry).correlate(schema.feedback),
)


class RemovedCounts(NamedTuple):
    """What a removal came to. removed: texts. judged: of them, those that a judgement stood of. forgotten:
    judgements that were deleted.
    """

    removed: int
    judged: int
    forgotten: int


def remove_texts(
    connection: Connection, dialect: Dialect, rows: Iterable[int], *, forget: bool
) -> RemovedCounts:
    """Does what `TextTable.remove` says, by a dozen statements for any number of texts."""
    _going.create(connection)
    dialect.insert_ignoring(connection, _going, ("row",), [(int(row),) for row in rows])
    connection.execute(delete(_going).where(_going.c.row.not_in(select(_text.row))))
    judged = connection.execute(select(func.count()).select_from(_going).where(_stands)).scalar_one()
    _hand_over_groups(connection)
    _record(connection, keep_numbers=not forget)
    forgotten = _forget(connection) if forget else 0
    dialect.remove_words(connection, _rows)
    by_key = _vector.encoder.in_(select(schema.encoder.c.number)) & _vector.row.in_(_rows)
    connection.execute(delete(schema.vector).where(by_key))
    connection.execute(delete(schema.terms).where(schema.terms.c.row.in_(_rows)))
    connection.execute(delete(schema.band).where(schema.band.c.row.in_(_rows)))
    connection.execute(delete(schema.identity).where(schema.identity.c.row.in_(_rows)))
    removed = connection.execute(delete(schema.text).where(_text.row.in_(_rows))).rowcount
    _going.drop(connection)
    return RemovedCounts(removed, judged, forgotten)


def count_removal(
    connection: Connection, dialect: Dialect, rows: Iterable[int], *, forget: bool
) -> RemovedCounts:
    """Returns what `remove_texts` would come to; nothing is removed."""
    _going.create(connection)
    dialect.insert_ignoring(connection, _going, ("row",), [(int(row),) for row in rows])
    connection.execute(delete(_going).where(_going.c.row.not_in(select(_text.row))))
    removed = connection.execute(select(func.count()).select_from(_going)).scalar_one()
    judged = connection.execute(select(func.count()).select_from(_going).where(_stands)).scalar_one()
    entries = select(func.count()).select_from(schema.feedback).where(_of_going)
    forgotten = connection.execute(entries).scalar_one() if forget else 0
    _going.drop(connection)
    return RemovedCounts(removed, judged, forgotten)


def _hand_over_groups(connection: Connection) -> None:
    """Makes the oldest copy that stays the representative of each group whose representative goes; a group
    that goes as a whole keeps its own, so that one judgement goes on standing for it."""
    heirs = (
        select(_text.leader, func.min(_text.row))
        .where(_text.leader.in_(_rows), _text.row.not_in(_rows))
        .group_by(_text.leader)
    )
    moves = [{"old": old, "new": new} for old, new in connection.execute(heirs)]
    if moves:
        for column in (_text.leader, schema.band.c.row, _removed.representative):
            moved = update(column.table).where(column == bindparam("old")).values({column: bindparam("new")})
            connection.execute(moved, moves)


def _record(connection: Connection, *, keep_numbers: bool) -> None:
    removed_at = literal(datetime.now(UTC).isoformat())
    source = _going.join(schema.text, _text.row == _going.c.row)
    columns = ["row", "representative", "removed_at"]
    values = [_text.row, _text.leader, removed_at]
    if keep_numbers:
        of_encoder = (_vector.row == _text.row) & (_vector.encoder == ENCODER_ID_IN_USE)
        date = func.coalesce(_text.published, _text.added_at)
        numbers = (_vector.encoder, _vector.data, schema.terms.c.ids, schema.terms.c.counts, date)
        judged = (
            select(*values, *numbers)
            .select_from(source.join(schema.vector, of_encoder).join(schema.terms))
            .where(_stands)
            .order_by(_going.c.row)
        )
        names = [*columns, "encoder", "vector", "ids", "counts", "date"]
        connection.execute(insert(schema.removed).from_select(names, judged))
    others = select(*values).select_from(source).where(_going.c.row.not_in(select(_removed.row)))
    connection.execute(insert(schema.removed).from_select(columns, others.order_by(_going.c.row)))


def _forget(connection: Connection) -> int:
    """Deletes the judgements of what is going and of its old versions, with their undos, predictions and
    numbers; returns how many.
    """
    forgotten = update(schema.removed).where(_removed.successor.in_(_rows))
    connection.execute(forgotten.values(NO_NUMBERS))
    entries = select(_feedback.entry).where(_of_going)
    counted = select(_feedback.taste, func.count()).where(_of_going).group_by(_feedback.taste)
    counts = [{"taste_id": taste_id, "count": count} for taste_id, count in connection.execute(counted)]
    if not counts:
        return 0
    taste = schema.taste.c
    grown = update(schema.taste).where(taste.number == bindparam("taste_id"))
    connection.execute(grown.values(forgotten=taste.forgotten + bindparam("count")), counts)
    connection.execute(delete(schema.crowd))
    connection.execute(delete(schema.prediction).where(schema.prediction.c.entry.in_(entries)))
    connection.execute(delete(schema.feedback).where(_feedback.undoes.in_(entries)))
    connection.execute(delete(schema.feedback).where(_of_going))
    return sum(count["count"] for count in counts)
