"""BM25 and tf-idf against scikit-learn and against loops over counts."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from feature.test_terms import ODD, TEXTS, every_term
from palate.feature.keyword import KEPT, Keyword
from palate.feature.terms import BUCKETS, count_terms, hash_terms, term_id

CORPORA = st.lists(TEXTS, min_size=4, max_size=15)


def bm25(keyword: Keyword, contents: list[str]) -> csr_array:
    return keyword.bm25(keyword.postings(hash_terms(contents)))


def tfidf(keyword: Keyword, contents: list[str]) -> csr_array:
    return keyword.tfidf(keyword.postings(hash_terms(contents)))


def spelled_out(content: str) -> list[str]:
    """Every term as often as it counts, for scikit-learn."""
    return [term for term, count in count_terms(content).items() for _ in range(count)]


def apart(contents: list[str]) -> None:
    """Go on only where no two terms share a bucket."""
    names = {term for content in contents for term in every_term(content)}
    assume(len({term_id(name) for name in names}) == len(names))


@given(contents=CORPORA, new=st.lists(TEXTS, max_size=4))
def test_bm25_is_the_formula_over_the_counts_of_scikit_learn(contents: list[str], new: list[str]) -> None:
    """Term by term, with k1 = 1.2 and b = 0.75, and the corpus scaled to a mean squared row length of 1."""
    apart(contents + new)
    keyword = Keyword.fit(hash_terms(contents))
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
    rows = bm25(keyword, [*contents, *new])
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
    rows = tfidf(Keyword.fit(hash_terms(contents)), contents)
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
    keyword, rows = Keyword.fit(hash_terms(contents)), slow_tfidf(frequencies, n, new)
    found = tfidf(keyword, new).toarray()
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
    keyword = Keyword.fit(hash_terms(contents))
    given = [*contents, *new, ""]
    of_tfidf, of_bm25 = tfidf(keyword, given).toarray(), bm25(keyword, given).toarray()
    assert (squares(of_tfidf) <= 1 + 1e-5).all()
    assert not of_bm25.any() or squares(of_bm25[: len(contents)]).mean() == pytest.approx(1, abs=1e-4)
    assert not of_tfidf[-1].any()
    assert not of_bm25[-1].any()
    assert np.isfinite(of_tfidf).all()
    assert np.isfinite(of_bm25).all()


@given(contents=st.lists(TEXTS, max_size=3))
def test_a_corpus_of_few_texts_keeps_what_two_of_them_share(contents: list[str]) -> None:
    """Of two or three texts, half is less than two: a term in two of them is kept."""
    apart(contents)
    keyword = Keyword.fit(hash_terms(contents))
    shared = Counter(term for content in contents for term in set(every_term(content)))
    twice = {term for term, count in shared.items() if count == 2}
    assert tfidf(keyword, contents).shape[1] == len(twice)
    assert {term for term in shared if keyword.column(term) >= 0} == {
        term for term in twice if term_id(term) < BUCKETS
    }


def test_a_stop_word_has_no_column_in_bm25() -> None:
    keyword = Keyword.fit(hash_terms(["the red fox", "the red hen", "an old cow", "an old pig"]))
    assert [keyword.column(term) for term in ("the", "the red", "an", "not", "of the")] == [-1] * 5
    assert sorted(keyword.column(term) for term in ("red", "old")) == [0, 1]


@given(contents=st.lists(TEXTS | ODD, max_size=8), new=st.lists(TEXTS | ODD, max_size=5), many=st.booleans())
def test_a_weighting_comes_back_from_its_arrays_to_the_bit(
    contents: list[str], new: list[str], many: bool
) -> None:
    """And weighs a text alone as it weighs it among many."""
    keyword = Keyword.fit(hash_terms(contents))
    again = Keyword.from_arrays({name: array.copy() for name, array in keyword.arrays().items()})
    among = [*new, *(["red fox hen " * 9, "sly ox of the cow"] if many else [])]
    for make in (bm25, tfidf):
        rows = make(keyword, among)
        assert rows.toarray().tobytes() == make(again, among).toarray().tobytes()
        for index, content in enumerate(new):
            assert rows[[index]].toarray().tobytes() == make(keyword, [content]).toarray().tobytes()


@given(contents=CORPORA, new=st.lists(TEXTS | ODD, max_size=5))
def test_postings_are_the_known_terms_of_each_text(contents: list[str], new: list[str]) -> None:
    """Ascending, as often as they occur; saturation and norms are of the whole text."""
    keyword, terms = Keyword.fit(hash_terms(contents)), hash_terms(new)
    postings = keyword.postings(terms)
    known, n = keyword.ids.tolist(), len(contents)
    had = Counter(
        id for ids, _ in hash_terms(contents).to_bytes() for id in set(np.frombuffer(ids, "<u4").tolist())
    )
    usual = sum(sum(count_terms(content).values()) for content in contents) / n
    assert len(postings) == len(new)
    for index, (ids, counts) in enumerate(terms.to_bytes()):
        span = slice(postings.starts[index], postings.starts[index + 1])
        pairs = list(zip(np.frombuffer(ids, "<u4").tolist(), counts, strict=True))
        expected = [(id, count) for id, count in pairs if id in known]
        codes = postings.codes[span].tolist()
        assert [known[code - KEPT] for code in codes] == [id for id, _ in expected]
        assert codes == sorted(codes)
        assert postings.counts[span].tolist() == [count for _, count in expected]
        length = sum(count for id, count in pairs if id < BUCKETS)
        if usual:
            assert postings.saturation[index] == pytest.approx(1.2 * (0.25 + 0.75 * length / usual))
        weights = [
            (1 + np.log(count)) * (np.log((1 + n) / (1 + max(1, had[id]))) + 1)
            for id, count in pairs
            if had[id] <= max(2, 0.95 * n)
        ]
        assert postings.norms[index] == pytest.approx(np.linalg.norm(weights), abs=1e-5)
