"""Library: the texts, their vectors and the readers of one store."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from palate.encoder.choose import full_name, make_encoder
from palate.encoder.unread import MEND, unread
from palate.enrolment import enrol
from palate.errors import BadValue
from palate.finding import FilterOptions, Finder, TextFilter
from palate.indexing import IndexInfo, build_index, index_info
from palate.learners import Learners
from palate.model.promise import DEFAULT_MODEL, Model
from palate.open_store import OpenStore
from palate.parts import Encoder, Matrix
from palate.reader import Reader
from palate.results import AddReport, CrowdStatus, Finding, RemoveReport
from palate.store.sqlite import IN_MEMORY
from palate.value import SimilarText
from palate.workspace.corpus import Corpus
from palate.workspace.crowd import MIN_READERS, MIN_TEXTS, CrowdSummary
from palate.workspace.reencoding import Encoded, UnderWay
from palate.workspace.workspace import Workspace

if TYPE_CHECKING:
    from palate.workspace.adding import Progress
    from palate.writing.drafts import Drafts
    from palate.writing.rewrite import Rewriter
    from palate.writing.writer import Writer

MEMORY_LIMIT_BYTES = 1 << 29  # 512 MiB, of what the readers that were used last have learned


class Library(OpenStore):
    """What `palate.open` gives. Many processes may open the same store; texts, feedback and a change of
    encoder by others are seen at the next call.

    path: a file, or ":memory:". encoder: name of the encoder for a new store (see encoder/choose.py); for an
    existing one it must be the store's. create: make the file if it is not there. any_encoder: open it also
    if its vectors come from another encoder, to examine it or to `use_encoder`. memory_limit_bytes: of what
    the readers have learned; beyond it those that were not used for longest learn again from the log when
    they are used next. Raises BadStore, StoreTooNew; EncoderChanged if the store's vectors come from another
    encoder.

    >>> with Library(":memory:") as library:
    ...     cats = {"id": "a", "title": "Cats", "text": "They sleep all day."}
    ...     library.add([cats, {"id": "b", "title": "Bonds"}]).added
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
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    ) -> None:
        encoder = encoder and full_name(encoder)
        # before a store is made: a slip in its name leaves none behind
        asked = make_encoder(encoder) if encoder else None
        super().__init__(path, create=create)
        named = (encoder, asked) if encoder and asked else None
        self.workspace = Workspace(self._store, named, any_encoder=any_encoder)
        self._learners = Learners(self.workspace, memory_limit_bytes)

    @property
    def encoder(self) -> Encoder:
        """What the store's vectors come from, as of the last call."""
        return self.workspace.encoder

    def add(
        self,
        source: str | os.PathLike[str] | Iterable[Any],
        *,
        title: str | None = None,
        text: str | None = None,
        id: str | None = None,
        allow_private_network: bool = False,
        progress: "Progress | None" = None,
        judgements: Reader | None = None,
    ) -> AddReport:
        """Add the texts of a file, folder, address, "-" (standard input), list or data frame.

        The whole source is read once before the first text is stored, so that a source that cannot be read
        leaves nothing behind. A new version of a text replaces its words and keeps its judgements, a text
        that is there already is known, and near-copies join a group that one verdict labels. title, text,
        id: the columns that hold them, where the guesses are wrong. judgements: the reader whose judgements
        the source holds too (see source/judgement.py); those that the reader's log has are not recorded
        again. Raises BadSource, FetchRefused; StoreBusy if another process writes for long."""
        from palate.intake import take_in
        from palate.source import Columns, Fetcher, open_source

        with self._store.reading() as tables:
            known = tables.fetched.states()
        fetcher = Fetcher(allow_private_network=allow_private_network, known=known)
        opened = open_source(source, columns=Columns(title, text, id), fetcher=fetcher)
        return take_in(self.workspace, opened, fetcher, progress=progress, judgements=judgements)

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
        row = enrol(
            self._store,
            name,
            taste,
            likes=likes,
            dislikes=dislikes,
            kind=kind,
            private=private,
            create=create,
        )
        learner = self._learners.get(row)
        learner.describe(row.likes, row.dislikes)
        return Reader(self.workspace, learner, row)

    def drafts(self, reader: Reader) -> "Drafts":
        """What models wrote for a reader and is kept, and how the reader ranked it."""
        from palate.writing.drafts import Drafts

        return Drafts(self.workspace, reader)

    def writer(self, model: str | Model = DEFAULT_MODEL) -> "Writer":
        """What writes texts with a model: its name (see model/choose.py), or a model that is loaded.

        Raises UnknownName, BadSource, MissingExtra without [write]."""
        from palate.model.choose import make_model
        from palate.writing.writer import Writer

        return Writer(make_model(model) if isinstance(model, str) else model, self.workspace)

    def rewriter(self, model: str | Model = DEFAULT_MODEL) -> "Rewriter":
        """What rewrites texts with a model. Raises as `writer`."""
        from palate.model.choose import make_model
        from palate.writing.rewrite import Rewriter

        return Rewriter(make_model(model) if isinstance(model, str) else model, self.workspace)

    def find(self, query: str, *, limit: int = 20, **only: Unpack[FilterOptions]) -> list[SimilarText]:
        """Returns the texts nearest to a query, by words and by vectors together; texts that have all words
        of the query in its order come first. only: a language, source, since, until and unjudged_by, all of
        which must hold (see `TextFilter` in finding.py).

        From 200,000 texts, and with the extra [index], nearly all of the nearest are found (docs/find.md).
        Raises BadValue for a language that is not known, UnknownName for a reader that is not there.
        Source: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009) of BM25 and cosine.
        """
        return Finder(self.workspace).find(query, limit, TextFilter(**only))

    def find_like(self, text_id: str, *, limit: int = 20, **only: Unpack[FilterOptions]) -> list[SimilarText]:
        """Returns the texts nearest to a stored one, itself left out. only: as for `find`."""
        row, title = self.row_of(text_id), self.text(text_id).title
        return Finder(self.workspace).find_like(text_id, row, title, limit, TextFilter(**only))

    def nearest(self, content: str, *, limit: int = 5) -> list[SimilarText]:
        """Returns the stored texts whose vectors have the highest cosine to that of a text, nearest first."""
        return Finder(self.workspace).nearest(content, limit)

    def index_info(self, *, sampled: int = 100, seed: int = 0) -> IndexInfo:
        """Returns which index finds the nearest texts, and why; with a sample of so many texts as queries,
        what it finds of what an exact search does, and the time of both.
        """
        return index_info(self.workspace, sampled=sampled, seed=seed)

    def build_index(self, progress: Callable[[int, int], None] = lambda *_: None) -> IndexInfo:
        """Builds the index of vectors now, or takes into it what came and went; see `VectorIndex`.

        progress: called with how many of how many steps are done; what it raises ends it, and nothing has
        changed. Raises BadValue for a store that is too small, MissingExtra without the extra [index]."""
        return build_index(self.workspace, progress)

    def corpus(self) -> Corpus:
        """Returns all texts as numbers: one view, that does not change, of what is in the store now.

        Texts without a vector get one first. A crowd that has got old is learned anew in the background.
        """
        return self.workspace.corpus()

    def crowd(self) -> CrowdSummary | None:
        """Returns what the crowd was learned from; None while fewer than five readers judged enough."""
        state = self.workspace.state()
        return self.workspace.crowd.summary(self.workspace.encoding.follow(state).encoder_id)

    def refresh_crowd(self) -> CrowdSummary | None:
        """Learns the crowd now from all public judgements; returns what it was learned from."""
        corpus = self.corpus()
        self.workspace.crowd.learn(corpus, self.workspace.encoding.cached.encoder_id)
        return self.crowd()

    def crowd_status(self) -> CrowdStatus:
        """Returns what the crowd was learned from, and how many readers a crowd takes."""
        summary = self.crowd()
        with self._store.reading() as tables:
            ready = tables.crowd.count_readers(MIN_TEXTS)
            summary = summary or CrowdSummary(0, 0, tables.crowd.count_since(0))
        return CrowdStatus(*summary, ready, MIN_READERS, MIN_TEXTS)

    def examine(self) -> list[Finding]:
        """Checks whether the store is whole and its vectors are those of the encoder. Reads all of it."""
        from palate.store.health import examine

        return [*examine(self._store, self.encoder.fingerprint), self._languages()]

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) vectors as the store would hold them; nothing is stored."""
        return self.workspace.encode(contents)

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
        before then; a text without a date counts from when it was added. With several, all must hold.
        No new fit is made at once, and judgements of removed texts stay in the log as far as needed, so every
        value stays as it is; forget: they go too, and the tastes learn again without them. dry_run: counts,
        and removes nothing.
        Raises UnknownName for an id that is not there, BadValue where nothing says which; then nothing is
        removed."""
        wanted = list(ids)
        if not wanted and source is None and older_than is None:
            raise BadValue("say which texts to remove: ids, a source or an age")
        with self._store.writing() as tables:
            rows = tables.texts.rows_where(wanted, source=source, older_than=older_than)
            take_away = tables.texts.count_removal if dry_run else tables.texts.remove
            counts = take_away(rows, forget=forget)
        if rows and not dry_run:
            self.workspace.rules.forget()
            self.workspace.compact()
        return RemoveReport(*counts)

    def use_encoder(self, name: str, progress: Encoded | None = None) -> int:
        """Move the store to another encoder: every text gets its vector, then the store uses them; tastes are
        learned anew.

        Returns how many texts were encoded: none where the store still has the vectors of a former encoder.
        Until the last is done all go on with the old encoder; stopping it (Ctrl-C, a kill) leaves it so, and
        what was made is kept. progress is called with the number done and the number in all. Raises
        UnknownName, BadSource, MissingExtra."""
        return self.workspace.encoding.use(name, progress)

    def begin_encoder(self, name: str) -> None:
        """As `use_encoder`, in the background: it returns at once, and readers rank with the old encoder
        until the new is ready.

        `moving` tells how far it is, `close` stops it, and what was made is kept for the next time. A store
        in memory, whose one connection threads cannot share, is moved before this returns."""
        if self._store.path == IN_MEMORY:
            self.use_encoder(name)
        else:
            self.workspace.encoding.begin(name)

    def moving(self) -> UnderWay | None:
        """How far a move in the background is; None where there is none. Raises what went wrong with the
        last.
        """
        return self.workspace.encoding.background.under_way()

    def close(self) -> None:
        """Stops what goes on in the background; what was made is kept. Raises what went wrong with it."""
        try:
            self.workspace.close()
        finally:
            super().close()

    def unread(self) -> str:
        """Returns one sentence where many texts are in languages that the encoder does not read; "" else."""
        with self._store.reading() as tables:
            return unread(tables.texts.languages(), self.workspace.encoding.name)

    def _languages(self) -> Finding:
        told = self.unread()
        detail = told or f"{self.workspace.encoding.name} reads most texts"
        return Finding("languages", True, detail, f"move the store with: {MEND}" if told else "")
