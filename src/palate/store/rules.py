"""RuleTable: what the reader of a taste ruled or was suggested, and which texts a rule speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from palate.errors import UnknownName
from palate.rule import TEXT_FIELDS, Evidence, Rule, State, StoredRule
from palate.store import schema
from palate.store.dialect import Dialect

_rule = schema.rule.c
_OF_TASTE = (
    select(_rule.number, _rule.action, _rule.field, _rule.value, _rule.amount, _rule.state, _rule.evidence)
    .where(_rule.taste == bindparam("taste_id"))
    .order_by(_rule.number)
)


class RuleTable:
    """The rules of all tastes, each with an id that is never given again."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def of(self, taste_id: int) -> tuple[StoredRule, ...]:
        """Every rule of a taste in any state, oldest first."""
        stored = self._connection.execute(_OF_TASTE, {"taste_id": taste_id})
        return tuple(
            StoredRule(rule_id, Rule(action, field, value, amount), state, Evidence(**why) if why else None)
            for rule_id, action, field, value, amount, state, why in stored
        )

    def put(self, taste_id: int, rule: Rule) -> StoredRule:
        """Records a rule that the reader wrote; it replaces one on the same word, author, source,
        pattern or language.
        """
        self._require_taste(taste_id)
        for stored in self.of(taste_id):
            if stored.rule.key == rule.key:
                self._update(stored.rule_id, **_values(rule, None, "accepted"))
                return StoredRule(stored.rule_id, rule, "accepted", None)
        return self._insert(taste_id, rule, None, "accepted")

    def propose(self, taste_id: int, suggestions: Sequence[tuple[Rule, Evidence]]) -> list[StoredRule]:
        """Makes these the pending rules of a taste; the same suggestion keeps its id, others go.

        What is accepted or vetoed stays as it is, and is not proposed.
        """
        self._require_taste(taste_id)
        before = self.of(taste_id)
        settled = {stored.rule.key for stored in before if stored.state != "pending"}
        wanted = {rule.key: (rule, evidence) for rule, evidence in suggestions if rule.key not in settled}
        new = dict(wanted)
        for stored in before:
            if stored.state == "pending" and stored.rule.key in new:
                self._update(stored.rule_id, **_values(*new.pop(stored.rule.key), state="pending"))
            elif stored.state == "pending":
                self._delete(stored.rule_id)
        for rule, evidence in new.values():
            self._insert(taste_id, rule, evidence, "pending")
        after = {stored.rule.key: stored for stored in self.of(taste_id)}
        return [after[rule.key] for rule, _ in suggestions if rule.key not in settled]

    def settle(self, taste_id: int, rule_id: int, state: State) -> StoredRule:
        """Accepts or vetoes a rule. Raises UnknownName where the taste has none of this id."""
        stored = self._get(taste_id, rule_id)
        self._update(rule_id, state=state)
        return stored._replace(state=state)

    def remove(self, taste_id: int, rule_id: int) -> StoredRule:
        """Takes a rule away as if it had never been. Raises UnknownName where the taste has none of this
        id.
        """
        stored = self._get(taste_id, rule_id)
        self._delete(rule_id)
        return stored

    def matching(self, rule: Rule, after_row: int = 0) -> list[int]:
        """Returns the rows above after_row of all texts that a rule matches, ascending.

        A word or language costs time for the texts that have it, by its index; other rules read a part of
        every text."""
        text = schema.text.c
        fields = (text[name] for name in TEXT_FIELDS[rule.field])
        query = select(text.row, *fields).where(text.row > after_row).order_by(text.row)
        if rule.field == "word":
            query = self._dialect.with_phrase(query, rule.value)
        elif rule.field == "language":
            query = query.where(text.language == rule.value)
        return [row for row, *fields in self._connection.execute(query) if rule.matches_fields(*fields)]

    def _get(self, taste_id: int, rule_id: int) -> StoredRule:
        for stored in self.of(taste_id):
            if stored.rule_id == rule_id:
                return stored
        raise UnknownName(f"this taste has no rule {rule_id}; palate rule list shows those it has")

    def _insert(self, taste_id: int, rule: Rule, evidence: Evidence | None, state: State) -> StoredRule:
        made = insert(schema.rule).values(taste=taste_id, **_values(rule, evidence, state))
        rule_id = self._connection.execute(made.returning(_rule.number)).scalar_one()
        return StoredRule(rule_id, rule, state, evidence)

    def _update(self, rule_id: int, **values: Any) -> None:
        self._connection.execute(update(schema.rule).where(_rule.number == rule_id).values(values))

    def _delete(self, rule_id: int) -> None:
        self._connection.execute(delete(schema.rule).where(_rule.number == rule_id))

    def _require_taste(self, taste_id: int) -> None:
        known = select(schema.taste.c.number).where(schema.taste.c.number == taste_id)
        if not self._connection.execute(known).first():
            raise UnknownName("the reader was removed meanwhile; make one with: palate reader add NAME")


def _values(rule: Rule, evidence: Evidence | None, state: State) -> dict[str, Any]:
    return {
        "action": rule.action,
        "field": rule.field,
        "value": rule.value,
        "amount": rule.amount,
        "state": state,
        "evidence": asdict(evidence) if evidence else None,
    }
