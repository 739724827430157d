"""Library: the texts, their vectors and the readers of one store."""

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from palate.encoded_store import EncodedStore
from palate.enrolment import enrol
from palate.errors import BadValue
from palate.finding import Finder
from palate.given import TextRef, list_of
from palate.indexing import IndexInfo, build_index, index_info
from palate.learners import Learners
from palate.listed import Listed
from palate.model.promise import DEFAULT_MODEL, Model
from palate.reader import Reader
from palate.results import AddReport, RemoveReport
from palate.store.naming import ids_named
from palate.text import Text
from palate.text_filter import FilterOptions, TextFilter
from palate.value import MATCH_COLUMNS, SIMILAR_COLUMNS, Match, SimilarText

if TYPE_CHECKING:
    from palate.workspace.adding import Progress
    from palate.writing.drafts import Drafts
    from palate.writing.rewrite import Rewriter
    from palate.writing.writer import Writer

MEMORY_LIMIT_BYTES = 1 << 29  # 512 MiB, of what the readers that were used last have learned


class Library(EncodedStore):
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
        super().__init__(path, encoder=encoder, create=create, any_encoder=any_encoder)
        self._learners = Learners(self.workspace, memory_limit_bytes)

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

    def find(self, query: str, *, limit: int = 20, **only: Unpack[FilterOptions]) -> Listed[Match]:
        """Returns the texts nearest to a query, by words and vectors together, most relevant first;
        those with all its words in its order come first. None where no word of it is in the store and no text
        is nearer than chance. only: language, source, since, until, unjudged_by (see text_filter.py).

        From 200,000 texts, and with the extra [index], nearly all of the nearest are found (docs/find.md).
        Raises BadValue for a language that is not known, UnknownName for a reader that is not there.
        Source: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009) of BM25 and cosine.
        """
        return Listed(Finder(self.workspace).find(query, limit, TextFilter(**only)), MATCH_COLUMNS)

    def find_like(self, text_id: TextRef, *, limit: int = 20, **only: Unpack[FilterOptions]) -> Listed[Match]:
        """Returns the texts nearest to a stored one, itself left out. only: as for `find`."""
        row, text = self.row_of(text_id), self.text(text_id)
        found = Finder(self.workspace).find_like(text.id, row, text.title, limit, TextFilter(**only))
        return Listed(found, MATCH_COLUMNS)

    def nearest(self, content: str, *, limit: int = 5) -> Listed[SimilarText]:
        """Returns the stored texts whose vectors have the highest cosine to that of a text, nearest first."""
        return Listed(Finder(self.workspace).nearest(content, limit), SIMILAR_COLUMNS)

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

    def update(self, text_id: TextRef, *, title: str | None = None, text: str | None = None) -> Text:
        """Replaces the words of a text; returns it with the new ones. None leaves title or text as it is.

        The text keeps its id, its group and its judgements, what a taste learned from the old words stays
        learned, and `find`, `rank` and the rules go by the new ones from the next call on. An `add` of its
        source that has other words still is a newer version. Raises UnknownName for a text that is not
        there, BadValue where no words are left or another text has just these."""
        from palate.workspace.rewording import replace_words

        version = replace_words(self.workspace, text_id, title=title, body=text)
        self.workspace.maintain()
        return version

    def remove(
        self,
        ids: TextRef | Iterable[TextRef] = (),
        *,
        source: str | None = None,
        older_than: datetime | None = None,
        forget: bool = False,
        dry_run: bool = False,
    ) -> RemoveReport:
        """Removes texts for good: from the store, the cache, the words, the vectors and every answer.

        ids: of one text or of several. source: all texts of a source, as they name it. older_than: all texts
        published before then; a text without a date counts from when it was added. With several, all must
        hold.
        No new fit is made at once, and judgements of removed texts stay in the log as far as needed, so every
        value stays as it is; forget: they go too, and the tastes learn again without them. dry_run: counts,
        and removes nothing.
        Raises UnknownName for an id that is not there, BadValue where nothing says which; then nothing is
        removed."""
        named = list_of(ids)
        if not named and source is None and older_than is None:
            raise BadValue("say which texts to remove: ids, a source or an age")
        with self._store.writing() as tables:
            wanted = ids_named(tables, named)
            rows = tables.texts.rows_where(wanted, source=source, older_than=older_than)
            take_away = tables.texts.count_removal if dry_run else tables.texts.remove
            counts = take_away(rows, forget=forget)
        if rows and not dry_run:
            self.workspace.rules.forget()
            self.workspace.compact()
        return RemoveReport(*counts)
