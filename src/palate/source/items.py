"""What a source is asked (Columns), what it gives (Text or Skipped), and what it is (Source)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from palate.results import Skipped as Skipped
from palate.text import Text


@dataclass(frozen=True)
class Columns:
    """The columns of a table that hold title, text and id, where the guesses are wrong. None means: guess."""

    title: str | None = None
    text: str | None = None
    id: str | None = None


GUESSED_COLUMNS = Columns()

Items = Iterator[Text | Skipped]


class Source(Protocol):
    """Texts from one place. It can be read again and again; an address is fetched at the first reading only.

    Reading raises BadSource or FetchRefused when the place as a whole cannot be read; what is wrong with one
    row, entry or file is told as Skipped, in its place."""

    @property
    def name(self) -> str:
        """What a person would call it: a file name, an address, "standard input", "list"."""

    @property
    def unchanged(self) -> bool:
        """True, after a reading, where the server said that nothing is new since the last fetch; no texts
        come then.
        """

    def __iter__(self) -> Items: ...
