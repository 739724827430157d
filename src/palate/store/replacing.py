"""Replacing: texts of which new versions came, with the judgements of the old ones."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, literal, select, update

from palate.store import schema
from palate.store.tables import Tables
from palate.store.texts import PreparedText

_text, _removed, _band = schema.text.c, schema.removed.c, schema.band.c
_LEADER = select(_text.row, _text.leader)
_GOING = "\x1f"  # behind the id of a text that is going, so that its new version can have it


def replace_texts(
    tables: Tables, old_rows: Sequence[int], versions: Sequence[PreparedText], first_row: int
) -> None:
    """Stores new versions of the texts at old_rows, the first at first_row, one more than the last row.

    A version has the id of the old text and gets its group, its names and its judgements; the old text is
    removed, and what a taste learned from its words stays learned. The representatives of the versions are
    not looked at. All old texts must be there."""
    connection, rows = tables.connection, list(range(first_row, first_row + len(versions)))
    leaders: dict[int, int] = {}
    for old in old_rows:
        leaders[old] = connection.execute(_LEADER.where(_text.row == old)).one().leader
        freed = update(schema.text).where(_text.row == old)
        connection.execute(freed.values(id=_text.id + literal(_GOING)))
    joined = [
        version._replace(bands=b"", representative=leaders[old])
        for old, version in zip(old_rows, versions, strict=True)
    ]
    tables.texts.add(joined, first_row)
    tables.identity.hand_over(list(zip(old_rows, rows, strict=True)))
    tables.texts.remove(old_rows, forget=False)
    for old, row, version in zip(old_rows, rows, versions, strict=True):
        succeeded = update(schema.removed).where((_removed.row == old) | (_removed.successor == old))
        connection.execute(succeeded.values(successor=bindparam("of_row")), {"of_row": row})
        _take_bands(tables, row, version.bands)


def _take_bands(tables: Tables, row: int, bands: bytes) -> None:
    """Gives a version that stands for its group the band keys of its own words."""
    leader = tables.connection.execute(_LEADER.where(_text.row == row)).one().leader
    if leader == row:
        tables.connection.execute(delete(schema.band).where(_band.row == row))
        tables.dialect.insert(
            tables.connection, schema.band, ("row", "keys"), [(row, bands)] if bands else []
        )
