"""Numbers: texts as one number each, of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from palate.encoder.static import StaticEncoder
from palate.errors import BadValue
from palate.frames import frame, table_html
from palate.insight.number import number_of
from palate.insight.simhash import bits_apart, simhash
from palate.report.word_weights import WordFrequencies, word_weights
from palate.shapes import Shape, title_shape

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.library import Library
    from palate.reader import Reader
    from palate.text import Text

NumberKind = Literal["hash", "words", "axis", "taste", "label"]
HASHES = ("hash", "words")  # kinds whose numbers are compared bit by bit


@dataclass(frozen=True)
class Numbers:
    """n texts with a number each.

    numbers: None where a text says nothing that the kind could go by. columns: what else each text has, n
    values each, such as the label of a class. facts: what holds for all of them, such as the texts at both
    ends of an axis.

    >>> from palate.text import Text
    >>> hashes = hash_numbers([Text.of("two cats", id="a"), Text.of("two kittens", id="b")])
    >>> hashes.kind, len(hashes.numbers), hashes.bits_apart(0, 1) < 32
    ('hash', 2, True)
    """

    kind: NumberKind
    texts: Sequence[Text]
    numbers: Sequence[int | float | None]
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    facts: Shape = field(default_factory=dict)

    def bits_apart(self, first: int, second: int) -> int:
        """Returns in how many of 64 bits the numbers of two texts, by their index, differ.

        Raises BadValue for a kind whose numbers are no bits.
        """
        if self.kind not in HASHES:
            raise BadValue(f"numbers of the kind {self.kind} have no bits to compare; use hash or words")
        one, other = self.numbers[first], self.numbers[second]
        return bits_apart(int(one or 0), int(other or 0))

    @property
    def n_without(self) -> int:
        """Texts that have no number."""
        return sum(number is None for number in self.numbers)

    def shapes(self) -> list[Shape]:
        """Returns each text as a JSON object."""
        own = [
            {name: values[index] for name, values in self.columns.items()} for index in range(len(self.texts))
        ]
        return [
            {**title_shape(text), "kind": self.kind, "number": number, **more, **self.facts}
            for text, number, more in zip(self.texts, self.numbers, own, strict=True)
        ]

    def to_frame(self) -> DataFrame:
        """Returns a data frame: id, title, number, and what else each text has."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"Numbers: {self.kind}")

    def _columns(self) -> dict[str, Sequence[Any]]:
        ids, titles = [text.id for text in self.texts], [text.title for text in self.texts]
        return {"id": ids, "title": titles, "number": self.numbers, **self.columns}


def hash_numbers(texts: Sequence[Text]) -> Numbers:
    """Returns the 64-bit hash of each text's static vector: texts of like meaning differ in few bits.

    Exact on every machine. About 0.3 ms a text. A text without a word piece has the number 0.
    """
    sums = StaticEncoder().sums([text.content for text in texts])
    return Numbers("hash", texts, [number_of(row[None]) for row in sums])


def word_numbers(texts: Sequence[Text], frequencies: WordFrequencies | None = None) -> Numbers:
    """Returns the SimHash of each text's words: texts of nearly the same words differ in few bits.

    frequencies: by which rare words weigh more; numbers under different ones are not comparable. Exact on
    every machine. A text without a word has the number 0.
    """
    numbers = [simhash(word_weights(text.content, frequencies)) for text in texts]
    return Numbers("words", texts, numbers, facts={"weights": "idf" if frequencies else "tf"})


def position_numbers(
    texts: Sequence[Text], library: Library, reader: Reader, axis: Literal["axis", "taste"]
) -> Numbers:
    """Returns the position of each text among those of a store, 0 to 1000; see `positions`."""
    from palate.report.position import positions

    numbers, facts = positions(library, reader, texts, axis)
    return Numbers(axis, texts, numbers, facts=facts)


def label_numbers(texts: Sequence[Text], model: Path) -> Numbers:
    """Returns the class of each text by a trained model, as its number in the model's list of labels, or what
    a regression predicts; see `predictions`.
    """
    from palate.report.prediction import predictions

    numbers, columns = predictions(model, texts)
    return Numbers("label", texts, numbers, columns)
