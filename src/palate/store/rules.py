"""Rules: what the reader of a taste said outright or was suggested, and which texts it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, column, delete, insert, select, table, update
from sqlalchemy import text as sql

from palate.errors import UnknownName
from palate.rule import READS, Evidence, Rule, State, StoredRule
from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore

_rule = schema.rule.c
_words = table("words", column("rowid"))  # the full-text index


class Rules:
    """The rules of all tastes, each with a number that is never given again."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def of(self, taste: int) -> tuple[StoredRule, ...]:
        """Every rule of a taste in any state, oldest first."""
        with self._store.reading() as connection:
            return _of(connection, taste)

    def put(self, taste: int, rule: Rule) -> StoredRule:
        """Take in a rule that the reader wrote; it replaces one on the same word, author, source or
        pattern.
        """
        with self._store.writing() as connection:
            _known(connection, taste)
            same = [old.rule_id for old in _of(connection, taste) if old.rule.key == rule.key]
            if same:
                values = _values(rule, None, "accepted")
                connection.execute(update(schema.rule).where(_rule.number == same[0]).values(values))
                return StoredRule(same[0], rule, "accepted", None)
            return _insert(connection, taste, rule, None, "accepted")

    def propose(self, taste: int, suggestions: Sequence[tuple[Rule, Evidence]]) -> list[StoredRule]:
        """Make these the pending rules of a taste, all or none; the same suggestion keeps its number, others
        go.

        What is accepted or vetoed stays as it is, and is not proposed.
        """
        with self._store.writing() as connection:
            _known(connection, taste)
            old = _of(connection, taste)
            settled = {one.rule.key for one in old if one.state != "pending"}
            wanted = {rule.key: (rule, evidence) for rule, evidence in suggestions if rule.key not in settled}
            for one in old:
                if one.state == "pending" and one.rule.key in wanted:
                    values = _values(*wanted.pop(one.rule.key), state="pending")
                    connection.execute(update(schema.rule).where(_rule.number == one.rule_id).values(values))
                elif one.state == "pending":
                    connection.execute(delete(schema.rule).where(_rule.number == one.rule_id))
            for rule, evidence in wanted.values():
                _insert(connection, taste, rule, evidence, "pending")
            now = {one.rule.key: one for one in _of(connection, taste)}
            return [now[rule.key] for rule, _ in suggestions if rule.key not in settled]

    def settle(self, taste: int, number: int, state: State) -> StoredRule:
        """Accept or veto a rule. Raises UnknownName where the taste has none of this number."""
        with self._store.writing() as connection:
            found = _numbered(connection, taste, number)
            connection.execute(update(schema.rule).where(_rule.number == number).values(state=state))
            return found._replace(state=state)

    def remove(self, taste: int, number: int) -> StoredRule:
        """Take a rule away as if it had never been. Raises UnknownName where the taste has none of this
        number.
        """
        with self._store.writing() as connection:
            found = _numbered(connection, taste, number)
            connection.execute(delete(schema.rule).where(_rule.number == number))
            return found

    def matching(self, rule: Rule) -> list[int]:
        """Rows of all texts that a rule speaks of, ascending.

        A word costs time for the texts that have it, by the full-text index; other rules read a part of every
        text."""
        query = select(schema.text.c.row, *(schema.text.c[name] for name in READS[rule.field])).order_by(
            schema.text.c.row
        )
        if rule.field == "word":
            phrase = '"' + rule.value.replace('"', '""') + '"'
            having = sql("words match :phrase").bindparams(phrase=phrase)
            query = query.join(_words, _words.c.rowid == schema.text.c.row).where(having)
        with self._store.reading() as connection:
            return [row for row, *read in connection.execute(query) if rule.speaks_of(*read)]


def _values(rule: Rule, evidence: Evidence | None, state: State) -> dict[str, Any]:
    why = asdict(evidence) if evidence else None
    return {
        "action": rule.action,
        "field": rule.field,
        "value": rule.value,
        "amount": rule.amount,
        "state": state,
        "evidence": why,
    }


def _insert(
    connection: Connection, taste: int, rule: Rule, evidence: Evidence | None, state: State
) -> StoredRule:
    made = insert(schema.rule).values(taste=taste, **_values(rule, evidence, state)).returning(_rule.number)
    return StoredRule(connection.execute(made).scalar_one(), rule, state, evidence)


def _of(connection: Connection, taste: int) -> tuple[StoredRule, ...]:
    columns = (
        _rule.number,
        _rule.action,
        _rule.field,
        _rule.value,
        _rule.amount,
        _rule.state,
        _rule.evidence,
    )
    found = connection.execute(select(*columns).where(_rule.taste == taste).order_by(_rule.number))
    return tuple(
        StoredRule(number, Rule(action, field, value, amount), state, Evidence(**why) if why else None)
        for number, action, field, value, amount, state, why in found
    )


def _numbered(connection: Connection, taste: int, number: int) -> StoredRule:
    found = [one for one in _of(connection, taste) if one.rule_id == number]
    if not found:
        raise UnknownName(f"this taste has no rule {number}; palate rule list shows those it has")
    return found[0]


def _known(connection: Connection, taste: int) -> None:
    if not connection.execute(select(schema.taste.c.number).where(schema.taste.c.number == taste)).first():
        raise UnknownName("the reader was removed meanwhile; make one with: palate reader add NAME")
