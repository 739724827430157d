import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.library import Library
from palate.marginal_relevance import RELEVANCE_SHARE, marginal_order
from palate.rule import Rule

SHARE = RELEVANCE_SHARE


@given(n=st.integers(1, 12), m=st.integers(0, 9), seed=st.integers(0, 99))
def test_each_text_is_the_best_beside_those_before_it(n: int, m: int, seed: int) -> None:
    """By the definition, one text and one pair at a time."""
    rng = np.random.default_rng(seed)
    relevance, vectors, first = rng.random(m), rng.normal(size=(m, 3)), rng.random(m) < 0.3
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = marginal_order(relevance, vectors, n, first).tolist()
    assert len(order) == len(set(order)) == min(n, m)
    span = float(np.ptp(relevance)) if m > 1 else 0.0
    for position, chosen in enumerate(order):
        before, others = order[:position], set(range(m)) - set(order[: position + 1])

        def gain(text: int, before: list[int] = before) -> tuple[bool, float]:
            likeness = max([0.0, *(float(vectors[text] @ vectors[other]) for other in before)])
            scaled = (relevance[text] - relevance.min()) / span if span else 0.0
            return bool(first[text]), SHARE * scaled - (1 - SHARE) * likeness

        kept, best = gain(chosen)
        for other in others:
            other_kept, rival = gain(other)
            assert kept > other_kept or (kept == other_kept and best >= rival - 1e-12)


def test_equal_values_keep_their_order_where_nothing_is_alike() -> None:
    assert marginal_order(np.full(3, 0.5), np.eye(3), 3, np.zeros(3, np.bool_)).tolist() == [0, 1, 2]


@pytest.fixture
def news(library: Library) -> Library:
    ends = ["after a storm", "beside old books", "on red cushions", "while rain falls", "in June", "near him"]
    stories = [f"Cats sleep all day in the warm house {end}." for end in ends]
    others = ["A cat chases the ball.", "Dogs bark at the cat.", "Bond yields rose sharply.", "Snow melts."]
    library.add([{"id": f"t{n}", "text": body} for n, body in enumerate([*others, *stories])])
    return library


def test_a_diverse_ranking_begins_with_the_best_and_shows_more_kinds(news: Library) -> None:
    me = news.reader("me")
    me.judge_many([("t4", "like"), ("t2", "dislike")])
    plain, diverse = me.rank(4), me.rank(4, diverse=True)
    assert diverse[0] == plain[0]
    alike = [{int(hit.text.id[1:]) > 3 for hit in hits} for hits in (plain[1:], diverse[1:])]
    assert alike[0] == {True}
    assert False in alike[1]
    assert {hit.text.id for hit in me.rank(99, diverse=True)} == {hit.text.id for hit in me.rank(99)}


def test_what_a_rule_keeps_stays_above_all_others(news: Library) -> None:
    me = news.reader("me", likes="cats sleep all day in the warm house")
    me.rules.add(Rule("keep", "word", "snow"))
    me.rules.add(Rule("keep", "word", "bond"))
    assert {hit.text.id for hit in me.rank(5, diverse=True)[:2]} == {"t2", "t3"}


def test_a_ranking_takes_what_find_takes(news: Library) -> None:
    news.reader("ada").judge("t1", "like")
    me = news.reader("me")
    me.judge("t2", "skip")
    shown = {hit.text.id for hit in me.rank(99)}
    assert "t1" in shown
    assert {hit.text.id for hit in me.rank(99, unjudged_by="ada")} == shown - {"t1"}
    everything = {hit.text.id for hit in me.rank(99, unjudged_by="ada", all=True)}
    assert everything == shown - {"t1"} | {"t2"}
