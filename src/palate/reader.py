"""Reader: the main path. Texts are valued, the reader judges, the taste learns, the ranking changes."""

from collections.abc import Sequence
from typing import Unpack, overload

import numpy as np

from palate.answers import feedback, hits, nearest_judged, with_texts
from palate.errors import check_limit
from palate.explain import shares_of
from palate.feedback import FEEDBACK_COLUMNS, Feedback, parse_liking
from palate.given import GivenText, Several, TextRef, is_one, one_text, texts_of
from palate.learner import Learner
from palate.listed import Listed
from palate.marginal_relevance import POOL_TEXTS, marginal_order
from palate.parts import Candidates
from palate.question.choose import DEFAULT_QUESTION, make_question
from palate.retrieval import Retrieval
from palate.rules.of_reader import ReaderRules
from palate.store.log import Entry, Verdict
from palate.store.naming import row_of, rows_of
from palate.store.readers import TasteRow
from palate.taste_record import TasteRecord
from palate.text import Text
from palate.text_filter import FilterOptions, TextFilter
from palate.value import HIT_COLUMNS, VALUE_COLUMNS, Explanation, Hit, LibraryLogits, Ranking, Value, Why
from palate.valuer import Valuer
from palate.workspace.workspace import Workspace

ASKABLE_TEXTS = 500  # among which a question is chosen


