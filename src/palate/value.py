"""Value: what a text is worth to a reader, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from palate.listed import Listed
from palate.text import Text

if TYPE_CHECKING:
    from palate.features import Features, Rows, Vector


@dataclass(frozen=True)
class Value:
    """What a text is worth. mean: calibrated probability of a like, in [0, 1]. sd: its standard deviation,
    how unsure the taste is.

    >>> Value(0.873, 0.1).score
    87
    """

    mean: float
    sd: float

    @property
    def score(self) -> int:
        """The mean for people: an integer from 0 to 100."""
        return round(100 * self.mean)


class Hit(NamedTuple):
    """A text with its value. group holds the ids of near-copies folded under it, itself first; empty where
    there are none.
    """

    text: Text
    value: Value
    group: tuple[str, ...] = ()


HIT_COLUMNS = (
    *("text.id", "text.title", "text.body", "text.source"),
    *("value.mean", "value.sd", "value.score"),
)
VALUE_COLUMNS = ("mean", "sd", "score")


class Ranking(Listed[Hit]):
    """The best texts of a reader, best first. exact: whether it is proven that no text outside it belongs in
    it; a large store may answer before it has read every text.

    >>> Ranking([]).exact, Ranking([], exact=False).exact
    (True, False)
    """

    def __init__(self, hits: Iterable[Hit] = (), *, exact: bool = True) -> None:
        super().__init__(hits, HIT_COLUMNS)
        self.exact = exact


class SimilarText(NamedTuple):
    """A text that is similar to a query or to another text. similarity: cosine of their vectors, in [-1,
    1].
    """

    text: Text
    similarity: float


SIMILAR_COLUMNS = ("text.id", "text.title", "text.body", "text.source", "similarity")


class Match(NamedTuple):
    """A text that a search found. similarity: as of `SimilarText`. relevance: in [0, 1], how far up it
    stands by words and by vectors, by which the list is in order.
    """

    text: Text
    similarity: float
    relevance: float


MATCH_COLUMNS = (*SIMILAR_COLUMNS, "relevance")


class Contribution(NamedTuple):
    """A share of a value's logit. block: a feature block, 'rule' or 'base'. name: a word, a rule, or the
    block again for its rest.
    """

    block: str
    name: str
    amount: float


class Fit(NamedTuple):
    """An interest that the reader wrote, and how well a text fits it: about 0 for most texts, 1 where it has
    all its words, up to 10 for those that are like the best texts too.
    """

    phrase: str
    score: float


@dataclass(frozen=True)
class Why:
    """What makes a value. The contributions sum to logit, and logit is log(mean / (1 - mean)), both within
    1e-6.

    fits: the interest, of those that the reader wrote, that the text fits best; None where none was written.
    """

    hit: Hit
    logit: float
    contributions: tuple[Contribution, ...]  # largest first
    liked: tuple[SimilarText, ...]  # nearest liked texts, nearest first
    disliked: tuple[SimilarText, ...]  # nearest disliked texts, nearest first
    fits: Fit | None = None

    @property
    def blocks(self) -> dict[str, float]:
        """The sum of the contributions of each block."""
        sums: dict[str, float] = {}
        for contribution in self.contributions:
            sums[contribution.block] = sums.get(contribution.block, 0.0) + contribution.amount
        return sums


class Explanation(NamedTuple):
    """The value of a text that need not be stored, with every share of its logit, largest first.

    features: the one row of the text, by block."""

    value: Value
    contributions: tuple[Contribution, ...]
    features: Features


class LibraryLogits(NamedTuple):
    """Log odds of a like. given: (m,) of the texts that were asked about. stored: (n,) of all in the library,
    whose store rows are rows.
    """

    given: Vector
    stored: Vector
    rows: Rows
