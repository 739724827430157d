"""EncodedStore: a store with its encoder: texts as numbers, the crowd, the move to another encoder."""

import os
from typing import overload

from palate.encoder.choose import full_name, make_encoder
from palate.encoder.suggest import suggest_encoder
from palate.encoder.unread import MEND, unread
from palate.given import GivenText, Several, is_one, texts_of
from palate.open_store import OpenStore
from palate.parts import Encoder, Matrix, Vector
from palate.results import CrowdStatus, Finding
from palate.store.sqlite import IN_MEMORY
from palate.workspace.corpus import Corpus
from palate.workspace.crowd import MIN_READERS, MIN_TEXTS, CrowdSummary
from palate.workspace.reencoding import Encoded, UnderWay
from palate.workspace.workspace import Workspace


class EncodedStore(OpenStore):
    """What a `Library` is built on: an OpenStore whose encoder is loaded. Parameters and errors: those of
    `Library`.
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
        super().__init__(path, create=create)
        named = (encoder, asked) if encoder and asked else None
        self.workspace = Workspace(self._store, named, any_encoder=any_encoder)

    @property
    def encoder(self) -> Encoder:
        """What the store's vectors come from, as of the last call."""
        return self.workspace.encoder

    @overload
    def encode(self, texts: GivenText) -> Vector: ...

    @overload
    def encode(self, texts: Several[GivenText]) -> Matrix: ...

    def encode(self, texts: GivenText | Several[GivenText]) -> Vector | Matrix:
        """Returns the (n, d) vectors of texts, or the (d,) vector of one, as the store would hold them;
        nothing is stored. A string is one text."""
        vectors = self.workspace.encode([text.content for text in texts_of(texts)])
        return vectors[0] if is_one(texts) else vectors

    def corpus(self) -> Corpus:
        """Returns all texts as numbers: one view, that does not change, of what is in the store now.

        Texts without a vector get one first. A crowd that has got old is learned anew in the background.
        """
        return self.workspace.corpus()

    def crowd(self) -> CrowdSummary | None:
        """Returns what the crowd was learned from; None where there is none: fewer than five readers judged
        enough.
        """
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

    def suggested_encoder(self) -> str:
        """Returns one sentence where a better encoder is installed and the texts are few; "" else."""
        return suggest_encoder(self.workspace.encoding.name, self.n_texts)

    def unread(self) -> str:
        """Returns one sentence where many texts are in languages that the encoder does not read; "" else."""
        with self._store.reading() as tables:
            return unread(tables.texts.languages(), self.workspace.encoding.name)

    def _languages(self) -> Finding:
        told = self.unread()
        detail = told or f"{self.workspace.encoding.name} reads most texts"
        return Finding("languages", True, detail, f"move the store with: {MEND}" if told else "")
