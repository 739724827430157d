"""ReaderRules: the rules of one taste, as its reader writes, accepts and vetoes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from palate.parts import Store
from palate.rule import Rule, State, StoredRule
from palate.store.tables import Tables
from palate.text import Text


class ReaderRules:
    """The rules of one taste. Get it from `Reader.rules`; a change holds from the reader's next call on.

    judged: gives the judged texts with their likings, None for a skip.

    >>> import palate
    >>> from palate.rule import Rule
    >>> rules = palate.open(":memory:").reader().rules
    >>> rules.add(Rule("block", "word", "crypto")).state
    'accepted'
    >>> [str(stored.rule) for stored in rules.all()]
    ['block word "crypto"']
    """

    def __init__(
        self,
        store: Store[Tables],
        taste_id: int,
        judged: Callable[[], Sequence[tuple[Text, float | None]]],
    ) -> None:
        self._store, self._taste_id, self._judged = store, taste_id, judged

    def all(self) -> tuple[StoredRule, ...]:
        """Lists the rules in every state, oldest first; only accepted ones do anything."""
        with self._store.reading() as tables:
            return tables.rules.of(self._taste_id)

    def add(self, rule: Rule) -> StoredRule:
        """Adds a rule; it replaces one for the same word, author, source, pattern or language."""
        with self._store.writing() as tables:
            return tables.rules.put(self._taste_id, rule)

    def remove(self, rule_id: int) -> StoredRule:
        """Removes a rule as if it had never been. Raises UnknownName."""
        with self._store.writing() as tables:
            return tables.rules.remove(self._taste_id, rule_id)

    def accept(self, rule_id: int) -> StoredRule:
        """Accepts a suggested rule, or one that was vetoed. Raises UnknownName."""
        return self._settle(rule_id, "accepted")

    def veto(self, rule_id: int) -> StoredRule:
        """Vetoes a rule: it does nothing, and is never suggested again. Raises UnknownName."""
        return self._settle(rule_id, "vetoed")

    def suggest(self) -> list[StoredRule]:
        """Suggests rules that the standing judgements support, and makes them the pending ones, surest first.

        Traits that have a rule, or whose rule was vetoed, are not suggested. Reads every judged text.
        """
        from palate.rules.suggest import suggest  # SciPy's statistics take a third of a second to import

        judged = self._judged()
        settled = {stored.rule.key for stored in self.all() if stored.state != "pending"}
        suggestions = suggest([text for text, _ in judged], [liking or 0.0 for _, liking in judged], settled)
        with self._store.writing() as tables:
            pairs = [(suggestion.rule, suggestion.evidence) for suggestion in suggestions]
            return tables.rules.propose(self._taste_id, pairs)

    def _settle(self, rule_id: int, state: State) -> StoredRule:
        with self._store.writing() as tables:
            return tables.rules.settle(self._taste_id, rule_id, state)
