"""Reader: the main path. Texts are valued, the reader judges, the taste learns, the ranking changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import at_least_one
from palate.explain import contributions
from palate.feedback import Feedback, parse_liking
from palate.insight.drift import Change, changes
from palate.learner import Learner
from palate.parts import Candidates, Rows, Vector
from palate.question.choose import DEFAULT_QUESTION, make_question
from palate.question.stopping import Recall, stopping
from palate.rule import Rule, StoredRule
from palate.rules.matcher import Effect, shifted
from palate.store.log import Entry
from palate.store.readers import TasteRow
from palate.taste.leaderboard import Place, leaderboard
from palate.text import Text
from palate.threads import one_thread
from palate.value import Explanation, Found, Hit, Ranking, Value, Why
from palate.workspace.corpus import Corpus

if TYPE_CHECKING:
    from palate.library import Library

ASKABLE = 500  # texts among which a question is chosen
RESCORED = 300  # best texts by what is linear in a taste, among which all of it decides
ABOVE_ALL = 1e9  # logits that a kept text is ahead of others


class Reader:
    """One reader's view of a library: one taste, learned from that reader's part of the log.

    Get it from `Library.reader`. A judgement is on disk when `judge` returns.

    >>> import palate
    >>> library = palate.open(":memory:")
    >>> report = library.add(["A cat and her kittens asleep.", "Kittens at play in the garden.", "Bond yields rose."])
    >>> me = library.reader("me", likes="cats")
    >>> [hit.text.body for hit in me.rank(limit=2)]
    ['A cat and her kittens asleep.', 'Kittens at play in the garden.']
    """

    def __init__(self, library: Library, row: TasteRow) -> None:
        self.name = row.reader
        self.taste_name = row.name
        self.number = row.number
        self._library = library
        self._learned = Learner(library, row)

    def rank(self, limit: int = 20, *, all: bool = False) -> Ranking:
        """The best texts, best first; equal ones newest first. all: also those judged or skipped before.

        What a rule keeps stands above all others, what one blocks is not there.
        """
        at_least_one(limit)
        corpus = self._learned.corpus()
        effect = self._effect(corpus)
        with one_thread():
            added = effect.added + ABOVE_ALL * effect.kept
            curved = bool(len(corpus)) and bool(self._learned.taste.nonlinear_shares(corpus.features[:1]))
            deep = max(limit, RESCORED) if curved else limit
            places = self._learned.scores.best(
                self._learned.taste.explain()[1], added, self._open(corpus, effect, all), deep
            )
            mean, sd = self._value(corpus, places, effect)
        order = np.lexsort((-places, -mean.round(12), ~effect.kept[places]))[:limit]
        return Ranking(self._hits(corpus, places[order], mean[order], sd[order]))

    def ask(self, n: int = 1, *, strategy: str = DEFAULT_QUESTION) -> list[Hit]:
        """The n texts whose judgement would teach most, most first; of near-copies one.

        strategy: see question/choose.py. Chance is drawn by the number of verdicts, so asking twice asks the
        same. Raises UnknownName for a strategy that is not there."""
        at_least_one(n)
        question = make_question(strategy)
        corpus = self._learned.corpus()
        effect = self._effect(corpus)
        rng = np.random.default_rng([self.number, len(self._learned.verdicts)])
        with one_thread():
            places = self._askable(corpus, effect, question.among, max(ASKABLE, n), rng)
            mean, sd = self._value(corpus, places, effect)
            chosen = question.choose(
                Candidates(mean, sd, corpus.features[places], corpus.vectors[places]), n, rng
            )
        return self._hits(corpus, places[chosen], mean[chosen], sd[chosen])

    def judge(self, text_id: str, verdict: str | float) -> Feedback:
        """Take in one judgement: like, dislike, skip or a number in [-1, 1]; it replaces an earlier one of
        the text or a copy.

        Raises BadValue for another verdict, UnknownName for an id that is not in the library.
        """
        return self.judge_many([(text_id, verdict)])[0]

    def judge_many(self, verdicts: Sequence[tuple[str, str | float]]) -> list[Feedback]:
        """Take in judgements in order, all or none, on disk when this returns."""
        entries = self._learned.append(
            [(self._library.row_of(text_id), *parse_liking(verdict)) for text_id, verdict in verdicts]
        )
        return [self._feedback(entry, text_id) for entry, (text_id, _) in zip(entries, verdicts, strict=True)]

    def undo(self) -> Feedback | None:
        """Take back the newest judgement that stands: all is as if it had never been. None where there is
        none.
        """
        entry = self._learned.undo()
        if entry is None or entry.row is None:
            return None
        return self._feedback(entry, self._library.store.texts.get([entry.row])[entry.row].id)

    def value(self, texts: Sequence[str | Text]) -> list[Value]:
        """What texts that need not be in the library are worth to this reader, by taste alone; nothing is
        stored.
        """
        corpus = self._learned.corpus()
        contents = [text.content if isinstance(text, Text) else text for text in texts]
        with one_thread():
            mean, sd = self._learned.taste.value(self._learned.features(corpus, contents))
        return [Value(float(m), float(s)) for m, s in zip(mean, sd, strict=True)]

    def why(self, text_id: str, *, neighbours: int = 3) -> Why:
        """What makes the value of a text: every word's, block's and rule's share, and the nearest judged
        texts.
        """
        row = self._library.row_of(text_id)
        corpus = self._learned.corpus()
        place = corpus.place(row)
        with one_thread():
            mean, sd = self._value(corpus, np.array([place]), self._effect(corpus))
            hit = self._hits(corpus, np.array([place]), mean, sd)[0]
            row_features, taste = corpus.features[[place]], self._learned.taste
            learned = contributions(hit.text.content, corpus, row_features, taste, self._library.encoder)
        ruled = self._library.ruling(corpus).shares(self._rules(), place)
        shares = tuple(sorted([*learned, *ruled], key=lambda share: -abs(share.amount)))
        liked = self._nearest(corpus, place, neighbours, lambda liking: liking > 0)
        disliked = self._nearest(corpus, place, neighbours, lambda liking: liking < 0)
        return Why(hit, sum(share.amount for share in shares), shares, liked, disliked)

    def contest(self) -> list[Place]:
        """How the tastes that compete for this reader stand, lowest loss first."""
        self._learned.corpus()
        return leaderboard(self._learned.taste)

    def champions(self) -> list[tuple[int, str]]:
        """(judgements before it, name) of each champion so far, the first first."""
        self._learned.corpus()
        return list(self._learned.taste.champions)

    def progress(self) -> Recall:
        """How much of what this reader would like has been seen; what was skipped or is blocked does not
        count.
        """
        corpus = self._learned.corpus()
        liked = [entry.liking > 0 for entry in self._learned.verdicts.values() if entry.liking is not None]
        return stopping(np.array(liked, dtype=np.bool), len(self._open(corpus, self._effect(corpus), False)))

    def changes(self) -> list[Change]:
        """Where this reader's taste seems to have changed, in judgements that were predicted (see
        insight/drift.py).
        """
        self._learned.corpus()
        board = self._learned.taste.board
        return changes((1 / (1 + np.exp(-board.blended)) - board.targets) ** 2)

    def serve(self, serving: str) -> None:
        """Serve the blend of the contest, its champion, or one member by its name. Raises UnknownName."""
        self._learned.serve(serving)

    def measure_again(self) -> None:
        """Hold the whole contest once more, from the first judgement: for a store that an older palate
        wrote.
        """
        self._learned.measure_again()

    @property
    def dropped(self) -> int:
        """How many of the oldest judgements no longer weigh in, since the taste can hold no more; the log
        keeps them.
        """
        self._learned.corpus()
        return self._learned.taste.dropped

    def judged(self) -> list[Feedback]:
        """The judgements that stand, oldest first."""
        self._learned.corpus()
        entries = sorted(self._learned.verdicts.values(), key=lambda entry: entry.entry)
        texts = self._library.store.texts.get([entry.row for entry in entries if entry.row is not None])
        return [self._feedback(entry, texts[entry.row].id) for entry in entries if entry.row is not None]

    def rules(self) -> tuple[StoredRule, ...]:
        """Lists the rules of this taste in every state, oldest first; only accepted ones do anything."""
        return self._library.store.rules.of(self.number)

    def add_rule(self, rule: Rule) -> StoredRule:
        """Adds a rule; it replaces one for the same word, author, source or pattern."""
        return self._library.store.rules.put(self.number, rule)

    def remove_rule(self, rule_id: int) -> StoredRule:
        """Removes a rule as if it had never been. Raises UnknownName."""
        return self._library.store.rules.remove(self.number, rule_id)

    def accept_rule(self, rule_id: int) -> StoredRule:
        """Accepts a suggested rule, or one that was vetoed. Raises UnknownName."""
        return self._library.store.rules.settle(self.number, rule_id, "accepted")

    def veto_rule(self, rule_id: int) -> StoredRule:
        """Vetoes a rule: it does nothing, and is never suggested again. Raises UnknownName."""
        return self._library.store.rules.settle(self.number, rule_id, "vetoed")

    def suggest_rules(self) -> list[StoredRule]:
        """Suggests rules that the standing judgements speak for, and makes them the pending ones, surest
        first.

        Whatever has a rule, or was vetoed, is not suggested. Costs a read of every judged text."""
        from palate.rules.suggest import suggest

        judged = self.judged()
        settled = {stored.rule.key for stored in self.rules() if stored.state != "pending"}
        texts = [self._library.text(feedback.text_id) for feedback in judged]
        suggestions = suggest(texts, [feedback.liking or 0.0 for feedback in judged], settled)
        pairs = [(suggestion.rule, suggestion.evidence) for suggestion in suggestions]
        return self._library.store.rules.propose(self.number, pairs)

    def explain(self, content: str) -> Explanation:
        """Explains the value of a text that need not be in the library, by taste alone, as `value` does."""
        corpus = self._learned.corpus()
        features = self._learned.features(corpus, [content])
        with one_thread():
            mean, sd = self._learned.taste.value(features)
            shares = contributions(content, corpus, features, self._learned.taste, self._library.encoder)
        shares.sort(key=lambda share: -abs(share.amount))
        return Explanation(Value(float(mean[0]), float(sd[0])), tuple(shares), features)

    def logits(self, contents: Sequence[str]) -> tuple[Vector, Vector]:
        """Returns log odds of a like, by taste alone: (m,) of these texts, and (n,) of all in the library, in
        the order of `Library.corpus`. Costs a pass over all."""
        corpus = self._learned.corpus()
        with one_thread():
            return (
                self._learned.taste.logits(self._learned.features(corpus, contents)),
                self._learned.taste.logits(corpus.features),
            )

    def _rules(self) -> list[Rule]:
        return [stored.rule for stored in self.rules() if stored.state == "accepted"]

    def _effect(self, corpus: Corpus) -> Effect:
        return self._library.ruling(corpus).effect(self._rules())

    def _askable(self, corpus: Corpus, effect: Effect, among: str, n: int, rng: np.random.Generator) -> Rows:
        """Places among which to ask: about n, ascending."""
        open_ = self._open(corpus, effect, False)
        base, weights = self._learned.taste.explain()
        if among == "best":
            return np.sort(self._learned.scores.best(weights, effect.added, open_, n))
        if among == "all":
            return np.sort(rng.permutation(open_)[:n])
        return np.sort(_largest(-np.abs(base + self._learned.scores.all(weights) + effect.added), open_, n))

    def _value(self, corpus: Corpus, places: Rows, effect: Effect) -> tuple[Vector, Vector]:
        return shifted(*self._learned.taste.value(corpus.features[places]), effect.added[places])

    def _open(self, corpus: Corpus, effect: Effect, all: bool) -> Rows:
        """Places that may be shown: the first text of each group, and unless `all` only of groups without a
        verdict.
        """
        shown = corpus.leads & ~effect.blocked
        if not all:
            shown[corpus.places(list(self._learned.verdicts))] = False
        return np.flatnonzero(shown)

    def _hits(self, corpus: Corpus, places: Rows, mean: Vector, sd: Vector) -> list[Hit]:
        rows = corpus.rows[places].tolist()
        groups = [[row, *corpus.followers[row]] if row in corpus.followers else [] for row in rows]
        texts = self._library.store.texts.get({row for group in groups for row in group} | set(rows))
        return [
            Hit(texts[row], Value(float(m), float(s)), tuple(texts[other].id for other in group))
            for row, m, s, group in zip(rows, mean, sd, groups, strict=True)
        ]

    def _nearest(
        self, corpus: Corpus, place: int, n: int, wanted: Callable[[float], bool]
    ) -> tuple[Found, ...]:
        entries = self._learned.verdicts.values()
        rows = [
            entry.row for entry in entries if entry.liking is not None and wanted(entry.liking) and entry.row
        ]
        places = corpus.places(rows)
        places = places[places != place]
        cosine = corpus.vectors[places] @ corpus.vectors[place]
        nearest = places[np.argsort(-cosine, kind="stable")][:n]
        texts = self._library.store.texts.get(corpus.rows[nearest].tolist())
        return tuple(
            Found(texts[int(corpus.rows[p])], float(corpus.vectors[p] @ corpus.vectors[place]))
            for p in nearest
        )

    def _feedback(self, entry: Entry, text_id: str) -> Feedback:
        return Feedback(
            entry.entry,
            self.name,
            self.taste_name,
            text_id,
            entry.kind,
            entry.liking,
            entry.weight,
            entry.given_at,
            entry.undoes,
        )


def _largest(scores: Vector, places: Rows, n: int) -> Rows:
    """The n of the places with the largest scores, in no order; of equal ones the last places."""
    if len(places) <= n:
        return places
    found = scores[places]
    cut = np.partition(found, len(found) - n)[len(found) - n]
    above, level = places[found > cut], places[found == cut]
    return np.concatenate([above, level[len(level) - (n - len(above)) :]])
