from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from palate.feature.keyword import BUCKETS, STOP, Keyword, count_terms, hash_terms, term_id

WORDS = st.sampled_from(["red", "fox", "hen", "cow", "sly", "ox", "the", "of", "a", "7", "42", "x2"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
ODD = st.text(st.sampled_from("aeXßİıÉe\u0301ñ中文日ﬁ٣²_-' \n.,\u200d\ud800😀\0Ⅷ"), max_size=25) | st.text(max_size=40)


def spelled_out(content: str) -> list[str]:
    """Every term as often as it counts, for scikit-learn."""
    return [term for term, count in count_terms(content).items() for _ in range(count)]


@given(content=TEXTS)
def test_terms_are_words_and_pairs_of_neighbours_without_stop_words(content: str) -> None:
    """Against a slow walk over the words."""
    words = [word for word in content.split() if len(word) > 1]  # letters alone are passed over: their neighbours are a pair
    used = [word for word in words if word not in STOP]
    pairs = [f"{one} {other}" for one, other in pairwise(words) if one not in STOP and other not in STOP]
    assert count_terms(content) == Counter(used) + Counter(pairs)


@given(contents=st.lists(TEXTS | ODD, max_size=6))
def test_hashing_counts_what_count_terms_counts(contents: list[str]) -> None:
    """Also for odd letters, empty texts and no texts: against a loop over `count_terms` and `term_id`."""
    terms = hash_terms(contents)
    assert len(terms) == len(contents)
    for content, first, last in zip(contents, terms.starts[:-1], terms.starts[1:], strict=True):
        expected: Counter[int] = Counter()
        for term, count in count_terms(content).items():
            expected[term_id(term)] += count
        assert terms.ids[first:last].tolist() == sorted(expected)
        assert terms.counts[first:last].tolist() == [min(expected[id], 255) for id in sorted(expected)]


def test_a_count_stops_at_255() -> None:
    terms = hash_terms(["fox " * 300, "fox"])
    assert terms.counts.tolist() == [255, 255, 1] or sorted(terms.counts.tolist()) == [1, 255, 255]


@given(one=st.sampled_from(sorted(STOP)), other=WORDS)
def test_a_stop_word_is_no_term_and_parts_its_neighbours(one: str, other: str) -> None:
    assert not {term for term in count_terms(f"fox {one} {other}") if one in term.split() and one != other}
    assert f"fox {other}" not in count_terms(f"fox {one} {other}")


@given(content=ODD)
def test_upper_and_lower_case_are_one(content: str) -> None:
    assert count_terms(content) == count_terms(content.lower())
    np.testing.assert_array_equal(hash_terms([content]).ids, hash_terms([content.lower()]).ids)


@given(
    word=st.text(min_size=1).filter(lambda word: " " not in word), other=st.text(min_size=1).filter(lambda word: " " not in word)
)
def test_a_term_id_is_a_bucket(word: str, other: str) -> None:
    assert 0 <= term_id(word) < BUCKETS
    assert 0 <= term_id(f"{word} {other}") < BUCKETS


def test_term_ids_are_the_same_on_every_machine() -> None:
    """Pinned: stores keep them."""
    assert [term_id(term) for term in ("cat", "sat", "cat sat", "naïve", "中文")] == [1983400, 3727576, 1465321, 1016166, 650551]


@given(contents=st.lists(TEXTS, min_size=4, max_size=15), new=st.lists(TEXTS, max_size=4))
def test_it_is_the_tfidf_of_scikit_learn(contents: list[str], new: list[str]) -> None:
    """Sublinear tf, smooth idf, rows of length 1, terms in two texts or more but not in over half, where no two terms collide."""
    names = {term for content in contents + new for term in count_terms(content)}
    assume(len({term_id(name) for name in names}) == len(names))
    peer = TfidfVectorizer(analyzer=spelled_out, sublinear_tf=True, smooth_idf=True, norm="l2", min_df=2, max_df=0.5)
    keyword = Keyword(hash_terms(contents))
    try:
        peer.fit(contents)
    except ValueError:  # scikit-learn refuses to keep no term at all
        assert len(keyword.idf) == 0
        return
    vocabulary = peer.get_feature_names_out().tolist()
    columns = [keyword.column(term) for term in vocabulary]
    assert sorted(columns) == list(range(len(keyword.idf)))
    assert all(keyword.column(term) == -1 for term in names - set(vocabulary))
    for texts in (contents, new):
        rows = keyword.transform(hash_terms(texts))
        assert rows.shape == (len(texts), len(vocabulary))
        if texts:
            np.testing.assert_allclose(rows.toarray()[:, columns], peer.transform(texts).toarray(), atol=1e-6)


@given(contents=st.lists(TEXTS, max_size=3))
def test_a_corpus_of_few_texts_keeps_what_two_of_them_share(contents: list[str]) -> None:
    """Of two or three texts, half is less than two: a term in two of them is kept."""
    keyword = Keyword(hash_terms(contents))
    rows = keyword.transform(hash_terms([*contents, ""]))
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1))
    shared = Counter(term for content in contents for term in count_terms(content))
    assert len(keyword.idf) <= sum(count == 2 for count in shared.values())
    assert all(length == 0 or length == pytest.approx(1, abs=1e-5) for length in lengths)
    assert lengths[-1] == 0
