import numpy as np
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


@given(texts=st.lists(st.sets(st.sampled_from(WORDS)), max_size=8), rules=RULES)
def test_an_effect_is_what_each_text_asked_alone_would_say(texts: list[set[str]], rules: list[Rule]) -> None:
    rows = {3 * place + 2: Text.of(" ".join(sorted(words))) for place, words in enumerate(texts)}
    ruling = RuleMatcher(
        np.array(list(rows), dtype=np.int64), lambda rule: [row for row in rows if rule.matches(rows[row])]
    )
    for _ in range(2):
        effect = ruling.effect(rules)
        for place, text in enumerate(rows.values()):
            speaking = [rule for rule in rules if rule.matches(text)]
            kept = any(rule.action == "keep" for rule in speaking)
            assert effect.kept[place] == kept
            assert effect.blocked[place] == (not kept and any(rule.action == "block" for rule in speaking))
            assert effect.added[place] == sum(rule.amount for rule in speaking)
            assert [share.name for share in ruling.shares(rules, place)] == [str(rule) for rule in speaking]
            assert sum(share.amount for share in ruling.shares(rules, place)) == effect.added[place]


def test_a_rule_is_matched_once_whatever_it_does() -> None:
    asked = []
    ruling = RuleMatcher(np.arange(3), lambda rule: asked.append(rule) or [1])  # type: ignore[func-returns-value]
    for rule in (Rule("block", "word", "ads"), Rule("boost", "word", "Ads", 2), Rule("keep", "word", "ads")):
        ruling.effect([rule])
        ruling.shares([rule], 1)
    assert len(asked) == 1


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
