"""Hashed words, against a loop over the words."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.word_hashes import hash_content_terms, hash_words

TEXTS = st.lists(st.text(st.sampled_from("ab AB é ß 1 ,.\n 中国"), max_size=20), max_size=8)


def no_stop(
    hashes: np.ndarray[tuple[int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.zeros(len(hashes), np.bool_)


def slow_words(text: str) -> list[str]:
    found, word = [], ""
    for character in text.casefold() + " ":
        is_alone = "\u4e00" <= character < "\ua000"
        if character.isalnum() and not is_alone:
            word += character
            continue
        found += [word] if word else []
        word = ""
        found += [character] if is_alone else []
    return found


@given(TEXTS)
def test_equal_words_have_equal_hashes_and_others_do_not(texts: list[str]) -> None:
    words = hash_words(texts)
    expected = [(owner, word) for owner, text in enumerate(texts) for word in slow_words(text)]
    assert words.owners.tolist() == [owner for owner, _ in expected]
    hashes: dict[str, int] = {}
    for (_, word), found in zip(expected, words.hashes.tolist(), strict=True):
        assert hashes.setdefault(word, found) == found
    assert len({*hashes.values()}) == len(hashes)
    assert words.is_single.tolist() == [len(w) == 1 and not "\u4e00" <= w < "\ua000" for _, w in expected]


@given(TEXTS)
def test_terms_are_words_and_pairs_of_neighbours(texts: list[str]) -> None:
    ids, starts = hash_content_terms(texts, no_stop)
    for text, first, end in zip(texts, starts[:-1], starts[1:], strict=True):
        single = slow_words(text)
        kept = [len(w) > 1 or "\u4e00" <= w < "\ua000" for w in single]
        words = {w for w, keep in zip(single, kept, strict=True) if keep}
        pairs = {
            (a, b)
            for (a, keep_a), (b, keep_b) in pairwise(zip(single, kept, strict=True))
            if keep_a and keep_b
        }
        assert end - first == len(words) + len(pairs)
        assert sorted({*ids[first:end].tolist()}) == ids[first:end].tolist()


def test_the_place_of_a_text_does_not_matter() -> None:
    one = "The central bank raised rates again"
    alone, _ = hash_content_terms([one], no_stop)
    ids, starts = hash_content_terms(["x y z " * 500, one], no_stop)
    assert ids[starts[1] :].tolist() == alone.tolist()


def test_stop_words_part_pairs() -> None:
    stop = hash_words(["the"]).hashes
    _, starts = hash_content_terms(["saw the cat"], lambda hashes: np.isin(hashes, stop))
    assert starts.tolist() == [0, 2]
