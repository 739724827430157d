"""Library: the texts, their vectors and the readers of one store."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.encoder.choose import full_name, make_encoder
from palate.errors import UnknownName, at_least_one
from palate.feature.keyword import HASHING, hash_terms
from palate.open_store import OpenStore
from palate.parts import Encoder, Matrix, Vector
from palate.reader import Reader
from palate.results import AddReport, CrowdStatus, Finding, RemoveReport
from palate.rules.matcher import RuleMatcher
from palate.source import Columns, Fetcher, open_source
from palate.store.health import examine
from palate.store.sqlite import SqliteStore
from palate.taste.choose import DEFAULT_TASTE, make_taste
from palate.text import Text, canonical_url, well_formed
from palate.threads import one_thread
from palate.value import Found
from palate.workspace.adding import Progress, add_texts
from palate.workspace.corpus import Corpus
from palate.workspace.crowd import JUDGEMENTS, READERS, Crowding, CrowdSummary
from palate.workspace.encoding import Encoding
from palate.workspace.reencoding import Encoded, UnderWay, encode_missing

HASHED_AT_ONCE = 5000  # texts in one transaction
FUSED = 100  # how deep the lists of words and of vectors go into a search
RANK_CONSTANT = 60  # of reciprocal rank fusion, as in its paper


class Library(OpenStore):
    """What `palate.open` gives. Many processes may open the same store; texts, feedback and a change of
    encoder by others are seen at the next call.

    path: a file, or ":memory:". encoder: name of the encoder for a new store (see encoder/choose.py); for an
    existing one it must be the store's. create: make the file if it is not there. any_encoder: open it also
    if its vectors come from another encoder, to examine it or to `use_encoder`. Raises BadStore, StoreTooNew;
    EncoderChanged if the store's vectors come from another encoder.

    >>> with Library(":memory:") as library:
    ...     library.add([{"id": "a", "title": "Cats", "text": "They sleep all day."}, {"id": "b", "title": "Bonds"}]).added
    ...     [found.text.id for found in library.find("a sleeping kitten", limit=1)]
    2
    ['a']
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        encoder: str | None = None,
        create: bool = True,
        any_encoder: bool = False,
    ) -> None:
        encoder = encoder and full_name(encoder)
        # before a store is made: a slip in its name leaves none behind
        asked = make_encoder(encoder) if encoder else None
        self.store = SqliteStore(os.fspath(path), create=create)
        self._encoding = Encoding(
            self.store, (encoder, asked) if encoder and asked else None, any_encoder=any_encoder
        )
        self._hash_again()
        self._crowding = Crowding(self.store)
        self._corpus: tuple[int, CachedEncoder, Corpus] | None = None  # without the crowd
        self._ruling: tuple[Corpus, RuleMatcher] | None = None

    @property
    def encoder(self) -> Encoder:
        """What the store's vectors come from, as of the last call."""
        return self._encoding.encoder

    def add(
        self,
        source: str | os.PathLike[str] | Iterable[Any],
        *,
        title: str | None = None,
        text: str | None = None,
        id: str | None = None,
        allow_private_network: bool = False,
        progress: Progress | None = None,
    ) -> AddReport:
        """Add the texts of a file, folder, address, "-" (standard input), list or data frame.

        The whole source is read once before the first text is stored, so that a source that cannot be read
        leaves nothing behind. Texts that are there already are counted, near-copies join a group that one
        verdict labels. title, text, id: the columns that hold them, where the guesses are wrong. Raises
        BadSource, FetchRefused; StoreBusy if another process writes for long."""
        self._encoding.follow()
        fetcher = Fetcher(allow_private_network=allow_private_network, known=self.store.settings.validators())
        found = open_source(source, columns=Columns(title, text, id), fetcher=fetcher)
        total = sum(1 for _ in found)
        encoder = self._encoding.cached
        report = add_texts(found, total, self.store, encoder, progress)
        self._encoding.follow()
        if self._encoding.cached is not encoder:  # the store went over to another meanwhile
            encode_missing(self.store, self._encoding.cached)
        self.store.settings.remember_validators(dict(fetcher.fetched))
        return report

    def reader(
        self,
        name: str = "me",
        *,
        taste: str = "main",
        likes: str | None = None,
        dislikes: str | None = None,
        kind: str | None = None,
        private: bool | None = None,
        create: bool = True,
    ) -> Reader:
        """A reader with one of its tastes, made on first use if `create`.

        likes, dislikes: what the reader wrote of the taste; replaces what was written before, None leaves it.
        kind: the learner of a new taste: contest or one of taste/choose.py. private: whether what the reader
        says, of all tastes, stays out of what others are shown; None leaves it, at first it does not. Raises
        UnknownName for a reader or taste that is not there and not `create`, or an unknown kind."""
        name, taste = well_formed(name), well_formed(taste)
        likes, dislikes = (None if words is None else well_formed(words) for words in (likes, dislikes))
        row = self.store.readers.find(name, taste)
        if row is None:
            if not create:
                raise UnknownName(self._no_such(name, taste))
            make_taste(kind or DEFAULT_TASTE)
            self.store.readers.add(
                name, taste, kind=kind or DEFAULT_TASTE, likes=likes or "", dislikes=dislikes or ""
            )
        elif (likes, dislikes) != (None, None):
            new = (row.likes if likes is None else likes, row.dislikes if dislikes is None else dislikes)
            if new != (row.likes, row.dislikes):
                self.store.readers.describe(row.number, likes=new[0], dislikes=new[1])
        if private is not None:
            self.store.readers.keep_private(name, private)
        row = self.store.readers.find(name, taste)
        assert row is not None
        if kind is not None and kind != row.kind:
            raise UnknownName(
                f"the taste {taste!r} of {name!r} is of kind {row.kind}, not {kind}; give a new taste a new name with --taste"
            )
        return Reader(self, row)

    def find(self, query: str, *, limit: int = 20) -> list[Found]:
        """The texts nearest to a query, by words and by vectors together.

        Source: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009) of BM25 and cosine.
        """
        at_least_one(limit)
        return self._fused(lambda _: self.encode([query])[0], re.findall(r"\w+", well_formed(query)), limit)

    def find_like(self, text_id: str, *, limit: int = 20) -> list[Found]:
        """The texts nearest to a stored one, itself left out."""
        at_least_one(limit)
        row = self.row_of(text_id)
        words = re.findall(r"\w{3,}", self.text(text_id).title)
        found = self._fused(lambda corpus: corpus.vectors[corpus.place(row)], words, limit + 1)
        return [one for one in found if one.text.id != text_id][:limit]

    def ids_of(self, texts: Sequence[Text]) -> list[str]:
        """The ids that texts have here, known by id, address or content; those that are not there are left
        out.
        """
        ids, urls, hashes = self.store.texts.known(texts)
        found = (ids.get(t.id) or urls.get(canonical_url(t.url)) or hashes.get(t.content_hash) for t in texts)
        return [text_id for text_id in dict.fromkeys(found) if text_id is not None]

    def text(self, text_id: str) -> Text:
        """The text with this id. Raises UnknownName."""
        row = self.row_of(text_id)
        return self.store.texts.get([row])[row]

    def row_of(self, text_id: str) -> int:
        """The store's row of the text with this id. Raises UnknownName."""
        row = self.store.texts.row_of(well_formed(text_id))
        if row is None:
            raise UnknownName(
                f"there is no text with the id {text_id!r}; palate rank and palate find show ids"
            )
        return row

    def corpus(self) -> Corpus:
        """All texts as numbers, read again only when there are new ones, with what the crowd thinks, where
        there is one.

        Texts without a vector get one first. A crowd that has got old is learned anew in the background.
        """
        return self._crowding.beside(self._texts(), self._encoding.cached.number)

    def crowd(self) -> CrowdSummary | None:
        """What the crowd was learned from; None where there is none, as fewer than five readers have said
        enough.
        """
        self._encoding.follow()
        return self._crowding.heard(self._encoding.cached.number)

    def refresh_crowd(self) -> CrowdSummary | None:
        """Learn the crowd now from what all have said; returns what it was learned from."""
        self._crowding.learn(self._texts(), self._encoding.cached.number)
        return self.crowd()

    def ruling(self, corpus: Corpus) -> RuleMatcher:
        """What rules do to the texts of a corpus; each rule is matched once for each corpus."""
        if self._ruling is None or self._ruling[0] is not corpus:
            self._ruling = (corpus, RuleMatcher(corpus.rows, self.store.rules.matching))
        return self._ruling[1]

    def encode(self, contents: Sequence[str]) -> Matrix:
        """(n, d) vectors as the store would hold them; nothing is stored."""
        return (
            self.encoder.encode([well_formed(content) for content in contents])
            .astype(np.float16)
            .astype(np.float32)
        )

    def use_encoder(self, name: str, progress: Encoded | None = None) -> int:
        """Move the store to another encoder: every text gets its vector, then the store uses them; tastes are
        learned anew.

        Returns how many texts were encoded: none where the store still has the vectors of a former encoder.
        Until the last is done all go on with the old encoder; stopping it (Ctrl-C, a kill) leaves it so, and
        what was made is kept. progress is called with the number done and the number in all. Raises
        UnknownName, BadSource, MissingExtra."""
        return self._encoding.use(name, progress)

    def begin_encoder(self, name: str) -> None:
        """As `use_encoder`, in the background: it returns at once, and readers rank with the old encoder
        until the new is ready.

        `moving` tells how far it is, `close` stops it, and what was made is kept for the next time. A store
        in memory, whose one connection threads cannot share, is moved before this returns."""
        if self.store.path == ":memory:":
            self._encoding.use(name)
        else:
            self._encoding.begin(name)

    def moving(self) -> UnderWay | None:
        """How far a move in the background is; None where there is none. Raises what went wrong with the
        last.
        """
        return self._encoding.background.under_way()

    def close(self) -> None:
        """Stops a move to another encoder, and waits for a crowd that is being learned. Raises what went
        wrong with them.
        """
        try:
            self._encoding.background.stop()
            self._crowding.wait()
        finally:
            self.store.close()

    def _hash_again(self) -> None:
        """Make the terms of a store of an older palate anew, once; stopping it leaves that to the next that
        opens the store.
        """
        if self.store.settings.get("terms") == HASHING:
            return
        last = self.store.texts.last_row()
        for start in range(1, last + 1, HASHED_AT_ONCE):
            texts = self.store.texts.get(range(start, min(start + HASHED_AT_ONCE, last + 1)))
            made = hash_terms([text.content for text in texts.values()]).to_bytes()
            self.store.texts.put_terms(dict(zip(texts, made, strict=True)))
        self.store.settings.put(terms=HASHING)

    def _texts(self) -> Corpus:
        last, encoder = self._encoding.follow(), self._encoding.cached
        if self._corpus is None or self._corpus[:2] != (last, encoder):
            encode_missing(self.store, encoder)
            numbers = self.store.texts.numbers(encoder.number, encoder.inner.dims)
            with one_thread():
                self._corpus = (last, encoder, Corpus(*numbers))
        return self._corpus[2]

    def _no_such(self, reader: str, taste: str) -> str:
        known = self.store.readers.tastes()
        if any(row.reader == reader for row in known):
            names = ", ".join(row.name for row in known if row.reader == reader)
            mend = f"palate reader add {reader} --taste {taste}"
            return f"reader {reader!r} has no taste called {taste!r}, only: {names}; make it with: {mend}"
        names = ", ".join(dict.fromkeys(row.reader for row in known)) or "none yet"
        return f"there is no reader called {reader!r} (there are: {names}); make one with: palate reader add {reader}"

    def _fused(self, vector_of: Callable[[Corpus], Vector], words: Sequence[str], limit: int) -> list[Found]:
        worded = self.store.texts.with_words(words, max(FUSED, limit))
        # after the words, so that it has every text they found, and before what it is compared with
        corpus = self.corpus()
        if not len(corpus):
            return []
        vector = vector_of(corpus)
        with one_thread():
            places, cosine = corpus.index.nearest(vector, max(FUSED, limit))
        near = {int(corpus.rows[place]): float(c) for place, c in zip(places, cosine, strict=True)}
        scores: dict[int, float] = {}
        for ranking in (list(near), worded):
            for rank, row in enumerate(ranking, 1):
                scores[row] = scores.get(row, 0.0) + 1 / (RANK_CONSTANT + rank)
        best = sorted(scores, key=lambda row: (-scores[row], row))[:limit]
        texts = self.store.texts.get(best)
        length = float(np.linalg.norm(vector)) or 1.0
        return [
            Found(texts[row], near.get(row, float(corpus.vectors[corpus.place(row)] @ vector) / length))
            for row in best
        ]

    def nearest(self, content: str, *, limit: int = 5) -> list[Found]:
        """Finds the stored texts whose vectors have the highest cosine to that of a text, nearest first."""
        at_least_one(limit)
        corpus = self.corpus()
        with one_thread():
            indices, cosines = corpus.index.nearest(self.encode([content])[0], limit)
        rows = corpus.rows[indices].tolist()
        texts = self.store.texts.get(rows)
        return [Found(texts[row], float(cosine)) for row, cosine in zip(rows, cosines, strict=True)]

    def examine(self) -> list[Finding]:
        """Checks whether the store is whole and its vectors are those of the encoder. Reads all of it."""
        return examine(self.store, self.encoder.fingerprint)

    def crowd_summary(self, *, refresh: bool = False) -> CrowdStatus:
        """Tells what the crowd was learned from, and how many readers it takes. refresh: learn it now."""
        summary = self.refresh_crowd() if refresh else self.crowd()
        ready = self.store.crowd.speakers(JUDGEMENTS)
        if summary is None:
            return CrowdStatus(0, 0, self.store.crowd.since(0), ready, READERS, JUDGEMENTS)
        return CrowdStatus(*summary, ready, READERS, JUDGEMENTS)

    def remove(
        self,
        ids: Iterable[str] = (),
        *,
        source: str | None = None,
        older_than: datetime | None = None,
        forget: bool = False,
        dry_run: bool = False,
    ) -> RemoveReport:
        """Removes texts for good: from the store, the cache, the words, the vectors and every answer.

        ids: of single texts. source: all texts of a source, as they name it. older_than: all texts published
        before then; a text without a date counts from when it was added. With both, both must hold.
        Judgements of removed texts stay in the log as far as needed, so that every value stays as it is;
        forget: they go too, and the tastes learn again without them. dry_run: counts, and removes nothing.
        Raises UnknownName for an id that is not there, and then removes nothing."""
        raise NotImplementedError
