import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom
from scipy.stats.contingency import odds_ratio

from direct import direct
from palate.library import Library
from palate.rule import Rule
from palate.rules.suggest import fisher, nearer_bounds, propose, suggest
from palate.text import Text

cells = st.tuples(*[st.integers(0, 30)] * 4).filter(
    lambda c: c[0] + c[2] > 0 and c[1] + c[3] > 0 and c[0] + c[1] > 0
)


@given(cells)
def test_chances_are_those_of_counting_every_table(counts: tuple[int, int, int, int]) -> None:
    liked, disliked, other_liked, other_disliked = counts
    n, good, drawn = sum(counts), liked + other_liked, liked + disliked
    tables = hypergeom(n, good, drawn)
    below = sum(tables.pmf(k) for k in range(liked + 1))
    above = sum(tables.pmf(k) for k in range(liked, drawn + 1))
    (chance,) = fisher(np.array([liked]), np.array([disliked]), good, disliked + other_disliked)
    np.testing.assert_allclose(chance, min(1, 2 * min(below, above)), rtol=1e-6)


@given(cells)
def test_bounds_lie_between_nothing_and_the_log_odds_ratio(counts: tuple[int, int, int, int]) -> None:
    liked, disliked, other_liked, other_disliked = counts
    (bound,) = nearer_bounds(
        np.array([liked]), np.array([disliked]), liked + other_liked, disliked + other_disliked
    )
    a, b, c, d = (count + 0.5 for count in counts)
    ratio = np.log(a * d / (b * c))
    assert abs(bound) <= abs(ratio)
    assert bound * ratio >= 0


def test_bounds_of_large_counts_are_those_of_the_exact_interval() -> None:
    counts = np.array([300, 100]), np.array([90, 300])
    bounds = nearer_bounds(*counts, 700, 800)
    for index in range(2):
        liked, disliked = int(counts[0][index]), int(counts[1][index])
        interval = odds_ratio(
            [[liked, disliked], [700 - liked, 800 - disliked]], kind="sample"
        ).confidence_interval(0.95)
        nearer = interval.low if interval.low > 1 else interval.high
        assert bounds[index] == pytest.approx(np.log(nearer), abs=0.02)


def drawn_texts(seed: int, n: int = 60) -> list[Text]:
    rng = np.random.default_rng(seed)
    return [
        Text.of(" ".join(f"term{t}" for t in rng.integers(0, 80, 15)), id=str(i), source=f"s{i % 3}")
        for i in range(n)
    ]


def test_verdicts_by_chance_seldom_suggest_anything() -> None:
    """The share of readers who are suggested anything is what the false discovery rate allows, with room for
    200 draws.
    """
    suggested = 0
    for seed in range(200):
        likings = np.random.default_rng(seed + 1000).choice([-1.0, 1.0], 60)
        suggested += bool(suggest(drawn_texts(seed), likings.tolist()))
    assert suggested <= 200 * 0.05 + 2 * np.sqrt(200 * 0.05 * 0.95)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_word_an_author_and_a_source_are_found_with_the_true_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts, likings = [], []
    for i, text in enumerate(drawn_texts(seed, 120)):
        liked = bool(rng.random() < 0.5)
        body = text.body + (" Zebra." if liked and i % 2 else "")
        extra = {"authors": ["Ann Bad"]} if not liked and i % 2 else {"authors": [f"N{i} Other"]}
        texts.append(Text.of(body, id=text.id, source="dull" if not liked and i % 3 else "fair", extra=extra))
        likings.append(1.0 if liked else -0.4)
    suggestions = {
        (suggestion.rule.field, suggestion.rule.value): suggestion
        for suggestion in suggest([*texts, Text.of("zebra")], [*likings, 0.0])
    }
    traits = {("word", "zebra"), ("author", "Ann Bad"), ("source", "dull"), ("source", "fair")}
    assert set(suggestions) == traits
    assert suggestions["word", "zebra"].rule.amount > 0
    assert suggestions["author", "Ann Bad"].rule.action == "block"
    assert suggestions["source", "dull"].rule.action == "block"
    for suggestion in suggestions.values():
        rule = suggestion.rule
        matching = [liking for text, liking in zip(texts, likings, strict=True) if rule.matches(text)]
        assert suggestion.evidence.liked == sum(liking > 0 for liking in matching)
        assert suggestion.evidence.disliked == sum(liking < 0 for liking in matching)
        assert suggestion.evidence.of_liked + suggestion.evidence.of_disliked == len(texts)


def test_words_of_just_the_same_texts_are_one_suggestion() -> None:
    texts = [Text.of(f"bond yields fell {i}") for i in range(12)] + [
        Text.of(f"kittens {i}") for i in range(12)
    ]
    rules = [str(suggestion.rule) for suggestion in suggest(texts, [-1.0] * 12 + [1.0] * 12)]
    assert rules == ['block word "bond"', 'boost word "kittens" by +2.4']


@pytest.mark.parametrize("likings", [[], [1.0] * 24, [-1.0] * 24, [0.0] * 24, [1.0, -1.0] * 2])
def test_where_nothing_can_be_told_apart_nothing_is_suggested(likings: list[float]) -> None:
    assert suggest(drawn_texts(0, len(likings)), likings) == []


def test_what_has_a_rule_or_a_veto_is_not_proposed_again(library: Library) -> None:
    texts = [
        Text.of(f"{words} {i}", id=f"{words[0]}{i}")
        for words in ("bond market", "kitten asleep")
        for i in range(9)
    ]
    library.add(texts)
    reader = library.reader("ann")
    reader.judge_many([(text.id, "dislike" if text.id.startswith("b") else "like") for text in texts])
    first = propose(library, reader)
    assert {suggestion.rule.value for suggestion in first} & {"bond", "market"}
    assert {suggestion.rule.value for suggestion in first} & {"kitten", "asleep"}
    assert propose(library, reader) == first
    direct(library.store).rules.settle(reader.number, first[0].rule_id, "vetoed")
    direct(library.store).rules.put(reader.number, Rule("keep", first[1].rule.field, first[1].rule.value))
    later = propose(library, reader)
    assert not {one.rule.key for one in later} & {first[0].rule.key, first[1].rule.key}
    assert {one.state for one in direct(library.store).rules.of(reader.number)} >= {"vetoed", "accepted"}
