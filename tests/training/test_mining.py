"""Triplets and pairs against what they must be, over drawn feedback."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue
from palate.feedback import CrowdFeedback
from palate.parts import Matrix
from palate.training import mining
from palate.training.mining import FEW, NEAR, halves, triplets


def unit(n: int, dims: int, seed: int) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(n, dims))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def feedback(seed: int, tastes: int, n: int, most: int, dislikes: bool = True) -> CrowdFeedback:
    """Each taste judges some of n texts once; the first likes two or more, and no taste judges all."""
    rng = np.random.default_rng(seed)
    readers, places, likings = [], [], []
    for taste in range(tastes):
        judged = rng.permutation(n)[: rng.integers(2, most + 1)]
        said = rng.choice([-1.0, -0.4, 0.3, 1.0] if dislikes else [0.2, 1.0], len(judged))
        if taste == 0:
            said[:2] = 1.0
        readers += [taste] * len(judged)
        places += judged.tolist()
        likings += said.tolist()
    return CrowdFeedback(np.array(readers), np.array(places), np.array(likings), n)


def of(said: CrowdFeedback, taste: int, sign: int) -> set[int]:
    return set(said.indices[(said.readers == taste) & (np.sign(said.likings) == sign)].tolist())


@given(seed=st.integers(0, 10_000), tastes=st.integers(1, 4), n=st.integers(30, 60), dislikes=st.booleans())
def test_a_triplet_is_two_likes_of_one_taste_and_what_it_does_not_like(
    seed: int, tastes: int, n: int, dislikes: bool
) -> None:
    """The positive is of the nearer half of the other likes; the negative a near dislike or, without them, an
    unjudged text.
    """
    said, vectors = feedback(seed, tastes, n, 25, dislikes), unit(n, 5, seed)
    for anchor, positive, negative in islice(triplets(said, vectors, np.random.default_rng(seed)), 20):
        cosine = vectors @ vectors[anchor]

        def possible(
            taste: int, anchor: int = anchor, p: int = positive, c: int = negative, cosine: object = cosine
        ) -> bool:
            liked, disliked = of(said, taste, 1), of(said, taste, -1)
            if anchor not in liked or p not in liked - {anchor}:
                return False
            nearer = sum(
                vectors[other] @ vectors[anchor] > vectors[p] @ vectors[anchor] for other in liked - {anchor}
            )
            if nearer >= -(-(len(liked) - 1) // 2):
                return False
            if len(disliked) >= FEW:
                return (
                    c in disliked
                    and sum(vectors[d] @ vectors[anchor] > vectors[c] @ vectors[anchor] for d in disliked)
                    < NEAR
                )
            return c not in liked | disliked

        assert any(possible(taste) for taste in range(tastes))


def test_negatives_that_nobody_judged_are_far_enough() -> None:
    """Of the texts that are looked at those in the nearer half are never taken: they may be what the reader
    likes.
    """
    n = 40
    said = CrowdFeedback(np.zeros(2, int), np.array([0, 1]), np.ones(2), n)
    angles = np.linspace(0, np.pi, n)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    taken = {anchor: set[int]() for anchor in (0, 1)}
    for anchor, positive, negative in islice(triplets(said, vectors, np.random.default_rng(0)), 400):
        assert {anchor, positive} == {0, 1}
        taken[anchor].add(negative)
    assert all(min(found) >= n // 2 - 3 and len(found) > n // 4 for found in taken.values())


def test_each_like_is_an_anchor_as_often_as_another() -> None:
    said = CrowdFeedback(
        np.repeat([0, 1], [8, 14]),
        np.concatenate([np.arange(8), np.arange(14)]),
        np.array([1.0] * 4 + [-1.0] * 4 + [1.0] * 8 + [-1.0] * 6),
        20,
    )
    anchors = [
        anchor for anchor, _, _ in islice(triplets(said, unit(20, 4, 0), np.random.default_rng(0)), 6000)
    ]
    counts = np.bincount(anchors, minlength=20)[:8]
    np.testing.assert_allclose(counts, [1000] * 4 + [500] * 4, rtol=0.15)


def test_nothing_is_drawn_before_it_is_asked_for_and_the_same_seed_gives_the_same() -> None:
    said, vectors = feedback(0, 3, 50, 20), unit(50, 5, 0)
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    mined = triplets(said, vectors, rng)
    assert rng.random() == untouched.random()
    again = triplets(said, vectors, untouched)
    assert list(islice(mined, 30)) == list(islice(again, 30))


@pytest.mark.parametrize(
    "likings",
    [[1.0, -1.0, -1.0], [-1.0, -1.0, 0.0], [1.0, 1.0, 1.0]],
    ids=["one like", "none", "all there are"],
)
def test_without_two_likes_and_something_else_there_is_nothing_to_mine(likings: list[float]) -> None:
    said = CrowdFeedback(np.zeros(3, int), np.arange(3), np.array(likings), 3)
    with pytest.raises(BadValue, match="nobody has liked two texts yet and another not"):
        next(triplets(said, np.eye(3), np.random.default_rng(0)))


def test_a_reader_who_judged_everything_has_only_dislikes_to_be_told_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = CrowdFeedback(np.zeros(4, int), np.arange(4), np.array([1.0, 1.0, 1.0, -1.0]), 4)
    assert {
        negative for _, _, negative in islice(triplets(said, np.eye(4), np.random.default_rng(0)), 20)
    } == {3}
    monkeypatch.setattr(mining, "LOOKED", 1)  # so that what is looked at is mostly judged
    one_left = CrowdFeedback(np.zeros(4, int), np.arange(4), np.array([1.0, 1.0, 1.0, -1.0]), 5)
    assert {
        negative for _, _, negative in islice(triplets(one_left, np.eye(5), np.random.default_rng(0)), 20)
    } == {4}


@given(st.lists(st.text("ab \n", max_size=60), max_size=8), st.integers(0, 99))
def test_halves_together_are_the_words_of_a_text(contents: list[str], seed: int) -> None:
    made = [" ".join(pair).split() for pair in halves(contents, np.random.default_rng(seed))]
    texts = [content.split() for content in contents]
    assert all(words in texts for words in made)
    assert len(made) == sum(
        len(words) // 2 >= mining.LEAST_WORDS or _titled(content)
        for content, words in zip(contents, texts, strict=True)
    )


def _titled(content: str) -> bool:
    title, _, body = content.partition("\n")
    return min(len(title.split()), len(body.split())) >= mining.LEAST_WORDS


def test_a_title_and_its_body_are_a_pair_and_a_long_text_is_cut_in_the_middle() -> None:
    found = dict(
        halves(
            ["one two three four\nfive six seven eight nine", "a b c d e f g h i", "too short"],
            np.random.default_rng(0),
        )
    )
    assert found == {"one two three four": "five six seven eight nine", "a b c d": "e f g h i"}
