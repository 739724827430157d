from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.rule import Rule
from palate.rules.matcher import RuleMatcher, shifted
from palate.text import Text

WORDS = ["red", "green", "blue"]
RULES = st.lists(
    st.builds(Rule, st.sampled_from(["block", "keep"]), st.just("word"), st.sampled_from(WORDS))
    | st.builds(
        Rule, st.just("boost"), st.just("word"), st.sampled_from(WORDS), st.sampled_from([-2.0, 0.5, 1.0])
    ),
    max_size=6,
)
BODIES = st.lists(st.sets(st.sampled_from(WORDS)).map(sorted).map(" ".join), max_size=8)
BLOCK_RED = Rule("block", "word", "red")


def matching_in(texts: dict[int, Text]) -> Callable[[Rule, int], list[int]]:
    return lambda rule, after_row: [row for row in texts if row > after_row and rule.matches(texts[row])]


def check(matcher: RuleMatcher, rules: list[Rule], texts: dict[int, Text]) -> None:
    """The effect is what each text, asked alone, says of itself."""
    effect = matcher.effect(rules, np.array(list(texts), dtype=np.int64))
    indices = np.arange(len(texts))[::-1]
    for index, blocked, kept, added in zip(
        indices, effect.blocked(indices), effect.kept(indices), effect.added(indices), strict=True
    ):
        row, text = list(texts.items())[index]
        matching = [rule for rule in rules if rule.matches(text)]
        assert kept == any(rule.action == "keep" for rule in matching)
        assert blocked == (not kept and any(rule.action == "block" for rule in matching))
        assert added == sum(rule.amount for rule in matching)
        assert [share.name for share in matcher.shares(rules, row)] == [str(rule) for rule in matching]
        assert sum(share.amount for share in matcher.shares(rules, row)) == added


@given(bodies=BODIES, rules=RULES)
def test_an_effect_is_what_each_text_says_alone(bodies: list[str], rules: list[Rule]) -> None:
    texts = {3 * index + 2: Text.of(body) for index, body in enumerate(bodies)}
    matcher = RuleMatcher(matching_in(texts))
    for _ in range(2):
        check(matcher, rules, texts)


@given(first=BODIES, second=BODIES, rules=RULES, data=st.data())
def test_texts_come_and_go(
    first: list[str], second: list[str], rules: list[Rule], data: st.DataObject
) -> None:
    """Effects hold as rows are appended and removed, and those of an older corpus too, as a thread may still
    have it.
    """
    stored = {row: Text.of(body) for row, body in enumerate(first, 1)}
    matcher = RuleMatcher(matching_in(stored))
    older = dict(stored)
    check(matcher, rules, stored)
    stored |= {row: Text.of(body) for row, body in enumerate(second, len(first) + 1)}
    check(matcher, rules, stored)
    for row in data.draw(st.sets(st.sampled_from(list(stored)))) if stored else ():
        del stored[row]
    check(matcher, rules, stored)
    check(matcher, rules, older)


def test_a_rule_is_matched_once_against_each_text_whatever_it_does() -> None:
    asked = []
    matcher = RuleMatcher(lambda _, after_row: asked.append(after_row) or [2])  # type: ignore[func-returns-value]
    rules = [BLOCK_RED, Rule("boost", "word", "Red", 2), Rule("keep", "word", "red")]
    for rule in rules:
        matcher.effect([rule], np.arange(1, 4))
        matcher.shares([rule], 2)
    assert asked == [0]
    for rule in rules:
        matcher.effect([rule], np.arange(1, 7))
    assert asked == [0, 3]
    matcher.forget()
    matcher.effect(rules, np.arange(1, 7))
    assert asked == [0, 3, 0]


def test_matches_are_forgotten_from_the_least_recently_used_rule_where_they_take_too_much_room() -> None:
    asked = []
    matcher = RuleMatcher(
        lambda rule, _: asked.append(rule.value) or list(range(1, 11)),  # type: ignore[func-returns-value]
        max_bytes=2 * 80,
    )
    for word in ("a", "b", "a", "c", "a", "b"):
        assert len(matcher.effect([Rule("block", "word", word)], np.arange(1, 11)).blocked_indices) == 10
    assert asked == ["a", "b", "c", "b"]


def test_threads_match_a_rule_once_and_do_not_wait_for_the_others() -> None:
    asked, go_on = [], Event()

    def matching(rule: Rule, after_row: int) -> list[int]:
        asked.append((rule.value, after_row))
        if rule.value == "slow":
            assert go_on.wait(60)
        return [1]

    matcher, rows = RuleMatcher(matching), np.arange(1, 4)
    slow, quick = Rule("block", "word", "slow"), Rule("block", "word", "quick")
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(matcher.effect, [slow], rows) for _ in range(3)]
        assert pool.submit(matcher.effect, [quick], rows).result(60).blocked_indices.tolist() == [0]
        go_on.set()
        assert [future.result(60).blocked_indices.tolist() for future in waiting] == [[0]] * 3
    assert sorted(asked) == [("quick", 0), ("slow", 0)]


def test_what_could_not_be_matched_is_matched_next_time() -> None:
    answers: Iterator[OSError | list[int]] = iter([OSError("disk"), [2]])

    def matching(_rule: Rule, _after_row: int) -> list[int]:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    matcher = RuleMatcher(matching)
    with pytest.raises(OSError, match="disk"):
        matcher.effect([BLOCK_RED], np.arange(1, 4))
    assert matcher.effect([BLOCK_RED], np.arange(1, 4)).blocked_indices.tolist() == [1]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-20, 20))
def test_adding_logits_moves_the_mean_and_leaves_a_mean_and_an_sd(
    mean: float, share: float, added: float
) -> None:
    sd = share * np.sqrt(mean * (1 - mean))
    (new,), (spread,) = shifted(np.array([mean]), np.array([sd]), np.array([added]))
    assert 0 <= new <= 1
    assert 0 <= spread <= np.sqrt(new * (1 - new)) + 1e-12
    if 1e-6 < mean < 1 - 1e-6:
        np.testing.assert_allclose(np.log(new) - np.log1p(-new), np.log(mean / (1 - mean)) + added, atol=1e-6)
    if added == 0:
        np.testing.assert_allclose([new, spread], [mean, sd], atol=1e-12)
