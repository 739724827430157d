"""Descriptions over texts of made-up subjects, whose right order is known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.description.description import Array, Description, describe
from palate.description.interests import Interests, read_interests
from palate.description.query import Query, make_query
from palate.encoder.static import StaticEncoder
from palate.feature.terms import hash_terms
from palate.features import Features
from palate.taste.choose import make_contest
from palate.taste.described import MAX_LOG_ODDS, DescribedTaste
from palate.weights import Sparse
from palate.workspace.fitting import FittedTexts, fit_texts

CATS = ["A cat and her kittens asleep in the sun", "Why kittens purr", "The cat that caught no mouse"]
BONDS = ["Government bonds rose", "Yields of corporate bonds fell again", "A bond matures in autumn"]
OTHERS = [f"{word} in the morning" for word in "rain trains coffee music football traffic bread".split()]
CONTENTS = [*CATS, *BONDS, *OTHERS]


@pytest.fixture(scope="module")
def fitted() -> FittedTexts:
    return fit_texts(StaticEncoder().encode(CONTENTS), hash_terms(CONTENTS))


def described(fitted: FittedTexts, wrote: str, dislikes: str = "") -> Description:
    def best(query: Query) -> Features:
        return fitted.corpus[np.argsort(-query.scores(fitted.corpus))[:3]]

    return describe(read_interests(wrote, dislikes), fitted.space, StaticEncoder().encode, best)


def best_three(scores: Array) -> set[int]:
    return set(np.argsort(-scores)[:3].tolist())


def test_texts_of_the_subject_come_first_also_without_a_word_of_it(fitted: FittedTexts) -> None:
    assert best_three(described(fitted, "cats").scores(fitted.corpus)) == {0, 1, 2}
    assert best_three(described(fitted, "debt securities").scores(fitted.corpus)) == {3, 4, 5}


def test_several_interests_are_kept_apart(fitted: FittedTexts) -> None:
    """A text need fit one: its score is the best of those it has by each interest alone."""
    both = described(fitted, "cats; bonds").scores(fitted.corpus)
    alone = [described(fitted, wrote).scores(fitted.corpus) for wrote in ("cats", "bonds")]
    assert both == pytest.approx(np.maximum(*alone))


def test_what_is_not_liked_takes_away_and_never_adds(fitted: FittedTexts) -> None:
    plain, without = (
        DescribedTaste(described(fitted, "cats", dislikes), None).logits(fitted.corpus)
        for dislikes in ("", "kittens")
    )
    assert (without <= plain + 1e-9).all()
    assert without[1] < plain[1] - 1, "a text that fits both is lost"


@settings(max_examples=20)
@given(words=st.lists(st.sampled_from("cat bond rain zyx kittens the of".split()), max_size=5))
def test_words_that_no_text_has_are_named_and_known_ones_score_one_at_most(
    fitted: FittedTexts, words: list[str]
) -> None:
    query = make_query(" ".join(words), np.zeros(256), fitted.space)
    assert set(query.known) <= {"cat", "kittens"}, "that two texts have or more"
    assert {*query.known, *query.unknown} == set(words) - {"the", "of"}
    keyword = query.weights.get("keyword")
    if isinstance(keyword, Sparse) and query.known:
        columns = np.array([fitted.space.keyword.column(word) for word in query.known])
        full = fitted.space.keyword.rarity[columns] * fitted.space.keyword.scale
        assert float(full @ keyword.at(columns)) == pytest.approx(1.0, rel=1e-5)


def test_a_contest_begins_with_the_description_and_leaves_it_for_judgements(fitted: FittedTexts) -> None:
    contest = make_contest("contest", fitted.background, description=described(fitted, "cats"))
    shares = [contest.shares["described"]]
    for row, liking in ((3, 1.0), (0, -1.0), (4, 1.0), (1, -1.0), (5, 1.0), (2, -1.0)):
        contest.learn(fitted.corpus[[row]], np.array([liking]), np.ones(1))
        shares.append(contest.shares["described"])
    assert shares[0] == 1.0
    assert all(after < before for before, after in pairwise(shares))
    mean, _ = contest.value(fitted.corpus)
    assert mean[3:6].min() > mean[:3].max(), "six verdicts against what was written win"


def test_log_odds_are_capped_in_the_order_of_the_scores(fitted: FittedTexts) -> None:
    description = described(fitted, "cats")
    taste = DescribedTaste(description, fitted.space.sample)
    logits, scores = taste.logits(fitted.corpus), description.scores(fitted.corpus)
    assert logits.max() < MAX_LOG_ODDS
    assert np.argsort(logits).tolist() == np.argsort(scores).tolist()


def test_nothing_written_is_nothing_described(fitted: FittedTexts) -> None:
    nothing = describe(Interests((), ()), fitted.space, StaticEncoder().encode, lambda _: fitted.corpus)
    assert nothing.scores(fitted.corpus).tolist() == [0.0] * len(CONTENTS)
    assert nothing.fit(fitted.corpus[[0]]) is None
