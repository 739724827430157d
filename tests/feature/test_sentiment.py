import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.feature.sentiment import QUIET, WORDS, Sentiment, feelings_of
from palate.feature.terms import hash_terms

WARM, COOL = ["delightful", "charming", "superb", "joy"], ["awful", "boring", "horrible", "grief"]
PLAIN = ["train", "table", "plots"]
contents = st.lists(
    st.lists(st.sampled_from(WARM + COOL + PLAIN), max_size=12).map(" ".join), min_size=2, max_size=8
)


def fitted(corpus: list[str]) -> Sentiment:
    return Sentiment.fit(feelings_of(hash_terms(corpus)))


@given(contents)
def test_rows_are_centred_with_a_length_that_a_hundred_texts_bring_to_one(corpus: list[str]) -> None:
    terms = hash_terms(corpus)
    rows = Sentiment.fit(feelings_of(terms)).transform(terms).astype(float)
    assert rows.shape == (len(corpus), 2)
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-4)
    length = (rows**2).sum(axis=1).mean()
    assert length == 0 or length == pytest.approx(min(1.0, len(corpus) / 100) ** 2, rel=1e-3)


@given(contents, st.lists(st.sampled_from(PLAIN), min_size=3, max_size=3))
def test_a_warm_word_raises_the_first_column_and_a_cool_one_the_second(
    corpus: list[str], words: list[str]
) -> None:
    sentiment = fitted([*corpus, "superb", "awful"])
    plain, warm, cool, warmer = sentiment.transform(
        hash_terms(
            [
                " ".join([*words, *more])
                for more in (["plots"], ["superb"], ["awful"], ["superb", "delightful"])
            ]
        )
    )
    assert warm[0] > plain[0] < warmer[0]
    assert warmer[0] > warm[0]
    assert cool[1] > plain[1]
    np.testing.assert_allclose([warm[1], cool[0]], [plain[1], plain[0]], atol=1e-6)


def test_columns_are_the_roots_of_the_valence_per_word() -> None:
    """By hand: superb 3.1 and awful -2.0 in VADER; two words and their pair are three terms."""
    corpus = hash_terms(["superb plots", "awful plots", "table plots"])
    words = 3 / WORDS + QUIET
    expected = np.sqrt(np.array([[3.1, 0], [0, 2.0], [0, 0]]) / words)
    expected -= expected.mean(axis=0)
    expected /= np.sqrt((expected**2).sum(axis=1).mean())
    np.testing.assert_allclose(
        Sentiment.fit(feelings_of(corpus)).transform(corpus) * 100 / len(corpus), expected, atol=1e-4
    )


def test_texts_that_feel_alike_have_no_feeling_against_each_other() -> None:
    """The mean of three equal feelings is off by its rounding, which is no spread."""
    corpus = hash_terms(["delightful awful"] * 3)
    assert not Sentiment.fit(feelings_of(corpus)).transform(corpus).any()


def test_a_corpus_without_feeling_and_none_at_all_give_zeros() -> None:
    for corpus in (["train table", "plots"], []):
        rows = fitted(corpus).transform(hash_terms(["superb", "table"]))
        assert rows.dtype == np.float32
        np.testing.assert_array_equal(rows, np.zeros((2, 2)))
    assert fitted(["superb", "awful"]).transform(hash_terms([])).shape == (0, 2)


@given(contents, st.lists(st.sampled_from(WARM + COOL + PLAIN), max_size=6).map(" ".join))
def test_feelings_of_a_text_do_not_depend_on_others_and_make_the_same_fit(
    corpus: list[str], text: str
) -> None:
    together = feelings_of(hash_terms([*corpus, text]))
    parted = [feelings_of(hash_terms(part)) for part in (corpus[:1], corpus[1:], [text], [])]
    np.testing.assert_array_equal(together, np.concatenate(parted))
    assert ((together >= 0) & (together <= 2)).all()