class Reader(TasteRecord):
    """One reader's view of a library: one taste, learned from that reader's part of the log.

    Get it from `Library.reader`. A judgement is on disk when `judge` returns. Any number of threads may use
    readers; the calls of one taste run one after the other.

    >>> import palate
    >>> library = palate.open(":memory:")
    >>> cats = ["A cat and her kittens asleep.", "Kittens at play in the garden."]
    >>> report = library.add([*cats, "Bond yields rose."])
    >>> me = library.reader("me", likes="cats")
    >>> [hit.text.body for hit in me.rank(limit=2)]
    ['A cat and her kittens asleep.', 'Kittens at play in the garden.']
    """

    def __init__(self, workspace: Workspace, learner: Learner, row: TasteRow) -> None:
        self.name = row.reader
        self.taste_name = row.name
        self.taste_id = row.taste_id
        super().__init__(learner, Retrieval(workspace, learner))
        self._workspace = workspace
        self._valuer = Valuer(workspace, learner, self._retrieval)

    def rank(
        self,
        limit: int = 20,
        *,
        all: bool = False,
        exact: bool = False,
        diverse: bool = False,
        **only: Unpack[FilterOptions],
    ) -> Ranking:
        """Returns the best texts, best first; equal ones newest first. all: also those judged or skipped
        before. diverse: of the best 100 those first that are unlike what stands above them (see
        `marginal_order`). only: language, source, since, until and unjudged_by, as for `Library.find`.

        What a rule keeps stands above all others, what one blocks is not there. In a store of more than
        20,000 texts the answer after a judgement may come before every text was read; its `exact` then says
        so. exact: read them all where that is needed to be sure."""
        check_limit(limit)
        n = max(limit, POOL_TEXTS) if diverse else limit
        with self._learner.lock:
            view = self._retrieval.view(all=all, only=TextFilter(**only))
            indices, proven = self._retrieval.best(view, n, exact=exact)
            mean, sd = self._retrieval.value(view, indices)
        kept = view.effect.kept(indices)
        order = np.lexsort((-indices, -mean.round(12), ~kept))[:n]
        if diverse:
            vectors = view.corpus.vectors(indices[order])
            order = order[marginal_order(mean[order], vectors, limit, kept[order])]
        return Ranking(
            hits(self._workspace.store, view.corpus, indices[order], mean[order], sd[order]), exact=proven
        )

    def ask(self, n: int = 1, *, strategy: str = DEFAULT_QUESTION) -> Listed[Hit]:
        """Returns the n texts whose judgement would teach most, most first; of near-copies one.

        strategy: see question/choose.py. Chance is drawn by the number of judgements, so asking twice asks
        the same. Raises UnknownName for a strategy that is not there."""
        check_limit(n)
        question = make_question(strategy)
        with self._learner.lock:
            view = self._retrieval.view(all=False)
            rng = np.random.default_rng([self.taste_id, len(self._learner.verdicts)])
            indices = self._retrieval.askable(view, question.pool, max(ASKABLE_TEXTS, n), rng)
            mean, sd = self._retrieval.value(view, indices)
            corpus = view.corpus
            features = corpus.features(indices)
            turns = self._retrieval.turns(view, features)
            candidates = Candidates(mean, sd, features, corpus.vectors(indices), *turns)
            chosen = question.choose(candidates, n, rng)
        asked = hits(self._workspace.store, corpus, indices[chosen], mean[chosen], sd[chosen])
        return Listed(asked, HIT_COLUMNS)

    def judge(
        self, text: TextRef, verdict: str | float, *, weight: float = 1.0, key: str | None = None
    ) -> Feedback:
        """Records one judgement: like, dislike, skip or a number in [-1, 1]; it replaces an earlier one of
        the text or of a copy of it.

        text: its id, a Text or a hit. weight: how much it counts, above 0. key: of the request, so that one
        that is sent again counts once. Raises BadValue for another verdict or weight, UnknownName for a text
        that is not in the library."""
        return self.judge_many([(text, verdict)], weight=weight, key=key)[0]

    def judge_many(
        self, verdicts: Sequence[tuple[TextRef, str | float]], *, weight: float = 1.0, key: str | None = None
    ) -> list[Feedback]:
        """Records judgements in order, all or none, on disk when this returns. weight, key: see `judge`."""
        ids, rows = self._named(verdicts)
        stated = [
            Verdict(row, *parse_liking(verdict), weight)
            for row, (_, verdict) in zip(rows, verdicts, strict=True)
        ]
        entries = self._learner.append(stated, key=key)
        return [self._feedback(entry, text_id) for entry, text_id in zip(entries, ids, strict=True)]

    def judge_new(self, verdicts: Sequence[tuple[TextRef, str | float]]) -> list[Feedback]:
        """Records the judgements that the log does not hold yet, in order, all or none.

        Use it for those of an export, which may come again: one that is in the log counts no second time,
        also where a later one replaced it or it was taken back. Raises as `judge` does."""
        ids, rows = self._named(verdicts)
        with self._learner.lock:
            with self._workspace.store.reading() as tables:
                held = {(entry.row, entry.liking) for entry in tables.log.entries(self.taste_id)}
            new = {
                (row, parse_liking(verdict)[1]): (text_id, verdict)
                for row, text_id, (_, verdict) in zip(rows, ids, verdicts, strict=True)
            }
            return self.judge_many([stated for judged, stated in new.items() if judged not in held])

    def undo(self, *, key: str | None = None) -> Feedback | None:
        """Takes back the newest judgement that stands: all is as if it had never been. None where there is
        none.

        key: see `judge`. The text_id is empty where the text was removed since.
        """
        entry = self._learner.undo(key=key)
        if entry is None:
            return None
        found = with_texts(self._workspace.store, [entry])
        return self._feedback(entry, found[0][1].id if found else "")

    @overload
    def value(self, texts: GivenText) -> Value: ...

    @overload
    def value(self, texts: Several[GivenText]) -> Listed[Value]: ...

    def value(self, texts: GivenText | Several[GivenText]) -> Value | Listed[Value]:
        """Returns what texts, in the library or not, are worth to this reader; nothing is stored.

        texts: one, for its Value, or several, for one of each. A string is one text. A text with the same
        words as a stored one has the value that `rank` gives it. Boosts of rules count.
        """
        values = self._valuer.values(texts_of(texts))
        return values[0] if is_one(texts) else Listed(values, VALUE_COLUMNS)

    def why(self, text: TextRef, *, neighbours: int = 3) -> Why:
        """Explains the value of a text of the library: the share of every word, block and rule, and the
        nearest judged texts. text: its id, a Text or a hit.
        """
        with self._workspace.store.reading() as tables:
            row = row_of(tables, text)
        with self._learner.lock:
            view = self._retrieval.view(all=True)
            corpus = view.corpus
            index = np.array([corpus.index_of(row)])
            mean, sd = self._retrieval.value(view, index)
            store, features = self._workspace.store, corpus.features(index)
            hit = hits(store, corpus, index, mean, sd)[0]
            shares = shares_of(hit.text, row, features, view, self._learner.taste, self._workspace)
            description = self._learner.description
            fits = None if description is None else description.fit(features)
            judged = self._learner.verdicts.values()
            liked = nearest_judged(store, corpus, index, judged, neighbours, liked=True)
            disliked = nearest_judged(store, corpus, index, judged, neighbours, liked=False)
        return Why(hit, sum(share.amount for share in shares), shares, liked, disliked, fits)

    def explain(self, text: GivenText) -> Explanation:
        """Explains the value, as `value` gives it, of a text that need not be in the library; nothing is
        stored.
        """
        return self._valuer.explain(one_text(text))

    def logits(self, texts: GivenText | Several[GivenText]) -> LibraryLogits:
        """Returns the log odds of a like, by taste alone, of some texts, or one, and of all in the library.

        Costs a pass over all texts, some thousand at a time.
        """
        return self._valuer.logits(texts_of(texts))

    @property
    def rules(self) -> ReaderRules:
        """The rules beside this taste: to list, add, remove, suggest, accept or veto."""
        return ReaderRules(self._workspace.store, self.taste_id, self._likings)

    def judged(self) -> Listed[Feedback]:
        """Returns the judgements that stand, oldest first; those of removed texts are not among them."""
        judgements = [self._feedback(entry, text.id) for entry, text in self._standing()]
        return Listed(judgements, FEEDBACK_COLUMNS)

    def _named(self, verdicts: Sequence[tuple[TextRef, str | float]]) -> tuple[list[str], list[int]]:
        """Returns the ids and the rows of the texts of some verdicts."""
        if is_one(verdicts) or any(is_one(pair) for pair in verdicts):
            raise TypeError(
                "judgements are a list of pairs, [(text, 'like')]; one alone is judge(text, 'like')"
            )
        with self._workspace.store.reading() as tables:
            rows = rows_of(tables, [text for text, _ in verdicts])
            ids = tables.texts.ids(rows)
        return [ids[row] for row in rows], rows

    def _standing(self) -> list[tuple[Entry, Text]]:
        """Returns the entries that stand and whose texts are still there, oldest first, with these."""
        with self._learner.lock:
            self._learner.corpus()
            entries = sorted(self._learner.verdicts.values(), key=lambda entry: entry.entry)
        return with_texts(self._workspace.store, entries)

    def _likings(self) -> list[tuple[Text, float | None]]:
        return [(text, entry.liking) for entry, text in self._standing()]

    def _feedback(self, entry: Entry, text_id: str) -> Feedback:
        return feedback(self.name, self.taste_name, entry, text_id)
