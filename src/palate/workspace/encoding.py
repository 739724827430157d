"""Encoding: the encoder that a library goes by is that of its store, whoever moves the store to another."""

from palate.encoder.cached import CachedEncoder
from palate.encoder.choose import full_name, make_encoder
from palate.encoder.lazy import LazyEncoder
from palate.errors import BadSource, EncoderChanged, UnknownName
from palate.parts import Encoder
from palate.store.encoders import EncoderState
from palate.store.sqlite import SqliteStore
from palate.workspace.reencoding import Encoded, Reencoding, move

DEFAULT_ENCODER = "static"


class Encoding:
    """The encoder of one store. What changes it, here or in another process, is seen by the next `follow`.

    asked: name and encoder that somebody asked for: of a new store it becomes the encoder, of another it must
    be. any_encoder: take what was asked, or what has the name of the store's, also where the store's vectors
    come from another. Raises EncoderChanged."""

    def __init__(self, store: SqliteStore, asked: tuple[str, Encoder] | None, *, any_encoder: bool) -> None:
        self._store, self.background = store, Reencoding(store)
        state = store.encoders.state()
        name = state.name or DEFAULT_ENCODER
        named = asked or (name, self._load(name) if any_encoder else self._stored(state))
        if not any_encoder:
            self._refuse_another(state.fingerprint, *named)
        self._take(*named)
        if state.fingerprint is None:
            store.settings.put(encoder=self.name, encoder_fingerprint=self.encoder.fingerprint)
        self._follows = state.fingerprint is None or not any_encoder

    def follow(self) -> int:
        """Take over the encoder that the store uses now, if that is another than before; returns the row of
        the newest text.
        """
        state = self._store.encoders.state()
        if self._follows and state.fingerprint not in (None, self.encoder.fingerprint):
            self._take(state.name or "", self.background.brought(state.fingerprint) or self._stored(state))
        return state.last_row

    def use(self, name: str, progress: Encoded | None = None) -> int:
        """Move the store, now; returns how many texts were encoded."""
        name, encoder = self._other(name)
        made = move(self._store, name, encoder, progress)
        self._take(name, encoder)
        self._follows = True
        return made

    def begin(self, name: str) -> None:
        """Move the store in the background."""
        self.background.begin(*self._other(name))
        self._follows = True

    def _take(self, name: str, encoder: Encoder) -> None:
        self.name, self.encoder = name, encoder
        self.cached = CachedEncoder(encoder, self._store.vectors, self._store.encoders.number(encoder, name))

    def _other(self, name: str) -> tuple[str, Encoder]:
        """Its lasting name, and the encoder; the one that is loaded where it is that. A move that is under
        way is stopped.
        """
        self.background.stop()
        name = full_name(name)
        return name, self.encoder if name == self.name else make_encoder(name)

    def _stored(self, state: EncoderState) -> Encoder:
        """The encoder that the store uses: a transformer when it is first needed, others now. Raises
        EncoderChanged.
        """
        name = state.name or DEFAULT_ENCODER

        def load() -> Encoder:
            encoder = self._load(name)
            self._refuse_another(state.fingerprint, name, encoder)
            return encoder

        if name.startswith("sbert:") and state.fingerprint and state.dims:
            return LazyEncoder(name, state.fingerprint, state.dims, load)
        return load()

    def _load(self, name: str) -> Encoder:
        """The encoder of this name. Raises EncoderChanged where it is no longer there, with the way to
        another.
        """
        try:
            return make_encoder(name)
        except (BadSource, UnknownName) as error:
            other = next((row.name for row in self._store.encoders.all() if not row.in_use), DEFAULT_ENCODER)
            raise EncoderChanged(
                f"the encoder of {self._store.path} cannot be loaded: {error};"
                f" or move the store to another with: palate --store {self._store.path} encoder use {other}"
            ) from None

    def _refuse_another(self, fingerprint: str | None, name: str, encoder: Encoder) -> None:
        if fingerprint not in (None, encoder.fingerprint):
            raise EncoderChanged(
                f"the vectors of {self._store.path} come from {fingerprint}, not from {encoder.fingerprint};"
                f" open it without an encoder, or move it over with: palate --store {self._store.path} encoder use {name}"
            )
