"""Mining: what readers liked and disliked as examples for a sentence encoder, drawn as they are needed. n
texts, d dims.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from palate.errors import BadValue
from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Rows

NEAR = 8  # nearest dislikes among which the negative is drawn: the very nearest is often a slip of the reader
FEW = 3  # with fewer dislikes than this a taste's negatives are unjudged texts
LOOKED = 200  # unjudged texts among which those are sought
LEAST_WORDS = 4  # of both halves of a text that become a pair

Triplet = tuple[int, int, int]  # places of an anchor, of a text that belongs to it, and of one that does not


def triplets(said: CrowdFeedback, vectors: Matrix, rng: np.random.Generator) -> Iterator[Triplet]:
    """Triplets without end: two texts that a taste liked, and one that it did not.

    Use it lazily, with islice: of all triplets there are, likes squared times dislikes, none is made before
    it is asked for. The anchor is any like; the positive one of the nearer half of the taste's other likes,
    since one reader likes many things and far apart ones are not alike; the negative one of the NEAR dislikes
    that are nearest to the anchor, by the vectors there are: a hard one. A taste with fewer than FEW dislikes
    has unjudged texts in their place that are far enough: of LOOKED drawn ones the farther half. A draw costs
    O(d (likes + dislikes of the taste)).

    said: readers are tastes; likings above 0 are likes, below 0 dislikes. vectors: (n, d) rows of length 1 or
    0. Raises BadValue where no taste has liked two texts, and not all there are.
    Source: Hermans, Beyer and Leibe, In defense of the triplet loss (2017), hard negatives; Xuan, Stylianou
    and Pless, Improved embeddings with easy positive triplet mining (2020).

    >>> said = CrowdFeedback(np.zeros(5, int), np.arange(5), np.array([1.0, 1.0, -1.0, -1.0, -1.0]), 5)
    >>> sorted(next(triplets(said, np.eye(5), np.random.default_rng(0)))[:2])
    [0, 1]
    """
    judged = _by_taste(said, np.ones(len(said.indices), np.bool))
    disliked = {taste: np.zeros(0, np.int64) for taste in judged} | _by_taste(said, said.likings < 0)
    liked = {
        taste: rows
        for taste, rows in _by_taste(said, said.likings > 0).items()
        if len(rows) > 1 and (len(disliked[taste]) or len(judged[taste]) < said.n_texts)
    }
    if not liked:
        raise BadValue(
            "nobody has liked two texts yet and another not, so there is nothing to tell apart; judge more first"
        )
    owners = np.concatenate([np.full(len(rows), taste) for taste, rows in liked.items()])
    anchors = np.concatenate(list(liked.values()))
    while True:
        drawn = int(rng.integers(len(anchors)))
        taste, anchor = int(owners[drawn]), int(anchors[drawn])
        others = liked[taste][liked[taste] != anchor]
        positive = rng.choice(_nearest(others, anchor, vectors)[: -(-len(others) // 2)])
        if len(disliked[taste]) >= FEW or len(judged[taste]) == said.n_texts:
            negative = rng.choice(_nearest(disliked[taste], anchor, vectors)[:NEAR])
        else:
            unjudged = np.setdiff1d(rng.integers(said.n_texts, size=LOOKED), judged[taste])
            if not len(unjudged):  # nearly all are judged
                unjudged = np.setdiff1d(np.arange(said.n_texts), judged[taste])
            negative = rng.choice(_nearest(unjudged, anchor, vectors)[len(unjudged) // 2 :])
        yield anchor, int(positive), int(negative)


def halves(contents: Sequence[str], rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Each text once, in a drawn order, as a pair that belongs together: its title and the rest, else its
    first and second half.

    Use them to keep an encoder good at what it was made for where no labelled pairs are at hand. Texts
    without LEAST_WORDS words on either side are left out. Source: Lee, Chang and Toutanova, Latent retrieval
    (2019), the inverse cloze task.

    >>> list(halves(["A title of four\\nThen a body with words", "too short"], np.random.default_rng(0)))
    [('A title of four', 'Then a body with words')]
    """
    for place in rng.permutation(len(contents)):
        title, _, body = contents[place].partition("\n")
        if min(len(title.split()), len(body.split())) >= LEAST_WORDS:
            yield title, body
            continue
        words = contents[place].split()
        middle = len(words) // 2
        if middle >= LEAST_WORDS:
            yield " ".join(words[:middle]), " ".join(words[middle:])


def _by_taste(said: CrowdFeedback, wanted: np.ndarray[tuple[int], np.dtype[np.bool]]) -> dict[int, Rows]:
    readers, places = said.readers[wanted], said.indices[wanted]
    return {int(reader): places[readers == reader] for reader in np.unique(readers)}


def _nearest(places: Rows, to: int, vectors: Matrix) -> Rows:
    return places[np.argsort(-(vectors[places] @ vectors[to]), kind="stable")]
