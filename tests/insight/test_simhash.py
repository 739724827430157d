import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.simhash import BITS, bits_apart, rarity, simhash

WEIGHTS = st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, 50), max_size=12)


def counted(weights: dict[str, int]) -> int:
    """The number bit by bit, in plain Python, as Manku, Jain and Das Sarma write it."""
    votes = Counter[int]()
    for word, weight in weights.items():
        hashed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        for bit in range(BITS):
            votes[bit] += weight if hashed >> bit & 1 else -weight
    return sum(1 << bit for bit in range(BITS) if votes[bit] > 0)


@given(weights=WEIGHTS)
def test_each_bit_is_the_weighted_vote_of_the_words(weights: dict[str, int]) -> None:
    assert simhash(weights) == counted(weights)


@given(weights=WEIGHTS, factor=st.integers(1, 9))
def test_only_the_ratios_of_the_weights_count(weights: dict[str, int], factor: int) -> None:
    assert simhash({word: factor * weight for word, weight in weights.items()}) == simhash(weights)
    assert simhash(dict(reversed(weights.items()))) == simhash(weights)


def test_one_word_has_the_bits_of_its_hash() -> None:
    assert simhash({"cat": 3}) == int.from_bytes(hashlib.sha256(b"cat").digest()[:8], "big")


@pytest.mark.parametrize("shared", [10, 40, 70])
def test_bits_differ_as_the_angle_says(shared: int) -> None:
    """Texts of 80 words of which some are shared: 64 t / pi bits on average, within a bit over 100 pairs."""
    distances = []
    for draw in range(100):
        one, other = ({f"{draw} {n}": 1 for n in range(first, first + 80)} for first in (0, 80 - shared))
        distances.append(bits_apart(simhash(one), simhash(other)))
    expected = BITS * np.arccos(shared / 80) / np.pi
    assert np.mean(distances) == pytest.approx(expected, abs=1.5)


@given(one=st.integers(0, 2**64 - 1), other=st.integers(0, 2**64 - 1))
def test_a_distance_is_that_of_hamming(one: int, other: int) -> None:
    assert bits_apart(one, other) == sum(a != b for a, b in zip(f"{one:064b}", f"{other:064b}", strict=True))


@given(n_texts=st.integers(1, 10**6), n_with=st.integers(0, 10**6))
def test_rarity_is_one_and_a_whole_logarithm(n_texts: int, n_with: int) -> None:
    share = n_texts // max(1, n_with)
    assert rarity(n_texts, n_with) == (1 + int(np.floor(np.log2(share))) if share else 1)
