import pytest

import palate
from palate.reasons import joined, reason, word_shares
from palate.text import Text
from palate.value import Contribution, Fit, Hit, SimilarText, Value, Why

TEXT = Text.of("A cat asleep.")


def why(mean: float, *shares: tuple[str, float], fits: Fit | None = None, near: float = 0.0) -> Why:
    contributions = tuple(Contribution("keyword", word, amount) for word, amount in shares)
    found = (SimilarText(Text.of("Kittens."), near),) if near else ()
    return Why(Hit(TEXT, Value(mean, 0.1)), 0.0, contributions, found, found, fits)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            why(0.8, ("cat", 1.0), ("the", 2.0), fits=Fit("cats", 0.9), near=0.5),
            "Likely, since it fits what you wrote, “cats”, it has the words cat and it is near “Kittens.”,"
            " which you liked.",
        ),
        (why(0.3, ("cat", 1.0), ("bond", -0.9)), "Possible, since it has the words cat."),
        (
            why(0.05, ("cat", 0.2), ("bonds", -0.9), ("bond", -0.2), fits=Fit("cats", 0.1), near=0.4),
            "Unlikely, since it has little of what you wrote, “cats”, against it are the words bonds and it"
            " is near “Kittens.”, which you disliked.",
        ),
        (why(0.08), "Unlikely: nothing that you wrote or judged says much of it."),
    ],
)
def test_one_sentence_names_what_pulls_the_way_the_value_goes(asked: Why, said: str) -> None:
    assert reason(asked) == said


def test_inflections_are_one_word_and_stop_words_none() -> None:
    shares = word_shares(why(0.5, ("ranking", 1.0), ("ranked", 0.5), ("the", 3.0), ("cats", -0.25)))
    assert shares == [("ranking", 1.5), ("cats", -0.25)]
    assert joined({"ranking results": 1.0, "ranked result": 0.5}) == {"ranking results": 1.5}


def test_a_description_is_a_reason_before_any_verdict() -> None:
    with palate.open(":memory:") as library:
        library.add(
            [f"A cat and kitten, {n}." for n in range(3)] + [f"Bond yields rose {n}%." for n in range(9)]
        )
        me = library.reader("me", likes="cats and kittens")
        first = me.rank(limit=1)[0]
        assert "cat" in first.text.body
        assert "it fits what you wrote, “cats and kittens”" in reason(me.why(first.text.id))
