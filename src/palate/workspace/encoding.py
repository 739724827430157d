"""Encoding: the encoder that a library goes by is that of its store, whoever moves the store to another."""

from palate.encoder.cached import CachedEncoder
from palate.encoder.choose import full_name, make_encoder
from palate.encoder.lazy import LazyEncoder
from palate.errors import BadSource, EncoderChanged, MissingExtra, UnknownName
from palate.parts import Encoder, Store
from palate.store.state import StoreState
from palate.store.tables import Tables
from palate.workspace.reencoding import Encoded, Reencoding, encoder_id, move

DEFAULT_ENCODER = "static"


class Encoding:
    """The encoder of one store. What changes it, here or in another process, is seen by the next `follow`.

    asked: name and encoder that somebody asked for: of a new store it becomes the encoder, of another it must
    be. any_encoder: take what was asked, or what has the name of the store's, also where the store's vectors
    come from another. Raises EncoderChanged."""

    def __init__(self, store: Store[Tables], asked: tuple[str, Encoder] | None, *, any_encoder: bool) -> None:
        self._store, self.background = store, Reencoding(store)
        with store.reading() as tables:
            state = tables.state()
        name = state.encoder_name or DEFAULT_ENCODER
        named = asked or (name, self._load(name) if any_encoder else self._stored(state))
        if not any_encoder:
            self._refuse_another(state.encoder_fingerprint, *named)
        self._take(*named)
        if state.encoder_fingerprint is None:
            with store.writing() as tables:
                tables.settings.put(encoder=self.name, encoder_fingerprint=self.encoder.fingerprint)
        self._follows = state.encoder_fingerprint is None or not any_encoder

    def follow(self, state: StoreState) -> CachedEncoder:
        """Takes over the encoder that the store uses now, if that is another than before, and returns it.

        state: a look at the store that was just taken.
        """
        fingerprint = state.encoder_fingerprint
        if self._follows and fingerprint not in (None, self.encoder.fingerprint):
            self._take(state.encoder_name or "", self.background.brought(fingerprint) or self._stored(state))
        return self.cached

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
        self.cached = CachedEncoder(encoder, self._store, encoder_id(self._store, encoder, name))

    def _other(self, name: str) -> tuple[str, Encoder]:
        """Its lasting name, and the encoder; the one that is loaded where it is that. A move that is under
        way is stopped.
        """
        self.background.stop()
        name = full_name(name)
        return name, self.encoder if name == self.name else make_encoder(name)

    def _stored(self, state: StoreState) -> Encoder:
        """The encoder that the store uses: a transformer when it is first needed, others now. Raises
        EncoderChanged.
        """
        name = state.encoder_name or DEFAULT_ENCODER

        def load() -> Encoder:
            encoder = self._load(name)
            self._refuse_another(state.encoder_fingerprint, name, encoder)
            return encoder

        if name.startswith("sbert:") and state.encoder_fingerprint and state.encoder_dims:
            return LazyEncoder(name, state.encoder_fingerprint, state.encoder_dims, load)
        return load()

    def _load(self, name: str) -> Encoder:
        """The encoder of this name. Raises EncoderChanged where it is no longer there, with the way to
        another.
        """
        try:
            return make_encoder(name)
        except (BadSource, MissingExtra, UnknownName) as error:
            with self._store.reading() as tables:
                rows = tables.encoders.all()
            other = next((row.name for row in rows if not row.in_use), DEFAULT_ENCODER)
            raise EncoderChanged(
                f"the encoder of {self._store.path} cannot be loaded: {error};"
                f" or move the store to another with: palate --store {self._store.path} encoder use {other}"
            ) from None

    def _refuse_another(self, fingerprint: str | None, name: str, encoder: Encoder) -> None:
        if fingerprint not in (None, encoder.fingerprint):
            path = self._store.path
            raise EncoderChanged(
                f"the vectors of {path} come from {fingerprint}, not from {encoder.fingerprint};"
                f" open it without an encoder, or move it over with: palate --store {path} encoder use {name}"
            )
