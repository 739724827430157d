"""Learner: one taste, kept at the head of its part of the log."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import numpy as np

from palate.feature.keyword import hash_terms
from palate.features import Features
from palate.feedback import Kind
from palate.parts import Matrix
from palate.store.log import Entry, Prediction, standing_entries
from palate.store.readers import TasteRow
from palate.taste.choose import SERVINGS, make_contest, members_of
from palate.threads import one_thread
from palate.workspace.corpus import Corpus
from palate.workspace.top import TopK

if TYPE_CHECKING:
    from palate.library import Library

DESCRIPTION_WEIGHT = 2.0  # what the reader wrote of a taste counts as this many judgements
# more judgements at once are learned without being predicted: an import says nothing of who predicts best
BULK = 100


class Learner:
    """A contest of tastes that has learned what stands in the log, and what each predicted before it did.

    It is learned again from the log when the library has new texts or a new crowd, another process has
    judged, or a judgement was replaced or taken back; else it learns on. Predictions are made once and kept
    in the store, so learning again is quick.

    taste: the contest. scores: of the texts of the corpus, for what is linear in the taste. verdicts: the
    standing judgement of each group of near-copies, by its leader's row. All as of the last call of `corpus`.
    """

    def __init__(self, library: Library, row: TasteRow) -> None:
        self._library, self._number = library, row.number
        self._kind, self._serving = row.kind, row.serving
        self._described = [
            (text, liking) for text, liking in ((row.likes, 1.0), (row.dislikes, -1.0)) if text.strip()
        ]
        self.taste = make_contest(row.kind)
        self.scores = TopK(Features({"semantic": np.zeros((0, 1))}))
        self.verdicts: dict[int, Entry] = {}
        self._corpus: Corpus | None = None
        self._scored: Corpus | None = None  # what scores is of
        self._head = -1  # the log entry up to which the taste has learned

    def corpus(self) -> Corpus:
        """The library's corpus, with the taste at the head of the log."""
        corpus = self._library.corpus()
        if corpus is self._corpus and self._library.store.log.head(self._number) == self._head:
            return corpus
        return self._again(self._library.store.log.predictions(self._number))

    def append(self, verdicts: Sequence[tuple[int, Kind, float | None]]) -> list[Entry]:
        """Predict, learn and log (row, kind, liking) in order, all or none, on disk when this returns.

        A verdict that replaces one is predicted by what is known without the old one; of several of a text
        the last is learned."""
        corpus = self.corpus()
        leaders = [int(corpus.leaders[corpus.place(row)]) for row, _, _ in verdicts]
        if replaced := self.verdicts.keys() & set(leaders):
            corpus = self._again(self._library.store.log.predictions(self._number), without=replaced)
        last = {leader: place for place, leader in enumerate(leaders)}
        self._corpus = None  # until all is well: what is learned now is not in the log yet
        with one_thread():
            taught = [
                (row, liking if last[leader] == place else None, None)
                for place, (leader, (row, _, liking)) in enumerate(zip(leaders, verdicts, strict=True))
            ]
            predictions = self._learn(corpus, taught, predict=len(verdicts) <= BULK)
        head, entries = self._library.store.log.append(self._number, verdicts, predictions)
        if head == self._head:
            self.verdicts.update({leaders[place]: entries[place] for place in sorted(last.values())})
            self._corpus, self._head = corpus, entries[-1].entry if entries else head
        return entries

    def undo(self) -> Entry | None:
        """Take back the newest judgement that stands: all is as if it had never been. None where there is
        none.
        """
        entry = self._library.store.log.undo(self._number)
        if entry is not None:
            self._corpus = None
        return entry

    def serve(self, serving: str) -> None:
        """Serve the blend, the champion or a member by its name from now on. Raises UnknownName."""
        make_contest(self._kind, self._library.corpus().space.background, serving=serving)
        self._library.store.readers.serve(self._number, serving)
        self._serving, self._corpus = serving, None

    def measure_again(self) -> None:
        """Let every taste predict all that stands in the log once more, as if it came anew, and keep that
        instead.
        """
        self._again({}, predict=True)
        teaching = sorted(
            (e for e in self.verdicts.values() if e.liking is not None), key=lambda entry: entry.entry
        )
        names = ",".join(self.taste.names)
        made = [Prediction(names, row.astype("<f4").tobytes()) for row in self.taste.scoreboard.logits]
        self._library.store.log.predict_anew(
            self._number, {e.entry: p for e, p in zip(teaching, made, strict=True)}
        )

    def features(self, corpus: Corpus, contents: Sequence[str]) -> Features:
        """Of texts that need not be in the library."""
        return corpus.space.features(self._library.encode(contents), hash_terms(contents))

    def _again(
        self,
        predictions: dict[int, Prediction],
        *,
        predict: bool = False,
        without: AbstractSet[int] = frozenset(),
    ) -> Corpus:
        """Learn what stands in the log; without: leaders whose verdict is left out."""
        entries = self._library.store.log.entries(self._number)
        corpus = self._library.corpus()  # after the log, so that it has every text that was judged
        background = corpus.space.background
        gone = self._serving not in (*SERVINGS, *members_of(self._kind, background))  # a crowd came, or went
        self.taste = make_contest(self._kind, background, serving="blend" if gone else self._serving)
        latest = {
            int(corpus.leaders[corpus.place(e.row)]): e
            for e in standing_entries(entries)
            if e.row is not None
        }
        standing = sorted(latest.items(), key=lambda item: item[1].entry)
        self.verdicts = {leader: entry for leader, entry in standing if leader not in without}
        with one_thread():
            if self._described:
                likings = np.array([liking for _, liking in self._described])
                features = self.features(corpus, [text for text, _ in self._described])
                unknown = np.full((len(likings), len(self.taste.names)), np.nan)
                self.taste.relearn(features, likings, np.full(len(likings), DESCRIPTION_WEIGHT), unknown)
            self._learn(
                corpus,
                [(e.row, e.liking, predictions.get(e.entry)) for e in self.verdicts.values()],
                predict=predict,
            )
        if corpus is not self._scored:
            self.scores, self._scored = TopK(corpus.features), corpus
        self._corpus, self._head = corpus, entries[-1].entry if entries else 0
        return corpus

    def _learn(
        self,
        corpus: Corpus,
        judged: Sequence[tuple[int | None, float | None, Prediction | None]],
        *,
        predict: bool,
    ) -> list[Prediction | None]:
        """(row, liking, what was predicted) in order; those without a liking teach nothing. Returns the
        predictions of all.
        """
        teaching = [
            (corpus.place(row), liking, said)
            for row, liking, said in judged
            if liking is not None and row is not None
        ]
        if not teaching:
            return [None] * len(judged)
        features = corpus.features[[place for place, _, _ in teaching]]
        likings, weights = np.array([liking for _, liking, _ in teaching]), np.ones(len(teaching))
        if not predict:
            self.taste.relearn(features, likings, weights, self._said([said for _, _, said in teaching]))
            return [None] * len(judged)
        before = len(self.taste.scoreboard)
        self.taste.learn(features, likings, weights)
        names = ",".join(self.taste.names)
        made = iter(
            Prediction(names, row.astype("<f4").tobytes()) for row in self.taste.scoreboard.logits[before:]
        )
        return [next(made) if liking is not None else None for _, liking, _ in judged]

    def _said(self, predictions: Sequence[Prediction | None]) -> Matrix:
        """(n, m) logits in the order of today's members, nan where one took no part or nothing was
        predicted.
        """
        table = np.full((len(predictions), len(self.taste.names)), np.nan, dtype=np.float32)
        columns = {name: column for column, name in enumerate(self.taste.names)}
        for row, said in zip(table, predictions, strict=True):
            if said is not None:
                for name, logit in zip(
                    said.tastes.split(","), np.frombuffer(said.logits, "<f4"), strict=True
                ):
                    if name in columns:
                        row[columns[name]] = logit
        return table
