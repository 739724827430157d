"""Reader: the main path. Texts are valued, the reader judges, the taste learns, the ranking changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from palate.corpus import Corpus
from palate.errors import at_least_one
from palate.explain import contributions
from palate.feature.keyword import hash_terms
from palate.features import Features
from palate.feedback import Feedback, parse_liking
from palate.parts import Rows, Vector
from palate.question.uncertainty import Uncertainty
from palate.store.log import Entry, standing_entries
from palate.store.readers import TasteRow
from palate.taste.choose import make_taste
from palate.text import Text
from palate.threads import one_thread
from palate.value import Found, Hit, Value, Why

if TYPE_CHECKING:
    from palate.library import Library

DESCRIPTION_WEIGHT = 2.0  # what the reader wrote of a taste counts as this many judgements
ASKABLE = 500  # texts nearest to even odds, among which a question is chosen


class Reader:
    """One reader's view of a library: one taste, learned from that reader's part of the log.

    Get it from `Library.reader`. A judgement is on disk when `judge` returns. The taste is relearned from the log when the
    library has new texts, another process has judged, or a judgement was replaced or taken back; else it learns on.

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
        self._library = library
        self._number = row.number
        self._described = [(text, liking) for text, liking in ((row.likes, 1.0), (row.dislikes, -1.0)) if text.strip()]
        self._kind = row.kind
        self._taste = make_taste(row.kind)
        self._corpus: Corpus | None = None
        self._head = -1  # the log entry up to which the taste has learned
        self._verdicts: dict[int, Entry] = {}  # the standing judgement of each group, by its leader's row

    def rank(self, limit: int = 20, *, all: bool = False) -> list[Hit]:
        """The best texts, best first; equal ones newest first. all: also those judged or skipped before."""
        at_least_one(limit)
        corpus = self._learned()
        with one_thread():
            logits = self._taste.logits(corpus.features)
            places = _largest(logits, self._open(corpus, all), limit)
            places = places[np.lexsort((-places, -logits[places]))]
            mean, sd = self._taste.value(corpus.features[places])
        return self._hits(corpus, places, mean, sd)

    def ask(self, n: int = 1) -> list[Hit]:
        """The n texts whose judgement would teach most, most first."""
        at_least_one(n)
        corpus = self._learned()
        with one_thread():
            logits = self._taste.logits(corpus.features)
            candidates = _largest(-np.abs(logits), self._open(corpus, False), max(ASKABLE, n))
            mean, sd = self._taste.value(corpus.features[candidates])
            chosen = Uncertainty().choose(mean, sd, n)
        return self._hits(corpus, candidates[chosen], mean[chosen], sd[chosen])

    def judge(self, text_id: str, verdict: str | float) -> Feedback:
        """Take in one judgement: like, dislike, skip or a number in [-1, 1]; it replaces an earlier one of the text or a copy.

        Raises BadValue for another verdict, UnknownName for an id that is not in the library.
        """
        return self.judge_many([(text_id, verdict)])[0]

    def judge_many(self, verdicts: Sequence[tuple[str, str | float]]) -> list[Feedback]:
        """Take in judgements in order, all or none, on disk when this returns."""
        parsed = [(self._library.row_of(text_id), *parse_liking(verdict)) for text_id, verdict in verdicts]
        corpus = self._learned()
        head, entries = self._library.store.log.append(self._number, parsed)
        if head == self._head:
            with one_thread():
                self._learn_on(corpus, entries)
        return [self._feedback(entry, text_id) for entry, (text_id, _) in zip(entries, verdicts, strict=True)]

    def undo(self) -> Feedback | None:
        """Take back the newest judgement that stands: all is as if it had never been. None where there is none."""
        entry = self._library.store.log.undo(self._number)
        if entry is None or entry.row is None:
            return None
        self._corpus = None
        return self._feedback(entry, self._library.store.texts.get([entry.row])[entry.row].id)

    def value(self, texts: Sequence[str | Text]) -> list[Value]:
        """What texts that need not be in the library are worth to this reader; nothing is stored."""
        corpus = self._learned()
        contents = [text.content if isinstance(text, Text) else text for text in texts]
        with one_thread():
            mean, sd = self._taste.value(self._features(corpus, contents))
        return [Value(float(m), float(s)) for m, s in zip(mean, sd, strict=True)]

    def why(self, text_id: str, *, neighbours: int = 3) -> Why:
        """What makes the value of a text: every word's and block's share, and the nearest judged texts."""
        row = self._library.row_of(text_id)
        corpus = self._learned()
        place = corpus.place(row)
        with one_thread():
            features = corpus.features[[place]]
            mean, sd = self._taste.value(features)
            base, weights = self._taste.explain()
            hit = self._hits(corpus, np.array([place]), mean, sd)[0]
            shares = contributions(hit.text.content, corpus, features, base, weights, self._library.encoder)
        logit = sum(share.amount for share in shares)
        liked = self._nearest(corpus, place, neighbours, lambda liking: liking > 0)
        disliked = self._nearest(corpus, place, neighbours, lambda liking: liking < 0)
        return Why(hit, logit, shares, liked, disliked)

    @property
    def dropped(self) -> int:
        """How many of the oldest judgements no longer weigh in, since the taste can hold no more; the log keeps them."""
        self._learned()
        return self._taste.dropped

    def judged(self) -> list[Feedback]:
        """The judgements that stand, oldest first."""
        self._learned()
        entries = sorted(self._verdicts.values(), key=lambda entry: entry.entry)
        texts = self._library.store.texts.get([entry.row for entry in entries if entry.row is not None])
        return [self._feedback(entry, texts[entry.row].id) for entry in entries if entry.row is not None]

    def _learned(self) -> Corpus:
        """The library's corpus, with the taste at the head of the log."""
        corpus = self._library.corpus()
        if corpus is self._corpus and self._library.store.log.head(self._number) == self._head:
            return corpus
        entries = self._library.store.log.entries(self._number)
        corpus = self._library.corpus()  # after the log, so that it has every text that was judged
        self._taste = make_taste(self._kind, corpus.space.background)
        self._verdicts = {}
        self._corpus = corpus
        with one_thread():
            if self._described:
                likings = np.array([liking for _, liking in self._described])
                features = self._features(corpus, [text for text, _ in self._described])
                self._taste.learn(features, likings, np.full(len(likings), DESCRIPTION_WEIGHT))
            latest = {self._leader(corpus, entry): entry for entry in standing_entries(entries)}
            self._learn_on(corpus, sorted(latest.values(), key=lambda entry: entry.entry))
        self._head = entries[-1].entry if entries else 0
        return corpus

    def _learn_on(self, corpus: Corpus, entries: Sequence[Entry]) -> None:
        """Learn entries that come after all that was learned; where one replaces a verdict, the log is learned anew later."""
        teaching = [entry for entry in entries if entry.liking is not None]
        leaders = [self._leader(corpus, entry) for entry in entries]
        if len(set(leaders)) < len(leaders) or any(leader in self._verdicts for leader in leaders):
            self._corpus = None
            return
        self._verdicts.update(zip(leaders, entries, strict=True))
        if teaching:
            places = [corpus.place(entry.row) for entry in teaching if entry.row is not None]
            likings = np.array([entry.liking for entry in teaching], dtype=np.float64)
            self._taste.learn(corpus.features[places], likings, np.array([entry.weight for entry in teaching]))
        if entries:
            self._head = entries[-1].entry

    def _leader(self, corpus: Corpus, entry: Entry) -> int:
        assert entry.row is not None
        return int(corpus.leaders[corpus.place(entry.row)])

    def _open(self, corpus: Corpus, all: bool) -> Rows:
        """Places that may be shown: the first text of each group, and unless `all` only of groups without a verdict."""
        shown = corpus.leads.copy()
        if not all:
            shown[[corpus.place(leader) for leader in self._verdicts]] = False
        return np.flatnonzero(shown)

    def _features(self, corpus: Corpus, contents: Sequence[str]) -> Features:
        return corpus.space.features(self._library.encode(contents), hash_terms(contents))

    def _hits(self, corpus: Corpus, places: Rows, mean: Vector, sd: Vector) -> list[Hit]:
        rows = corpus.rows[places].tolist()
        groups = [[row, *corpus.followers[row]] if row in corpus.followers else [] for row in rows]
        texts = self._library.store.texts.get({row for group in groups for row in group} | set(rows))
        return [
            Hit(texts[row], Value(float(m), float(s)), tuple(texts[other].id for other in group))
            for row, m, s, group in zip(rows, mean, sd, groups, strict=True)
        ]

    def _nearest(self, corpus: Corpus, place: int, n: int, wanted: Callable[[float], bool]) -> tuple[Found, ...]:
        rows = [entry.row for entry in self._verdicts.values() if entry.liking is not None and wanted(entry.liking) and entry.row]
        places = np.array([corpus.place(row) for row in rows if corpus.place(row) != place], dtype=np.int64)
        cosine = corpus.vectors[places] @ corpus.vectors[place]
        nearest = places[np.argsort(-cosine, kind="stable")][:n]
        texts = self._library.store.texts.get(corpus.rows[nearest].tolist())
        return tuple(Found(texts[int(corpus.rows[p])], float(corpus.vectors[p] @ corpus.vectors[place])) for p in nearest)

    def _feedback(self, entry: Entry, text_id: str) -> Feedback:
        return Feedback(
            entry.entry, self.name, self.taste_name, text_id, entry.kind, entry.liking, entry.weight, entry.given_at, entry.undoes
        )


def _largest(scores: Vector, places: Rows, n: int) -> Rows:
    """The n of the places with the largest scores, in no order; of equal ones the last places."""
    if len(places) <= n:
        return places
    found = scores[places]
    cut = np.partition(found, len(found) - n)[len(found) - n]
    above, level = places[found > cut], places[found == cut]
    return np.concatenate([above, level[len(level) - (n - len(above)) :]])
