"""The tf-idf matrix of a corpus, made once for all readers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@lru_cache(maxsize=4)
def tfidf(
    contents: tuple[str, ...],
    *,
    ngram_range: tuple[int, int] = (1, 1),
    token_pattern: str = r"(?u)\b\w\w+\b",  # noqa: S107  a token is a word
    strip_accents: str | None = None,
    stop_words: str | None = None,
    sublinear_tf: bool = False,
    min_df: int = 1,
    max_df: float = 1.0,
    max_features: int | None = None,
) -> csr_matrix:
    """Returns (n, d) rows of length 1; the settings and their defaults are TfidfVectorizer's.

    d is 0 where the settings leave no word, as with min_df=5 in a corpus of ten texts; scikit-learn raises
    there.

    >>> tfidf(("red cats", "blue cats")).shape, tfidf(("red cats", "blue cats"), min_df=5).shape
    ((2, 3), (2, 0))
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        ngram_range=ngram_range,
        token_pattern=token_pattern,
        strip_accents=strip_accents,
        stop_words=stop_words,
        sublinear_tf=sublinear_tf,
        min_df=min_df,
        max_df=max_df,
        max_features=max_features,
    )
    try:
        return csr_matrix(vectorizer.fit_transform(contents))
    except ValueError:  # the three it raises here all say: no terms remain
        return csr_matrix((len(contents), 0))
