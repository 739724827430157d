"""What a caller gives as texts: one of them, or several."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeGuard, TypeVar

from palate.text import Text
from palate.value import Hit, Match, SimilarText

GivenText = str | Text | Hit | SimilarText | Match  # a string is the words of a text without a title
TextRef = str | Text | Hit | SimilarText | Match  # a string is the id of a stored text
T_co = TypeVar("T_co", covariant=True)


class Several(Protocol[T_co]):
    """A sequence that is no string: the letters of a string are never meant as texts.

    A type checker refuses a string where Several is asked for, since a string holds none but strings. Source:
    `SequenceNotStr` of pandas.
    """

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[T_co]: ...

    def __getitem__(self, index: int, /) -> T_co: ...

    def __contains__(self, value: object, /) -> bool: ...


def is_one(given: object) -> TypeGuard[GivenText]:
    """Whether what was given is one text. A hit is a tuple too, and one text.

    >>> is_one("Cats sleep."), is_one(["Cats sleep."])
    (True, False)
    """
    return isinstance(given, str | Text | Hit | SimilarText | Match)


def one_text(given: GivenText) -> Text:
    """Returns the text that was given. Raises TypeError for what is none."""
    if isinstance(given, str):
        return Text.of(given)
    if isinstance(given, Text):
        return given
    if isinstance(given, Hit | SimilarText | Match):
        return given.text
    raise TypeError(
        f"a text is a string, a Text or a hit, got {type(given).__name__}; of a table give one column"
    )


def texts_of(given: GivenText | Several[GivenText]) -> list[Text]:
    """Returns the one text or the several that were given. Raises TypeError for what is no text.

    >>> [text.content for text in texts_of("Cats sleep.")]
    ['Cats sleep.']
    """
    return [one_text(one) for one in list_of(given)]


def list_of(given: GivenText | Iterable[GivenText]) -> list[GivenText]:
    """Returns a list of the one or the several that were given, as they were given."""
    return [given] if isinstance(given, str | Text | Hit | SimilarText | Match) else list(given)
