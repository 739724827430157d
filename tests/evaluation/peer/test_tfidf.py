import pytest

from palate.evaluation.peer.tfidf import tfidf


@pytest.mark.needs("peers")
def test_the_matrix_of_a_corpus_is_made_once() -> None:
    contents, copy = ("red cats", "blue cats"), ("red cats", "blue cats")
    assert tfidf(contents, sublinear_tf=True) is tfidf(copy, sublinear_tf=True)
    assert tfidf(contents, sublinear_tf=True) is not tfidf(contents)
