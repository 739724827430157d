"""Encoders by name."""

from collections.abc import Callable
from pathlib import Path

from palate.encoder.static import StaticEncoder
from palate.errors import UnknownName
from palate.parts import Encoder


def _minilm() -> Encoder:
    from palate.encoder.minilm import MinilmEncoder

    return MinilmEncoder()


def _multilingual() -> Encoder:
    from palate.encoder.multilingual import MultilingualEncoder

    return MultilingualEncoder()


ENCODERS: dict[str, Callable[[], Encoder]] = {
    "static": StaticEncoder,
    "minilm": _minilm,
    "multilingual": _multilingual,
}


def full_name(name: str) -> str:
    """Returns the name by which an encoder is found from any folder: that of one in a folder gets the whole
    path.

    >>> full_name("minilm"), full_name("sbert:org/model-on-the-hub")
    ('minilm', 'sbert:org/model-on-the-hub')
    """
    kind, _, path = name.partition(":")
    folder = Path(path).expanduser()
    return f"{kind}:{folder.resolve()}" if kind in ("static", "sbert") and path and folder.is_dir() else name


def make_encoder(name: str) -> Encoder:
    """Makes the encoder of this name: static, static:FOLDER (what `palate train distil` made), minilm,
    multilingual, or sbert:NAME_OR_PATH for any sentence-transformers model.

    Raises UnknownName for another name, MissingExtra where a package is not installed.

    >>> make_encoder("static").dims
    256
    """
    if name.startswith("sbert:"):
        from palate.encoder.sbert import SbertEncoder

        return SbertEncoder(name.removeprefix("sbert:"))
    if name.startswith("static:"):
        return StaticEncoder(Path(name.removeprefix("static:")))
    if name not in ENCODERS:
        choices = ", ".join([*sorted(ENCODERS), "static:FOLDER", "sbert:NAME_OR_PATH"])
        raise UnknownName(f"there is no encoder called {name!r}; choose one of: {choices}")
    return ENCODERS[name]()
