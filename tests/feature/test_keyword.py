from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from palate.feature.keyword import Keyword
from palate.feature.terms import BUCKETS, STOP, content_terms, count_terms, hash_terms, term_id
from palate.features import Terms

WORDS = st.sampled_from(["red", "fox", "hen", "cow", "sly", "ox", "the", "of", "a", "7", "42", "x2"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
ODD = st.text(st.sampled_from("aeXßİıÉe\u0301ñ中文日ﬁ٣²_-' \n.,\u200d\ud800😀\0Ⅷ"), max_size=25) | st.text(
    max_size=40
)
CORPORA = st.lists(TEXTS, min_size=4, max_size=15)


def spelled_out(content: str) -> list[str]:
    """Every term as often as it counts, for scikit-learn."""
    return [term for term, count in count_terms(content).items() for _ in range(count)]


def every_term(content: str) -> list[str]:
    """Words and pairs of neighbours, stop words among them, for scikit-learn."""
    words = [word for word in content.split() if len(word) > 1]
    return words + [f"{one} {other}" for one, other in pairwise(words)]


def apart(contents: list[str]) -> None:
    """Go on only where no two terms share a bucket."""
    names = {term for content in contents for term in every_term(content)}
    assume(len({term_id(name) for name in names}) == len(names))


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


@given(contents=CORPORA, new=st.lists(TEXTS, max_size=4))
def test_bm25_is_the_formula_over_the_counts_of_scikit_learn(contents: list[str], new: list[str]) -> None:
    """Term by term, with k1 = 1.2 and b = 0.75, and the corpus scaled to a mean squared row length of 1."""
    apart(contents + new)
    keyword = Keyword(hash_terms(contents))
    counts = CountVectorizer(analyzer=spelled_out).fit([*contents, *new, "red"])
    had, asked = (
        counts.transform(texts).toarray() if texts else np.zeros((0, 1))
        for texts in (contents, [*contents, *new])
    )
    n, usual = len(contents), had.sum() / len(contents)
    expected: dict[str, list[float]] = {}
    for place, term in enumerate(counts.get_feature_names_out()):
        frequency = int((had[:, place] > 0).sum())
        if not 2 <= frequency <= max(2, n / 2):
            assert keyword.column(term) == -1
            continue
        idf = np.log(1 + (n - frequency + 0.5) / (frequency + 0.5))
        expected[term] = [
            idf * row[place] / (row[place] + 1.2 * (0.25 + 0.75 * row.sum() / usual)) for row in asked
        ]
    rows = keyword.bm25(hash_terms([*contents, *new]))
    assert (rows.shape, rows.dtype.name) == ((len(asked), len(expected)), "float32")
    assert sorted(keyword.column(term) for term in expected) == list(range(len(expected)))
    if expected:
        table = np.array(list(expected.values())).T
        table /= np.sqrt((table[:n] ** 2).sum() / n)
        np.testing.assert_allclose(
            rows.toarray()[:, [keyword.column(term) for term in expected]], table, atol=1e-5
        )


@given(contents=CORPORA)
def test_tfidf_is_that_of_scikit_learn_without_the_columns_of_one_text(contents: list[str]) -> None:
    """Stop words count, terms in over 95 of 100 texts do not; a row's length is that with the columns of one
    text.
    """
    apart(contents)
    peer = TfidfVectorizer(
        analyzer=every_term, sublinear_tf=True, smooth_idf=True, norm="l2", min_df=1, max_df=0.95
    )
    rows = Keyword(hash_terms(contents)).tfidf(hash_terms(contents))
    try:
        theirs = peer.fit_transform(contents).toarray()
    except ValueError:  # scikit-learn refuses to keep no term at all
        assert rows.nnz == 0
        return
    names = peer.get_feature_names_out()
    kept = [place for place in range(len(names)) if (theirs[:, place] > 0).sum() >= 2]
    kept.sort(key=lambda place: term_id(names[place]))
    assert (rows.shape, rows.dtype.name) == ((len(contents), len(kept)), "float32")
    np.testing.assert_allclose(rows.toarray(), theirs[:, kept], atol=1e-6)


@given(contents=CORPORA, new=st.lists(TEXTS, max_size=4))
def test_in_a_new_text_an_unknown_term_weighs_like_one_that_a_single_text_has(
    contents: list[str], new: list[str]
) -> None:
    """Against scikit-learn with a corpus to which nothing is new: weights before lengths, its own idf for
    what it has.
    """
    apart(contents + new)
    n = len(contents)
    frequencies = Counter(term for content in contents for term in set(every_term(content)))
    keyword, rows = Keyword(hash_terms(contents)), slow_tfidf(frequencies, n, new)
    found = keyword.tfidf(hash_terms(new)).toarray()
    order = sorted(
        (term for term, frequency in frequencies.items() if 2 <= frequency <= max(2, 0.95 * n)), key=term_id
    )
    for row, weights in zip(found, rows, strict=True):
        np.testing.assert_allclose(row, [weights.get(term, 0.0) for term in order], atol=1e-6)


def slow_tfidf(frequencies: Mapping[str, int], n: int, contents: list[str]) -> list[dict[str, float]]:
    found = []
    for content in contents:
        weights = {}
        for term, count in Counter(every_term(content)).items():
            frequency = max(1, frequencies.get(term, 0))
            if frequency <= max(2, 0.95 * n):
                weights[term] = (1 + np.log(count)) * (np.log((1 + n) / (1 + frequency)) + 1)
        length = np.sqrt(sum(weight**2 for weight in weights.values()))
        found.append({term: weight / length for term, weight in weights.items()})
    return found


def squares(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((rows**2).sum(axis=1))


@given(contents=st.lists(TEXTS | ODD, max_size=8), new=st.lists(TEXTS | ODD, max_size=3))
def test_rows_of_tfidf_are_at_most_as_long_as_one_and_those_of_bm25_are_on_average(
    contents: list[str], new: list[str]
) -> None:
    """Also of no texts, and of texts that say nothing."""
    keyword = Keyword(hash_terms(contents))
    tfidf, bm25 = (
        make(hash_terms([*contents, *new, ""])).toarray() for make in (keyword.tfidf, keyword.bm25)
    )
    assert (squares(tfidf) <= 1 + 1e-5).all()
    assert not bm25.any() or squares(bm25[: len(contents)]).mean() == pytest.approx(1, abs=1e-4)
    assert not tfidf[-1].any()
    assert not bm25[-1].any()
    assert np.isfinite(tfidf).all()
    assert np.isfinite(bm25).all()


@given(contents=st.lists(TEXTS, max_size=3))
def test_a_corpus_of_few_texts_keeps_what_two_of_them_share(contents: list[str]) -> None:
    """Of two or three texts, half is less than two: a term in two of them is kept."""
    apart(contents)
    keyword = Keyword(hash_terms(contents))
    shared = Counter(term for content in contents for term in set(every_term(content)))
    twice = {term for term, count in shared.items() if count == 2}
    assert keyword.tfidf(hash_terms(contents)).shape[1] == len(twice)
    assert {term for term in shared if keyword.column(term) >= 0} == {
        term for term in twice if term_id(term) < BUCKETS
    }


def test_a_stop_word_has_no_column_in_bm25() -> None:
    keyword = Keyword(hash_terms(["the red fox", "the red hen", "an old cow", "an old pig"]))
    assert [keyword.column(term) for term in ("the", "the red", "an", "not", "of the")] == [-1] * 5
    assert sorted(keyword.column(term) for term in ("red", "old")) == [0, 1]
