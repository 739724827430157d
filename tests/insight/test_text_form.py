from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.outlier_reasons import NOTHING, outlier_reasons
from palate.insight.text_form import text_form
from palate.insight.word_order import WordSequences, order_fit, shared_phrases

SUBJECTS = "cat dog bird fish horse cow hen goat".split()


def sentences(n: int, seed: int = 0, length: int = 8) -> list[str]:
    """Sentences with an order: the, an animal, a verb, and again."""
    rng = np.random.default_rng(seed)
    verbs, weathers = ["sees", "hears", "likes"], ["rain", "sun"]
    return [
        " ".join(
            f"the {rng.choice(SUBJECTS)} {rng.choice(verbs)} in {rng.choice(weathers)}" for _ in range(length)
        )
        for _ in range(n)
    ]


def test_shuffled_words_are_out_of_order() -> None:
    texts = sentences(60)
    rng = np.random.default_rng(1)
    shuffled = [" ".join(rng.permutation(text.split())) for text in texts[:2]]
    form = text_form([*texts, *shuffled], ["en"] * 62)
    assert form.disorder[60:].min() > max(3.5, form.disorder[:60].max())


@given(seed=st.integers(0, 50), n=st.integers(1, 6))
def test_rarity_and_counts_are_those_of_a_slow_loop(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(SUBJECTS, rng.integers(1, 6))) for _ in range(n)]
    form = text_form(texts, [""] * n)
    split = [text.split() for text in texts]
    rarity = [np.mean([np.log(n / sum(word in other for other in split)) for word in line]) for line in split]
    # a robust score keeps the order of what it scores
    for one in range(n):
        for other in range(n):
            if rarity[one] > rarity[other] + 1e-9:
                assert form.rarity[one] >= form.rarity[other]
    for word, count in zip(form.vocabulary, form.counts.tolist(), strict=True):
        assert count == sum(line.count(word) for line in split)
    assert form.n_words.tolist() == [len(line) for line in split]


@given(seed=st.integers(0, 30))
def test_order_fit_is_that_of_a_slow_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [rng.integers(0, 4, rng.integers(0, 9)).tolist() for _ in range(5)]
    words = np.array([word for line in lines for word in line], np.int64)
    starts = np.cumsum([0, *map(len, lines)])
    found = order_fit(WordSequences(words, starts))
    bound = max(2, len(words) / 5000)
    frequent = {word for word in range(4) if (words == word).sum() >= bound}
    pairs = [[(a, b) for a, b in pairwise(line) if {a, b} <= frequent] for line in lines]
    n_pairs, v = sum(map(len, pairs)), (int(words.max()) + 1 if len(words) else 0)
    for index, own in enumerate(pairs):
        others = [pair for place, line in enumerate(pairs) if place != index for pair in line]
        if len(own) < 3:
            assert np.isnan(found[index])
            continue
        gains = []
        for a, b in own:
            usual = (sum(second == b for _, second in others) + 1) / (n_pairs + v)
            before = sum(first == a for first, _ in others)
            gains.append(np.log((0.75 * others.count((a, b)) / max(before, 1) + 0.25 * usual) / usual))
        np.testing.assert_allclose(found[index], np.mean(gains))


def test_phrases_of_four_texts_are_shared_and_of_three_are_not() -> None:
    def shared(copies: int) -> float:
        lines = [np.arange(7)] * copies + [np.arange(10, 17)]
        found = WordSequences(np.concatenate(lines), np.arange(0, 7 * copies + 8, 7))
        return float(shared_phrases(found)[0])

    assert (shared(3), shared(4)) == (0, 1)


def test_another_language_is_named_and_its_order_is_not() -> None:
    texts = [*sentences(40), "Der Rat hat gestern beschlossen, die Brücke zu erneuern."]
    languages = ["en"] * 40 + ["de"]
    form = text_form(texts, languages)
    (reason,) = (
        each
        for each in outlier_reasons(form, 40, languages=languages, is_unread=False, is_far=True)
        if each.startswith("in ")
    )
    assert reason == "in German, as 2.4% of the texts are"


def test_every_reason_is_told_in_words() -> None:
    notice = "all rights reserved please do not reply to this message of ours today"
    odd = [*[notice] * 4, "quark lepton boson gluon meson hadron baryon muon", "", "the cat " * 400]
    rng = np.random.default_rng(0)
    names = [f"{first}{last}" for first in SUBJECTS for last in SUBJECTS]
    texts = [*(" ".join(rng.choice(names, 30)) for _ in range(60)), *odd]
    languages = ["en"] * len(texts)
    form = text_form(texts, languages)

    def reasons(index: int, *, is_unread: bool = False, is_far: bool = False) -> str:
        found = outlier_reasons(form, index, languages=languages, is_unread=is_unread, is_far=is_far)
        return "; ".join(found)

    assert "boilerplate: 100% of its phrases stand in other texts too" in reasons(60)
    assert "about something else: few texts have its words (quark, lepton, boson)" in reasons(64)
    assert reasons(65) == "it has no words"
    assert "very long: 800 words" in reasons(66)
    assert "no known words" in reasons(0, is_unread=True)
    assert reasons(0, is_far=True).startswith("about something else: even the nearest texts are far")
    assert reasons(0) == NOTHING


def test_texts_without_a_word_have_a_form() -> None:
    form = text_form(["", "", "..."], ["", "", ""])
    assert form.columns.tolist() == [[0.0] * 5] * 3
