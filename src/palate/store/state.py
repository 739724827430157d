"""StoreState: what tells, in one look, whether anything of a store has changed."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, literal_column, select, true

from palate.store import schema
from palate.store.crowd import CROWD_STATE, CrowdState
from palate.store.encoders import IN_USE
from palate.store.generations import GENERATION, GenerationRow

_encoder = schema.encoder.c
_name, _fingerprint = (
    select(schema.setting.c.value).where(schema.setting.c.key == literal_column(f"'{key}'")).scalar_subquery()
    for key in IN_USE
)
_one = select(literal_column("1")).subquery("one")
_STATE = select(
    select(func.max(schema.text.c.row)).scalar_subquery(),
    select(func.max(schema.removed.c.row)).scalar_subquery(),
    select(func.max(schema.removed.c.entry)).scalar_subquery(),
    _name,
    _fingerprint,
    _encoder.dims,
    _encoder.number,
    *GENERATION,
    *CROWD_STATE,
).select_from(
    _one.outerjoin(schema.encoder, _encoder.fingerprint == _fingerprint).outerjoin(schema.generation, true())
)
_N_BEFORE_CROWD = 7 + len(GENERATION)


class StoreState(NamedTuple):
    """What every call begins with, and follows where it has changed.

    last_row: of the newest text that ever was, 0 where there was none. last_removal: entry of the newest
    removal, 0 where there was none. encoder_*: of the one in use, None in a new store.
    """

    last_row: int
    last_removal: int
    encoder_name: str | None
    encoder_fingerprint: str | None
    encoder_dims: int | None
    encoder_id: int | None
    generation: GenerationRow | None
    crowd: CrowdState


def read_state(connection: Connection) -> StoreState:
    row = connection.execute(_STATE).one()
    last_row, last_removed, last_removal, *encoder = row[:7]
    generation = GenerationRow(*row[7:_N_BEFORE_CROWD]) if row[7] is not None else None
    return StoreState(
        max(last_row or 0, last_removed or 0),
        last_removal or 0,
        *encoder,
        generation,
        CrowdState.of(*row[_N_BEFORE_CROWD:]),
    )
