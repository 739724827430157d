"""Reader: the main path. Texts are valued, the reader judges, the taste learns, the ranking changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from palate.errors import UnknownName, check_limit
from palate.explain import contributions
from palate.feedback import Feedback, parse_liking
from palate.insight.drift import TasteChange, detect_changes
from palate.learner import Learner
from palate.parts import Candidates, Rows, Vector
from palate.question.choose import DEFAULT_QUESTION, make_question
from palate.question.stopping import RecallEstimate, estimate_recall
from palate.rule import Rule
from palate.rules.matcher import Effect, shifted
from palate.store.log import Entry, Verdict
from palate.store.readers import TasteRow
from palate.taste.leaderboard import Place, leaderboard
from palate.text import Text
from palate.value import Hit, Ranking, SimilarText, Value, Why
from palate.workspace.corpus import Corpus, Mask
from palate.workspace.reading import moment_of
from palate.workspace.workspace import Workspace

ASKABLE_TEXTS = 500  # among which a question is chosen
NONLINEAR_TEXTS = 300  # best by what is linear in a taste, among which all of it decides


@dataclass(frozen=True, eq=False)
class _View:
    """What one call goes by. candidates: (n texts,) which may be shown."""

    corpus: Corpus
    effect: Effect
    candidates: Mask


class Reader:
    """One reader's view of a library: one taste, learned from that reader's part of the log.

    Get it from `Library.reader`. A judgement is on disk when `judge` returns. Any number of threads may use readers;
    the calls of one taste run one after the other.

    >>> import palate
    >>> library = palate.open(":memory:")
    >>> report = library.add(["A cat and her kittens asleep.", "Kittens at play in the garden.", "Bond yields rose."])
    >>> me = library.reader("me", likes="cats")
    >>> [hit.text.body for hit in me.rank(limit=2)]
    ['A cat and her kittens asleep.', 'Kittens at play in the garden.']
    """

    def __init__(self, workspace: Workspace, learner: Learner, row: TasteRow) -> None:
        self.name = row.reader
        self.taste_name = row.name
        self.taste_id = row.taste_id
        self._workspace = workspace
        self._learner = learner

    def rank(self, limit: int = 20, *, all: bool = False, exact: bool = False) -> Ranking:
        """Returns the best texts, best first; equal ones newest first. all: also those judged or skipped before.

        What a rule keeps stands above all others, what one blocks is not there. In a store of more than 200,000 texts the
        answer after a judgement may come before every text was read; its `exact` then says so. exact: read them all
        where that is needed to be sure.
        """
        check_limit(limit)
        with self._learner.lock:
            view = self._view(all)
            indices, proven = self._best(view, limit, exact=exact)
            mean, sd = self._value(view, indices)
        kept = view.effect.kept(indices)
        order = np.lexsort((-indices, -mean.round(12), ~kept))[:limit]
        return Ranking(self._hits(view.corpus, indices[order], mean[order], sd[order]), exact=proven)

    def ask(self, n: int = 1, *, strategy: str = DEFAULT_QUESTION) -> list[Hit]:
        """Returns the n texts whose judgement would teach most, most first; of near-copies one.

        strategy: see question/choose.py. Chance is drawn by the number of judgements, so asking twice asks the same. Raises
        UnknownName for a strategy that is not there.
        """
        check_limit(n)
        question = make_question(strategy)
        with self._learner.lock:
            view = self._view(all=False)
            rng = np.random.default_rng([self.taste_id, len(self._learner.verdicts)])
            indices = self._askable(view, question.pool, max(ASKABLE_TEXTS, n), rng)
            mean, sd = self._value(view, indices)
            corpus = view.corpus
            candidates = Candidates(mean, sd, corpus.features(indices), corpus.vectors(indices))
            chosen = question.choose(candidates, n, rng)
        return self._hits(corpus, indices[chosen], mean[chosen], sd[chosen])

    def judge(
        self, text_id: str, verdict: str | float, *, weight: float = 1.0, key: str | None = None
    ) -> Feedback:
        """Records one judgement: like, dislike, skip or a number in [-1, 1]; it replaces an earlier one of the text or of a
        copy of it.

        weight: how much it counts, above 0. key: of the request, so that one that is sent again counts once. Raises
        BadValue for another verdict or weight, UnknownName for an id that is not in the library.
        """
        return self.judge_many([(text_id, verdict)], weight=weight, key=key)[0]

    def judge_many(
        self, verdicts: Sequence[tuple[str, str | float]], *, weight: float = 1.0, key: str | None = None
    ) -> list[Feedback]:
        """Records judgements in order, all or none, on disk when this returns. weight, key: see `judge`."""
        rows = self._rows_of([text_id for text_id, _ in verdicts])
        stated = [
            Verdict(row, *parse_liking(verdict), weight)
            for row, (_, verdict) in zip(rows, verdicts, strict=True)
        ]
        entries = self._learner.append(stated, key=key)
        return [self._feedback(entry, text_id) for entry, (text_id, _) in zip(entries, verdicts, strict=True)]

    def undo(self, *, key: str | None = None) -> Feedback | None:
        """Takes back the newest judgement that stands: all is as if it had never been. None where there is none.

        key: see `judge`.
        """
        entry = self._learner.undo(key=key)
        if entry is None or entry.row is None:
            return None
        return self._feedbacks([entry])[0]

    def value(self, texts: Sequence[str | Text]) -> list[Value]:
        """Returns what texts, in the library or not, are worth to this reader; nothing is stored.

        A text with the same words as a stored one has the value that `rank` gives it. Boosts of rules count.
        """
        given = [text if isinstance(text, Text) else Text.of(text) for text in texts]
        with self._learner.lock:
            view = self._view(all=True)
            stored = self._stored(view.corpus, given)
            new = [index for index, text in enumerate(given) if text.content_hash not in stored]
            mean, sd = np.zeros(len(given)), np.zeros(len(given))
            known = [index for index, text in enumerate(given) if text.content_hash in stored]
            if known:
                indices = np.array([stored[given[index].content_hash] for index in known])
                mean[known], sd[known] = self._value(view, indices)
            if new:
                mean[new], sd[new] = self._value_of_new(view.corpus, [given[index] for index in new])
        return [Value(float(m), float(s)) for m, s in zip(mean, sd, strict=True)]

    def why(self, text_id: str, *, neighbours: int = 3) -> Why:
        """Explains the value of a text: the share of every word, block and rule, and the nearest judged texts."""
        row = self._rows_of([text_id])[0]
        with self._learner.lock:
            view = self._view(all=True)
            corpus = view.corpus
            index = np.array([corpus.index_of(row)])
            mean, sd = self._value(view, index)
            hit = self._hits(corpus, index, mean, sd)[0]
            encoder = self._workspace.encoder
            learned = contributions(
                hit.text.content, corpus, corpus.features(index), self._learner.taste, encoder
            )
            liked = self._nearest(corpus, index, neighbours, lambda liking: liking > 0)
            disliked = self._nearest(corpus, index, neighbours, lambda liking: liking < 0)
        ruled = self._workspace.rules.shares(self._rules(), row)
        shares = tuple(sorted([*learned, *ruled], key=lambda share: -abs(share.amount)))
        return Why(hit, sum(share.amount for share in shares), shares, liked, disliked)

    def contest(self) -> list[Place]:
        """Returns how the tastes that compete for this reader stand, lowest loss first."""
        with self._learner.lock:
            self._learner.corpus()
            return leaderboard(self._learner.taste)

    def champions(self) -> list[tuple[int, str]]:
        """Returns (judgements before it, name) of each champion so far, the first first."""
        with self._learner.lock:
            self._learner.corpus()
            return list(self._learner.taste.champions)

    def progress(self) -> RecallEstimate:
        """Returns how much of what this reader would like has been seen; skipped and blocked texts do not count."""
        with self._learner.lock:
            view = self._view(all=False)
            verdicts = self._learner.verdicts.values()
            liked = [entry.liking > 0 for entry in verdicts if entry.liking is not None]
        return estimate_recall(np.array(liked, dtype=np.bool), int(np.count_nonzero(view.candidates)))

    def changes(self) -> list[TasteChange]:
        """Returns where this reader's taste seems to have changed, in judgements that were predicted."""
        with self._learner.lock:
            self._learner.corpus()
            board = self._learner.taste.board
            return detect_changes((1 / (1 + np.exp(-board.blended)) - board.targets) ** 2)

    def serve(self, serving: str) -> None:
        """Serves the blend of the contest, its champion, or one member by its name. Raises UnknownName."""
        self._learner.serve(serving)

    def measure_again(self) -> None:
        """Holds the whole contest once more, from the first judgement: for a store that an older palate wrote."""
        self._learner.measure_again()

    @property
    def dropped(self) -> int:
        """How many of the oldest judgements no longer weigh in, since the taste can hold no more; the log keeps them."""
        with self._learner.lock:
            self._learner.corpus()
            return self._learner.taste.dropped

    def judged(self) -> list[Feedback]:
        """Returns the judgements that stand, oldest first; those of removed texts are not among them."""
        with self._learner.lock:
            self._learner.corpus()
            entries = sorted(self._learner.verdicts.values(), key=lambda entry: entry.entry)
        return self._feedbacks(entries)

    def _view(self, all: bool) -> _View:
        """Returns the corpus, what rules do to it and which texts may be shown: unless `all`, of groups without a
        judgement.
        """
        corpus = self._learner.corpus()
        effect = self._workspace.rules.effect(self._rules(), corpus.rows)
        candidates = corpus.shown.copy()
        candidates[effect.blocked_indices] = False
        if not all:
            candidates[corpus.indices_of(list(self._learner.verdicts))] = False
        return _View(corpus, effect, candidates)

    def _rules(self) -> list[Rule]:
        with self._workspace.store.reading() as tables:
            rules = tables.rules.of(self.taste_id)
        return [stored.rule for stored in rules if stored.state == "accepted"]

    def _best(self, view: _View, n: int, *, exact: bool) -> tuple[Rows, bool]:
        """Returns the indices of at least the n best candidates, in no order, and whether that is proven."""
        corpus, taste = view.corpus, self._learner.taste
        nonlinear = bool(len(corpus)) and bool(taste.nonlinear_shares(corpus.features(np.zeros(1, np.int64))))
        n = max(n, NONLINEAR_TEXTS) if nonlinear else n
        weights, shift = taste.explain()[1], _shift(view)
        best = self._learner.top.best(corpus, weights, shift, view.candidates, n, exact=exact)
        if self._learner.top.pass_is_due:
            self._pass_aside(corpus)
        kept = view.effect.kept_indices[view.candidates[view.effect.kept_indices]]
        if len(kept) > n:
            kept = kept[np.argsort(-corpus.scores_at(weights, kept), kind="stable")[:n]]
        return np.union1d(best.indices, kept).astype(np.int64), best.exact

    def _pass_aside(self, corpus: Corpus) -> None:
        learner, weights = self._learner, self._learner.taste.explain()[1]

        def passed() -> None:
            made = learner.top.made(corpus, weights)
            with learner.lock:
                learner.top.take(made)

        self._workspace.passes.begin(passed)

    def _askable(self, view: _View, pool: str, n: int, rng: np.random.Generator) -> Rows:
        """Returns the indices of about n texts among which to ask, ascending."""
        if pool == "best":
            return np.sort(self._best(view, n, exact=False)[0])
        candidates = np.flatnonzero(view.candidates)
        if pool == "all":
            return np.sort(rng.permutation(candidates)[:n])
        base, weights = self._learner.taste.explain()
        scores = self._learner.top.estimates(view.corpus, weights)[candidates]
        scores = base + scores + view.effect.added(candidates)
        return np.sort(candidates[_nearest_to_even(scores, n)])

    def _value(self, view: _View, indices: Rows) -> tuple[Vector, Vector]:
        mean, sd = self._learner.taste.value(view.corpus.features(indices))
        return shifted(mean, sd, view.effect.added(indices))

    def _value_of_new(self, corpus: Corpus, texts: Sequence[Text]) -> tuple[Vector, Vector]:
        moments = [moment_of(text.published) for text in texts]
        features = self._workspace.features(corpus, [text.content for text in texts], moments)
        boosts = [rule for rule in self._rules() if rule.action == "boost"]
        added = [sum(rule.amount for rule in boosts if rule.matches(text)) for text in texts]
        return shifted(*self._learner.taste.value(features), np.array(added, dtype=np.float64))

    def _stored(self, corpus: Corpus, texts: Sequence[Text]) -> dict[str, int]:
        """Returns, by content hash, the indices of the texts that the corpus has."""
        with self._workspace.store.reading() as tables:
            rows = tables.texts.rows_by_content([text.content_hash for text in texts])
        hashes = {row: content_hash for content_hash, row in rows.items()}
        indices = corpus.indices_of(list(hashes))
        return {hashes[int(corpus.rows[index])]: int(index) for index in indices}

    def _rows_of(self, text_ids: Sequence[str]) -> list[int]:
        with self._workspace.store.reading() as tables:
            rows = [tables.texts.row_of(text_id) for text_id in text_ids]
        for text_id, row in zip(text_ids, rows, strict=True):
            if row is None:
                raise UnknownName(
                    f"there is no text with the id {text_id!r}; palate rank and palate find show ids"
                )
        return [row for row in rows if row is not None]

    def _hits(self, corpus: Corpus, indices: Rows, mean: Vector, sd: Vector) -> list[Hit]:
        rows = corpus.rows[indices].tolist()
        copies = corpus.copies(rows)
        groups = [[row, *copies[row]] if row in copies else [] for row in rows]
        with self._workspace.store.reading() as tables:
            texts = tables.texts.get({row for group in groups for row in group} | set(rows))
        return [
            Hit(
                texts[row],
                Value(float(m), float(s)),
                tuple(texts[copy].id for copy in group if copy in texts),
            )
            for row, m, s, group in zip(rows, mean, sd, groups, strict=True)
            if row in texts
        ]

    def _nearest(
        self, corpus: Corpus, index: Rows, n: int, wanted: Callable[[float], bool]
    ) -> tuple[SimilarText, ...]:
        """Returns the nearest of the judged texts whose liking is wanted."""
        entries = self._learner.verdicts.values()
        rows = [
            entry.row for entry in entries if entry.liking is not None and wanted(entry.liking) and entry.row
        ]
        judged = corpus.indices_of(rows)
        judged = judged[(judged != index[0]) & ~corpus.removed[judged]]
        cosine = corpus.vectors(judged) @ corpus.vectors(index)[0]
        order = np.argsort(-cosine, kind="stable")[:n]
        with self._workspace.store.reading() as tables:
            texts = tables.texts.get(corpus.rows[judged[order]].tolist())
        return tuple(SimilarText(texts[int(corpus.rows[judged[i]])], float(cosine[i])) for i in order)

    def _feedbacks(self, entries: Sequence[Entry]) -> list[Feedback]:
        """Returns the entries whose texts are still there."""
        with self._workspace.store.reading() as tables:
            texts = tables.texts.get([entry.row for entry in entries if entry.row is not None])
        return [self._feedback(entry, texts[entry.row].id) for entry in entries if entry.row in texts]

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


def _shift(view: _View) -> Vector | None:
    """Returns what boosts add to the score of each text; None where there are none."""
    if not len(view.effect.boosts):
        return None
    shift = np.zeros(len(view.corpus), np.float32)
    shift[view.effect.boosted_indices] = view.effect.boosts
    return shift


def _nearest_to_even(logits: Vector, n: int) -> Rows:
    """Returns the indices of the n logits nearest to 0; of equal ones the last."""
    return np.lexsort((-np.arange(len(logits)), np.abs(logits)))[:n]
