"""DraftTable: texts that a model wrote for a reader, and how the reader ranked them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, insert, select

from palate.errors import UnknownName
from palate.store import schema

_draft, _ranked, _feedback = schema.draft.c, schema.ranked.c, schema.feedback.c
_undo = schema.feedback.alias("undo")
_DRAFTS = (
    select(_draft.number, _draft.prompt, _draft.content, _draft.model)
    .where(_draft.taste == bindparam("taste_id"))
    .order_by(_draft.number)
)
_RANKED = (
    select(_ranked.entry, _ranked.draft, _ranked.rank)
    .join(schema.feedback)
    .where(
        _feedback.taste == bindparam("taste_id"),
        ~exists().where(_undo.c.undoes == _feedback.entry),
    )
    .order_by(_ranked.entry, _ranked.rank, _ranked.draft)
)


class StoredDraft(NamedTuple):
    """A draft that was kept. number: by which it is ranked. model: what wrote it."""

    number: int
    prompt: str
    content: str
    model: str


class DraftTable:
    """The drafts of all tastes. A ranking is an entry of the log, of the kind ranking, that can be undone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, taste_id: int, drafts: Iterable[tuple[str, str, str]]) -> list[int]:
        """Keeps drafts, each prompt, content and model; returns their numbers. What is there already gets the
        number that it has.
        """
        known = {(one.prompt, one.content): one.number for one in self.of(taste_id)}
        made_at, numbers = datetime.now(UTC).isoformat(), list[int]()
        for prompt, content, model in drafts:
            if (prompt, content) not in known:
                values = {
                    "taste": taste_id,
                    "prompt": prompt,
                    "content": content,
                    "model": model,
                    "made_at": made_at,
                }
                made = self._connection.execute(
                    insert(schema.draft).values(values).returning(_draft.number)
                ).scalar_one()
                known[prompt, content] = int(made)
            numbers.append(known[prompt, content])
        return numbers

    def of(self, taste_id: int) -> list[StoredDraft]:
        """Returns the drafts of a taste, oldest first."""
        return [StoredDraft(*row) for row in self._connection.execute(_DRAFTS, {"taste_id": taste_id})]

    def rank(self, taste_id: int, ranking: Sequence[Sequence[int]]) -> int:
        """Records a ranking, the best group first, of drafts by their numbers; those of a group are as good.
        Returns its entry in the log. Raises UnknownName for a number that this taste has not.
        """
        numbers = [number for group in ranking for number in group]
        unknown = set(numbers) - {one.number for one in self.of(taste_id)}
        if unknown:
            raise UnknownName(f"there is no draft {min(unknown)}; palate drafts list shows their numbers")
        values = {
            "taste": taste_id,
            "given_at": datetime.now(UTC).isoformat(),
            "kind": "ranking",
            "weight": 1.0,
        }
        made = insert(schema.feedback).values(values).returning(_feedback.entry)
        entry = int(self._connection.execute(made).scalar_one())
        rows = [
            {"entry": entry, "draft": number, "rank": rank}
            for rank, group in enumerate(ranking)
            for number in group
        ]
        self._connection.execute(insert(schema.ranked), rows)
        return entry

    def rankings(self, taste_id: int) -> dict[int, list[list[int]]]:
        """Returns the rankings of a taste that stand, by entry, the best group first."""
        found: dict[int, dict[int, list[int]]] = {}
        for entry, number, rank in self._connection.execute(_RANKED, {"taste_id": taste_id}):
            found.setdefault(entry, {}).setdefault(rank, []).append(number)
        return {entry: list(groups.values()) for entry, groups in found.items()}
