"""Words of every script, against what Unicode and readers of the languages say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.words import begins_words, fold, index_words, phrase_words, whole_word, words

MIXED = st.text(st.sampled_from("aé _-กเาำ้มကြភ្ញ足球いーが한국шאָ\u0301"), max_size=12)


@given(st.text())
def test_folding_twice_changes_nothing_more_and_words_are_those_of_the_folded_text(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert words(fold(text)) == words(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_split_as_ever(text: str) -> None:
    assert words(text) == re.findall(r"[^\W_]+", text.lower())
    assert index_words(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÀÉÎÕÜ", "aeiou"),
        ("Straße", "STRASSE"),
        ("ΣΟΦΌΣ", "σοφος"),
        ("cafe\u0301", "CAFÉ"),
        ("ёлка", "Елка"),
        ("за\u0301мок", "замок"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("كـــتاب", "كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("ｱｲﾌﾟﾛ", "アイプロ"),
        ("Wort\u00adtrennung", "worttrennung"),
        ("ISTANBUL", "ıstanbul"),
        ("don’t", "don't"),
        ("น้ำ", "น้\u0e4d\u0e32"),
    ],
)
def test_these_are_the_same_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("край", "краи"), ("が", "か"), ("कि", "क"), ("กิน", "กน"), ("їсти", "істи")]
)
def test_these_are_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("हिन्दी में पुस्तक", ["हिन्दी", "में", "पुस्तक"]),
        ("AI模型3号", ["ai", "模型", "3", "号"]),
        ("ต้มยำ", ["ต้ม", "มยำ"]),
        ("ខ្មែរ", ["ខ្មែរ"]),
        ("ພາສາ", ["ພາສາ"]),
        ("축구를", ["축구", "구를"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
    ],
)
def test_a_character_keeps_its_marks_and_runs_are_pairs(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(MIXED, MIXED)
def test_a_word_index_finds_every_text_that_a_rule_matches(text: str, phrase: str) -> None:
    """What a rule reads is what the index finds first: it must leave none out."""
    wanted = phrase_words(phrase)
    if not wanted or not re.search(whole_word(phrase), fold(text)):
        return
    indexed = index_words(text).lower()
    held = re.findall(r"[^\W_]+", indexed) if indexed.isascii() else indexed.split()
    n = len(wanted)
    assert any(
        held[i : i + n - 1] == wanted[:-1]
        and (
            held[i + n - 1] == wanted[-1]
            or (begins_words(wanted[-1]) and held[i + n - 1].startswith(wanted[-1]))
        )
        for i in range(len(held) - n + 1)
    )


@pytest.mark.parametrize(
    "sentence", ["어제 축구를 보았다", "축구는 재미있다", "프로축구 개막", "축구에서 이겼다"]
)
def test_a_korean_noun_is_found_with_any_particle(sentence: str) -> None:
    """Whole words would find none of these."""
    assert "축구" not in sentence.split()
    assert set(words("축구")) <= set(words(sentence))
