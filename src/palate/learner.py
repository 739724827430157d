"""Learner: one taste, kept at the head of its part of the log."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from palate.description.description import Description, describe
from palate.description.feedback import BEST_TEXTS
from palate.description.interests import read_interests
from palate.description.query import Query
from palate.features import Features
from palate.feedback import standing
from palate.memory import nbytes_of
from palate.parts import Matrix
from palate.rule import Rule
from palate.store.log import Entry, LogState, Prediction, Verdict
from palate.store.readers import TasteRow
from palate.store.state import StoreState
from palate.taste.choose import SERVINGS, make_contest, members_of
from palate.workspace.corpus import Corpus
from palate.workspace.top import TopK
from palate.workspace.workspace import Workspace

# more at once are learned without being predicted: an import does not say who predicts best
BULK_JUDGEMENTS = 100


class _LearnedFrom(NamedTuple):
    """What the taste has learned from: equal ones, and an equal head, need nothing done.

    removed: the newest entry of the removals, and how many judgements were forgotten with their texts.
    """

    generation_id: int
    encoder_id: int
    crowd: object
    removed: tuple[int, int]


class Learner:
    """A contest of tastes that has learned what stands in the log, and what each predicted before it did.

    State is a function of the log up to `head` and of the generation of the corpus. Judgements of other
    processes are learned like those of one's own; the taste is learned again from the log when a judgement
    was replaced or taken back, when texts were removed, and when there is a new generation or crowd.
    Predictions are made once and kept in the store, so learning again is quick.

    Calls of several threads run one after the other; hold `lock` for several calls that belong together.
    used: is told of each use.

    taste: the contest. description: what the reader wrote, None where nothing was. top: the best texts by
    what is linear in the taste. verdicts: the judgement that stands for each group of near-copies, by the row
    of its representative. rules: the accepted ones. All as of the last call of `corpus`."""

    def __init__(
        self, workspace: Workspace, row: TasteRow, used: Callable[["Learner"], None] = lambda _: None
    ) -> None:
        self.lock = RLock()
        self.taste_id = row.taste_id
        self._workspace, self._used = workspace, used
        self._kind, self._serving = row.kind, row.serving
        self.release()
        self.describe(row.likes, row.dislikes)

    def release(self) -> None:
        """Lets go of all that was learned; the next call learns it again from the log."""
        with self.lock:
            self.taste = make_contest(self._kind)
            self.top = TopK()
            self.description: Description | None = None
            self.verdicts: dict[int, Entry] = {}
            self.rules: list[Rule] = []
            self._learned: _LearnedFrom | None = None
            self.head = 0  # the log entry up to which the taste has learned

    def release_if_idle(self) -> bool:
        """Lets go of all that was learned, unless another thread is using it; returns whether it did."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            self.release()
            return True
        finally:
            self.lock.release()

    def describe(self, likes: str, dislikes: str) -> None:
        """Takes what the reader wrote of the taste, in place of what was written before."""
        with self.lock:
            self._interests, self._learned = read_interests(likes, dislikes), None

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the taste and its scores hold, about."""
        return self.top.nbytes + nbytes_of(self.taste)

    def corpus(self) -> Corpus:
        """Returns the corpus, with the taste at the head of the log."""
        with self.lock:
            with self._workspace.store.reading() as tables:
                state, log = tables.state(), tables.log.state(self.taste_id)
                stored = tables.rules.of(self.taste_id)
            self.rules = [each.rule for each in stored if each.state == "accepted"]
            corpus = self._workspace.corpus(state)
            learned = self._key(corpus, state, log)
            if learned != self._learned or not (log.head == self.head or self._caught_up(corpus)):
                corpus = self._relearn()
            self._used(self)
            return corpus

    def append(self, verdicts: Sequence[Verdict], *, key: str | None = None) -> list[Entry]:
        """Predicts, learns and logs judgements in order, all or none, on disk when this returns.

        A judgement that replaces one is predicted by what is known without the old one; of several of a text
        the last is learned. key: of the request; a repeated one returns what was logged the first time."""
        with self.lock:
            corpus = self.corpus()
            groups = [self._group(corpus, verdict.row) for verdict in verdicts]
            if replaced := self.verdicts.keys() & set(groups):
                corpus = self._relearn(without=replaced)
            last = {group: index for index, group in enumerate(groups)}
            learned, self._learned = self._learned, None  # until all is well: this is not in the log yet
            judged = [
                _Judged(verdict.row, verdict.liking if last[group] == index else None, verdict.weight, None)
                for index, (group, verdict) in enumerate(zip(groups, verdicts, strict=True))
            ]
            predictions = self._learn(corpus, judged, predict=len(verdicts) <= BULK_JUDGEMENTS)
            with self._workspace.store.writing() as tables:
                appended = tables.log.append(self.taste_id, verdicts, predictions, key=key)
            entries = appended.entries
            if appended.head_before == self.head and not appended.repeated:
                self.verdicts.update({groups[index]: entries[index] for index in sorted(last.values())})
                self._learned, self.head = learned, entries[-1].entry if entries else self.head
            return list(entries)

    def undo(self, *, key: str | None = None) -> Entry | None:
        """Takes back the newest judgement that stands: all is as if it had never been. None where there is
        none.
        """
        with self.lock:
            with self._workspace.store.writing() as tables:
                undone = tables.log.undo(self.taste_id, key=key)
            if undone.undone is not None:
                self._learned = None
            return undone.undone

    def serve(self, serving: str) -> None:
        """Serves the blend, the champion or a member by its name from now on. Raises UnknownName."""
        with self.lock:
            corpus = self._workspace.corpus()
            make_contest(self._kind, corpus.space.background, serving, self._described(corpus))
            with self._workspace.store.writing() as tables:
                tables.readers.serve(self.taste_id, serving)
            self._serving, self._learned = serving, None

    def measure_again(self) -> None:
        """Lets every taste predict all that stands in the log once more, as if it came anew, and keeps that
        instead.
        """
        with self.lock:
            self._relearn(predict=True)
            teaching = sorted(entry.entry for entry in self.verdicts.values() if entry.liking is not None)
            names = ",".join(self.taste.names)
            made = [Prediction(names, row.astype("<f4").tobytes()) for row in self.taste.scoreboard.logits]
            with self._workspace.store.writing() as tables:
                tables.log.replace_predictions(self.taste_id, dict(zip(teaching, made, strict=False)))

    def _described(self, corpus: Corpus) -> Description | None:
        """What the reader wrote, as it scores the texts of a corpus; None where nothing was written."""
        if not any(self._interests):
            return None

        def best(query: Query) -> Features:
            scores, _ = corpus.scores(query.weights)
            fitted = np.flatnonzero(corpus.shown[: corpus.n_fitted])
            return corpus.features(fitted[np.argsort(-scores[fitted], kind="stable")[:BEST_TEXTS]])

        return describe(self._interests, corpus.space, self._workspace.encode, best)

    def _key(self, corpus: Corpus, state: StoreState, log: LogState) -> _LearnedFrom:
        encoder_id = self._workspace.encoding.cached.encoder_id
        removed = state.last_removal, log.n_forgotten
        return _LearnedFrom(corpus.generation_id, encoder_id, corpus.crowd_source, removed)

    def _group(self, corpus: Corpus, row: int) -> int:
        return self._workspace.representatives(corpus, [row]).get(row, row)

    def _caught_up(self, corpus: Corpus) -> bool:
        """Learns what came to the log since; False, and nothing is learned, where it changes what was
        there.
        """
        with self._workspace.store.reading() as tables:
            entries = tables.log.entries(self.taste_id, after=self.head)
            predictions = tables.log.predictions(self.taste_id, after=self.head)
        rows = [entry.row for entry in entries if entry.row is not None]
        groups = self._workspace.representatives(corpus, rows)
        new = [groups.get(row, row) for row in rows]
        if len(rows) < len(entries) or len(set(new)) < len(new) or self.verdicts.keys() & set(new):
            return False
        self._learn(corpus, [_judged(entry, predictions) for entry in entries], predict=False)
        self.verdicts.update(zip(new, entries, strict=True))
        self.head = entries[-1].entry if entries else self.head
        return True

    def _relearn(self, *, predict: bool = False, without: AbstractSet[int] = frozenset()) -> Corpus:
        """Learns what stands in the log anew. without: representatives whose judgement is left out."""
        with self._workspace.store.reading() as tables:
            state, log = tables.state(), tables.log.state(self.taste_id)
            entries = tables.log.entries(self.taste_id)
            predictions = {} if predict else tables.log.predictions(self.taste_id)
        corpus = self._workspace.corpus(state)
        background = corpus.space.background
        members = members_of(self._kind, background, described=bool(any(self._interests)))
        gone = self._serving not in (*SERVINGS, *members)  # a crowd or a description came, or went
        self.description = self._described(corpus)
        serving = "blend" if gone else self._serving
        self.taste = make_contest(self._kind, background, serving, self.description)
        groups = self._workspace.representatives(corpus, [e.row for e in entries if e.row is not None])
        verdicts = standing(entries, lambda row: groups.get(row, row))
        self.verdicts = {group: entry for group, entry in verdicts.items() if group not in without}
        self._learn(
            corpus, [_judged(entry, predictions) for entry in self.verdicts.values()], predict=predict
        )
        self._learned = self._key(corpus, state, log)
        self.head = log.head
        return corpus

    def _learn(
        self, corpus: Corpus, judged: Sequence["_Judged"], *, predict: bool
    ) -> list[Prediction | None]:
        """Learns judgements in order; those without a liking teach nothing. Returns the predictions of
        all.
        """
        teaching = [one for one in judged if one.liking is not None]
        features = self._features(corpus, teaching)
        if features is None:
            return [None] * len(judged)
        known, rows = features
        teaching = [one for one in teaching if one.row in known]
        likings = np.array([one.liking for one in teaching], dtype=np.float64)
        weights = np.array([one.weight for one in teaching], dtype=np.float64)
        if not predict:
            self.taste.relearn(rows, likings, weights, self._predicted([one.prediction for one in teaching]))
            return [None] * len(judged)
        before = len(self.taste.scoreboard)
        self.taste.learn(rows, likings, weights)
        names = ",".join(self.taste.names)
        made = iter(self.taste.scoreboard.logits[before:])
        return [
            Prediction(names, next(made).astype("<f4").tobytes())
            if one.liking is not None and one.row in known
            else None
            for one in judged
        ]

    def _features(self, corpus: Corpus, judged: Sequence["_Judged"]) -> tuple[set[int], Features] | None:
        """Returns the rows that can be learned from, and the features of the texts of those; None for
        none.
        """
        if not judged:
            return None
        known, features = self._workspace.features_of(corpus, [one.row for one in judged])
        return (set(known), features) if known else None

    def _predicted(self, predictions: Sequence[Prediction | None]) -> Matrix:
        """Returns (n, m) logits in the order of today's members, nan where one took no part or none is
        known.
        """
        table = np.full((len(predictions), len(self.taste.names)), np.nan, dtype=np.float32)
        columns = {name: column for column, name in enumerate(self.taste.names)}
        for row, prediction in zip(table, predictions, strict=True):
            if prediction is not None:
                logits = np.frombuffer(prediction.logits, "<f4")
                for name, logit in zip(prediction.tastes.split(","), logits, strict=True):
                    if name in columns:
                        row[columns[name]] = logit
        return table


class _Judged(NamedTuple):
    """One judgement to be learned. liking: None where it teaches nothing. prediction: where it was made
    before.
    """

    row: int
    liking: float | None
    weight: float
    prediction: Prediction | None


def _judged(entry: Entry, predictions: Mapping[int, Any]) -> _Judged:
    assert entry.row is not None
    return _Judged(entry.row, entry.liking, entry.weight, predictions.get(entry.entry))
