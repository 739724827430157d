"""Description: what a reader wrote of a taste, as queries that score texts before any judgement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from palate.description.feedback import with_feedback
from palate.description.interests import Interests
from palate.description.query import Query, make_query
from palate.feature.terms import hash_terms
from palate.features import Features
from palate.parts import Matrix, Rows
from palate.value import Fit
from palate.weights import Weights
from palate.workspace.space import Space

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


JUDGEMENTS = 2.0  # as many as which either side of what a reader wrote counts


@dataclass(frozen=True, eq=False)
class Description:
    """The interests of a reader, kept apart: a text scores as the liked one that it fits best, and apart from
    that as the one that is not liked that it fits best.

    Make one with `describe`.

    phrases: the features of the interests themselves, liked ones first, from which a taste learns as from
    texts.
    """

    liked: tuple[Query, ...]
    disliked: tuple[Query, ...]
    phrases: Features

    def scores(self, features: Features) -> Array:
        """Returns (n,) scores by the liked interest that each text fits best; 0 where none is liked."""
        if not self.liked:
            return np.zeros(len(features))
        return np.asarray(np.max([query.scores(features) for query in self.liked], axis=0))

    def against(self, features: Features) -> Array:
        """Returns (n,) scores, 0 or more, by the interest that is not liked that each text fits best."""
        scores = [query.scores(features) for query in self.disliked]
        return np.asarray(np.max([np.zeros(len(features)), *scores], axis=0))

    @property
    def likings(self) -> Array:
        """(n,) 1 for a liked phrase, -1 for another."""
        return np.repeat([1.0, -1.0], [len(self.liked), len(self.disliked)])

    @property
    def weights(self) -> Array:
        """(n,) what each phrase counts, in judgements: either side together as much, however many it has."""
        n_liked, n_disliked = len(self.liked), len(self.disliked)
        each = [JUDGEMENTS / max(n_liked, 1), JUDGEMENTS / max(n_disliked, 1)]
        return np.asarray(np.repeat(each, [n_liked, n_disliked]))

    @property
    def mean_query(self) -> tuple[float, dict[str, Weights]]:
        """(base, weights of each block) of the mean of the liked interests: what is linear in the scores."""
        base, weights = 0.0, dict[str, Weights]()
        for query in self.liked:
            base += query.base / len(self.liked)
            for block, amounts in query.weights.items():
                part = amounts * (1 / len(self.liked))
                weights[block] = weights[block] + part if block in weights else part
        return base, weights

    def interests(self, features: Features) -> Rows:
        """Returns (n,) which of the liked interests, one at least, each text fits best."""
        return np.asarray(np.argmax([query.scores(features) for query in self.liked], axis=0))

    def fit(self, features: Features) -> Fit | None:
        """Returns the liked interest that a text, one row, fits best; None where nothing is liked."""
        fits = [Fit(query.phrase, float(query.scores(features)[0])) for query in self.liked]
        return max(fits, key=lambda fit: fit.score, default=None)


def describe(
    interests: Interests,
    space: Space,
    encode: Callable[[Sequence[str]], Matrix],
    best: Callable[[Query], Features],
) -> Description:
    """Returns interests, one at least, as queries of a space.

    encode: (n, d) vectors of texts, as the store has them. best: the texts that a query puts first, see
    `with_feedback`; asked once for each liked interest. Costs an encoding and some milliseconds an interest.
    """
    phrases = [*interests.liked, *interests.disliked]
    vectors = encode(phrases)
    queries = [make_query(phrase, vector, space) for phrase, vector in zip(phrases, vectors, strict=True)]
    n = len(interests.liked)
    liked = [with_feedback(query, best(query), space) for query in queries[:n]]
    features = space.features(vectors, hash_terms(phrases))
    return Description(tuple(liked), tuple(queries[n:]), features)
