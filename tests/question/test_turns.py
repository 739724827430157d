import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import palate
from palate.question.turns import in_turns


@given(
    interests=st.lists(st.integers(0, 3), min_size=1, max_size=30),
    asked=st.lists(st.integers(0, 5), min_size=4, max_size=4),
    seed=st.integers(0, 99),
)
def test_each_next_text_is_of_an_interest_that_was_asked_about_least(
    interests: list[int], asked: list[int], seed: int
) -> None:
    of = np.array(interests)
    order = np.random.default_rng(seed).permutation(len(of))
    turns = in_turns(order, of, np.array(asked)).tolist()
    assert sorted(turns) == list(range(len(of)))
    counts, left = list(asked), list(turns)
    for index in turns:
        waiting = {interests[other] for other in left}
        assert counts[interests[index]] == min(counts[interest] for interest in waiting)
        counts[interests[index]] += 1
        left.remove(index)
    for interest in set(interests):
        ranked = [index for index in turns if interests[index] == interest]
        assert ranked == [index for index in order.tolist() if interests[index] == interest]


def test_a_reader_of_two_interests_is_asked_about_both() -> None:
    with palate.open(":memory:") as library:
        cats = [
            f"Cats and kittens at play, part {n}: cats, kittens and more cats."
            for n in "one two three".split()
        ]
        bonds = [f"A bond in {month}." for month in "May June July August September".split()]
        others = [f"{word} every morning" for word in "rain coffee trains music bread traffic".split()]
        library.add([*cats, *bonds, *others])
        me = library.reader("me", likes="cats and kittens; bonds")
        asked = []
        for _ in range(4):
            hit = me.ask(1)[0]
            asked.append("bond" in hit.text.body)
            me.judge(hit, "like")
        assert asked.count(True) == 2
