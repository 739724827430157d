"""Mining: triplets and pairs for a sentence encoder from readers' feedback, drawn as they are needed. n
texts, d dims.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from palate.errors import BadValue
from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Rows

# nearest dislikes among which the negative is drawn: the very nearest is often a slip of the reader
HARD_NEGATIVES = 8
MIN_DISLIKES = 3  # with fewer dislikes than this a taste's negatives are unjudged texts
SAMPLED_UNJUDGED = 200  # unjudged texts among which those are sought
MIN_HALF_WORDS = 4  # of both halves of a text that become a pair

Triplet = tuple[int, int, int]  # indices of anchor, positive and negative


def triplets(feedback: CrowdFeedback, vectors: Matrix, rng: np.random.Generator) -> Iterator[Triplet]:
    """Yields triplets without end: two texts that a taste liked, and one that it did not.

    Use it lazily, with islice: of all triplets there are, likes squared times dislikes, none is made before
    it is asked for. The anchor is any like; the positive one of the nearer half of the taste's other likes,
    since one reader likes many things and distant ones are not alike; the negative one of the HARD_NEGATIVES
    dislikes that are nearest to the anchor, by the given vectors. A taste with fewer than MIN_DISLIKES
    dislikes has unjudged texts in their stead that are far enough: of SAMPLED_UNJUDGED drawn ones the farther
    half. A draw costs O(d (likes + dislikes of the taste)).

    feedback: its readers are tastes; likings above 0 are likes, below 0 dislikes. vectors: (n, d) rows of
    length 1 or 0. Raises BadValue where no taste has liked two texts, and not all there are.
    Source: Hermans, Beyer and Leibe, In defense of the triplet loss (2017), hard negatives; Xuan, Stylianou
    and Pless, Improved embeddings with easy positive triplet mining (2020).

    >>> likings = np.array([1.0, 1.0, -1.0, -1.0, -1.0])
    >>> feedback = CrowdFeedback(np.zeros(5, int), np.arange(5), likings, 5)
    >>> sorted(next(triplets(feedback, np.eye(5), np.random.default_rng(0)))[:2])
    [0, 1]
    """
    n_texts = feedback.n_texts
    judged = _by_taste(feedback, np.ones(len(feedback.likings), np.bool))
    disliked = {taste: np.zeros(0, np.int64) for taste in judged} | _by_taste(feedback, feedback.likings < 0)
    liked = {
        taste: indices
        for taste, indices in _by_taste(feedback, feedback.likings > 0).items()
        if len(indices) > 1 and (len(disliked[taste]) or len(judged[taste]) < n_texts)
    }
    if not liked:
        raise BadValue(
            "nobody has liked two texts yet and another not, so there is nothing to tell apart; "
            "judge more first"
        )
    owners = np.concatenate([np.full(len(indices), taste) for taste, indices in liked.items()])
    anchors = np.concatenate(list(liked.values()))
    while True:
        drawn = int(rng.integers(len(anchors)))
        taste, anchor = int(owners[drawn]), int(anchors[drawn])
        other_likes = liked[taste][liked[taste] != anchor]
        positive = rng.choice(_nearest(other_likes, anchor, vectors)[: -(-len(other_likes) // 2)])
        if len(disliked[taste]) >= MIN_DISLIKES or len(judged[taste]) == n_texts:
            negative = rng.choice(_nearest(disliked[taste], anchor, vectors)[:HARD_NEGATIVES])
        else:
            unjudged = np.setdiff1d(rng.integers(n_texts, size=SAMPLED_UNJUDGED), judged[taste])
            if not len(unjudged):  # nearly all are judged
                unjudged = np.setdiff1d(np.arange(n_texts), judged[taste])
            negative = rng.choice(_nearest(unjudged, anchor, vectors)[len(unjudged) // 2 :])
        yield anchor, int(positive), int(negative)


def halves(contents: Sequence[str], rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Yields each text once, in a drawn order, as a pair that belongs together: its title and the rest, else
    its first and second half.

    Use them to keep an encoder good at what it was made for where no labelled pairs are at hand. Texts
    without MIN_HALF_WORDS words on either side are left out.
    Source: Lee, Chang and Toutanova, Latent retrieval (2019), the inverse cloze task.

    >>> list(halves(["A title of four\\nThen a body with words", "too short"], np.random.default_rng(0)))
    [('A title of four', 'Then a body with words')]
    """
    for index in rng.permutation(len(contents)):
        title, _, body = contents[index].partition("\n")
        if min(len(title.split()), len(body.split())) >= MIN_HALF_WORDS:
            yield title, body
            continue
        words = contents[index].split()
        middle = len(words) // 2
        if middle >= MIN_HALF_WORDS:
            yield " ".join(words[:middle]), " ".join(words[middle:])


def _by_taste(feedback: CrowdFeedback, mask: np.ndarray[tuple[int], np.dtype[np.bool]]) -> dict[int, Rows]:
    tastes, indices = feedback.readers[mask], feedback.indices[mask]
    return {int(taste): indices[tastes == taste] for taste in np.unique(tastes)}


def _nearest(indices: Rows, anchor: int, vectors: Matrix) -> Rows:
    return indices[np.argsort(-(vectors[indices] @ vectors[anchor]), kind="stable")]
