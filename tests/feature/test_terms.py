"""Terms, counted and hashed, against slow walks over the words."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.feature.terms import BUCKETS, STOP, content_terms, count_terms, hash_terms, term_id
from palate.features import Terms

WORDS = st.sampled_from(["red", "fox", "hen", "cow", "sly", "ox", "the", "of", "a", "7", "42", "x2"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
ODD = st.text(st.sampled_from("aeXßİıÉe\u0301ñ中文日ﬁ٣²_-' \n.,\u200d\ud800😀\0Ⅷ"), max_size=25) | st.text(
    max_size=40
)


def every_term(content: str) -> list[str]:
    """Words and pairs of neighbours, stop words among them."""
    words = [word for word in content.split() if len(word) > 1]
    return words + [f"{one} {other}" for one, other in pairwise(words)]


def counted(terms: Terms) -> list[dict[int, int]]:
    """Of each text, how often it has which id."""
    ids, counts = terms.ids.tolist(), terms.counts.tolist()
    return [
        dict(zip(ids[one:other], counts[one:other], strict=True))
        for one, other in pairwise(terms.starts.tolist())
    ]


def hashed(counts: Mapping[str, int]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for term, count in counts.items():
        found[term_id(term)] += count
    return {id: min(count, 255) for id, count in sorted(found.items())}


@given(content=TEXTS)
def test_terms_are_words_and_pairs_of_neighbours_without_stop_words(content: str) -> None:
    """Against a slow walk over the words."""
    # letters alone are passed over: their neighbours are a pair
    words = [word for word in content.split() if len(word) > 1]
    used = [word for word in words if word not in STOP]
    pairs = [f"{one} {other}" for one, other in pairwise(words) if one not in STOP and other not in STOP]
    assert count_terms(content) == Counter(used) + Counter(pairs)


@given(contents=st.lists(TEXTS | ODD, max_size=6))
def test_hashing_counts_what_count_terms_counts(contents: list[str]) -> None:
    """Also for odd letters, empty texts and no texts: against a loop over `count_terms` and `term_id`."""
    terms = content_terms(hash_terms(contents))
    assert len(terms) == len(contents)
    assert counted(terms) == [hashed(count_terms(content)) for content in contents]
    assert all(list(ids) == sorted(ids) for ids in counted(terms))


@given(contents=st.lists(TEXTS, max_size=6))
def test_it_counts_stop_words_and_pairs_with_one_too(contents: list[str]) -> None:
    """Against a count of all words and pairs by their `term_id`; what is content lies below 2**22, all else
    above.
    """
    terms = hash_terms(contents)
    assert counted(terms) == [hashed(Counter(every_term(content))) for content in contents]
    assert [column.dtype.name for column in (terms.ids, terms.counts, terms.starts)] == [
        "uint32",
        "uint8",
        "int64",
    ]
    for term in {term for content in contents for term in every_term(content)}:
        assert (term_id(term) >= BUCKETS) == bool(STOP & set(term.split()))


def test_a_count_stops_at_255() -> None:
    terms = hash_terms(["fox " * 300, "the " * 300, "fox"])
    assert sorted(terms.counts.tolist()) == [1, 255, 255, 255, 255]


@given(one=st.sampled_from(sorted(STOP)), other=WORDS)
def test_a_stop_word_is_no_term_and_parts_its_neighbours(one: str, other: str) -> None:
    assert not {term for term in count_terms(f"fox {one} {other}") if one in term.split() and one != other}
    assert f"fox {other}" not in count_terms(f"fox {one} {other}")


@given(content=ODD)
def test_upper_and_lower_case_are_one(content: str) -> None:
    assert count_terms(content) == count_terms(content.lower())
    np.testing.assert_array_equal(hash_terms([content]).ids, hash_terms([content.lower()]).ids)


@given(
    word=st.text(min_size=1).filter(lambda word: " " not in word),
    other=st.text(min_size=1).filter(lambda word: " " not in word),
)
def test_a_term_id_is_a_bucket(word: str, other: str) -> None:
    assert 0 <= term_id(word) < 2 * BUCKETS
    assert 0 <= term_id(f"{word} {other}") < 2 * BUCKETS


def test_term_ids_are_the_same_on_every_machine() -> None:
    """Pinned: stores keep them."""
    assert [term_id(term) for term in ("cat", "sat", "cat sat", "naïve", "中文")] == [
        1983400,
        3727576,
        1465321,
        1016166,
        650551,
    ]
    plain = [term_id(term) for term in ("the", "not", "the cat", "cat the", "of the")]
    assert plain == [4550118, 4586869, 4362932, 5605054, 6856433]
