"""Texts in many languages: found, ranked after five likes, matched by rules, told by their language."""

import numpy as np
import pytest

import palate
from languages_texts import QUERIES, TEXTS, made_texts
from palate.library import Library
from palate.rule import Rule

CHINESE = [
    ("z5", "足球世界杯决赛", "阿根廷队获胜。"),
    ("z6", "篮球联赛新赛季", "联赛今天开始。"),
    ("z3", "火锅的做法", "需要辣椒。"),
]
THAI = [
    ("t1", "การเรียนรู้ของเครื่อง", "คอมพิวเตอร์เรียนรู้จากข้อมูล"),
    ("t2", "วิธีทำต้มยำกุ้ง", "ใส่กุ้งลงในหม้อ"),
    ("t3", "ฟุตบอลโลก", "ทีมชาติชนะ"),
]
# language: a liked text, a disliked one, and a word of the first as others may write it
SUBJECTS = {
    "de": ("Der Fußball rollt im Stadion", "Die Suppe kocht in der Küche", "FUSSBALL"),
    "fr": ("Le match de football à l'été", "La soupe aux légumes à la crème", "ÉTÉ"),
    "es": ("El fútbol en la televisión", "La sopa de verduras con limón", "futbol"),
    "ar": ("مباراة كُرة القدم في الملعب", "وصفة حساء العدس في المطبخ", "كرة"),
    "he": ("משחק כַּדּוּרֶגֶל באצטדיון", "מתכון למרק ירקות במטבח", "כדורגל"),
    "ko": ("축구를 경기장에서 보았다", "부엌에서 야채 수프를 끓였다", "축구"),
    "ru": ("Футбольный матч на стадионе", "Рецепт овощного супа на кухне", "СТАДИОНЕ"),
    "hi": ("स्टेडियम में फुटबॉल का मैच", "रसोई में सब्ज़ी का सूप", "फुटबॉल"),
    "zh": ("球场上的足球比赛", "厨房里的蔬菜汤", "足球"),
    "ja": ("競技場でサッカーの試合", "台所で野菜スープを作る", "ｻｯｶｰ"),
    "th": ("แข่งฟุตบอลที่สนามกีฬา", "ทำซุปผักในห้องครัว", "ฟุตบอล"),
    "km": ("ការប្រកួតបាល់ទាត់នៅកីឡដ្ឋាន", "ស៊ុបបន្លែនៅក្នុងផ្ទះបាយ", "បាល់ទាត់"),
    "lo": ("ການແຂ່ງຂັນບານເຕະຢູ່ສະໜາມ", "ແກງຜັກຢູ່ໃນເຮືອນຄົວ", "ບານເຕະ"),
}


def opened(rows: list[tuple[str, str, str]]) -> Library:
    library = palate.open(":memory:")
    library.add([{"id": id, "title": title, "text": text} for id, title, text in rows])
    return library


@pytest.mark.parametrize(
    ("query", "first"), [("足球", "z5"), ("篮球", "z6"), ("锅", "z3"), ("决", "z5"), ("赛", "z6")]
)
def test_a_chinese_word_or_character_finds_the_text_that_has_it(query: str, first: str) -> None:
    found = opened(CHINESE).find(query)
    having = {id for id, title, text in CHINESE if query in title + text}
    assert {each.text.id for each in found[: len(having)]} == having
    assert first in having


def test_a_rule_on_a_chinese_word_blocks() -> None:
    reader = opened(CHINESE).reader()
    reader.rules.add(Rule("block", "word", "篮球"))
    assert {hit.text.id for hit in reader.rank()} == {"z5", "z3"}


def test_thai_is_found_and_judging_moves_it() -> None:
    library = opened(THAI)
    assert library.find("ต้มยำ")[0].text.id == "t2"
    reader = library.reader()
    reader.judge_many([("t2", "like"), ("t3", "dislike")])
    means = {hit.text.id: hit.value.mean for hit in reader.rank(all=True)}
    assert means["t2"] > 1.05 * np.mean(list(means.values()))
    assert means["t2"] > means["t1"] > means["t3"]


@pytest.mark.parametrize("language", SUBJECTS)
def test_every_language_is_found_ranked_and_ruled(language: str) -> None:
    liked, disliked, word = SUBJECTS[language]
    rows = [
        (f"{kind}{i}", f"{text} {i + 1}", "")
        for kind, text in (("a", liked), ("b", disliked))
        for i in range(10)
    ]
    library = opened(rows)
    assert all(found.text.id[0] == "a" for found in library.find(word, limit=5))
    reader = library.reader()
    reader.judge_many(
        [(f"{kind}{i}", verdict) for i in range(5) for kind, verdict in (("a", "like"), ("b", "dislike"))]
    )
    ranked = [hit.text.id[0] for hit in reader.rank(all=True)]
    assert set(ranked) == {"a", "b"}
    assert ranked == sorted(ranked)
    assert {hit.text.language for hit in reader.rank(all=True)} == {language}
    reader.rules.add(Rule("block", "word", word))
    assert {hit.text.id[0] for hit in reader.rank(all=True)} == {"b"}


def test_a_language_filters_and_is_a_rule() -> None:
    library = opened(
        [
            *CHINESE,
            *THAI,
            ("d1", "Die Suppe kocht in der Küche", ""),
            ("d2", "Eine Suppe mit Brot und Wein", ""),
        ]
    )
    reader = library.reader()
    assert {hit.text.id for hit in reader.rank(language="German")} == {"d1", "d2"}
    assert {found.text.id for found in library.find("Suppe", language="th")} == {"t1", "t2", "t3"}
    reader.rules.add(Rule("block", "language", "deu"))
    assert {hit.text.id[0] for hit in reader.rank()} == {"z", "t"}
    assert reader.rank(language="de") == []
    with pytest.raises(palate.errors.BadValue, match="no language"):
        reader.rank(language="Klingon")


@pytest.mark.parametrize("language", TEXTS)
def test_an_exact_match_comes_first_and_likes_are_learned_without_an_encoder_for_it(language: str) -> None:
    rows = made_texts(language)
    with palate.open(":memory:") as library:
        library.add(rows)
        for query in QUERIES[language]:
            assert query in library.find(query, limit=1)[0].text.content
        subjects = np.array([row["subject"] for row in rows])
        reader = library.reader()
        reader.judge_many(
            [(rows[i]["id"], "like" if i < 5 else "dislike") for i in (0, 1, 2, 3, 4, 11, 22, 33, 44, 55)]
        )
        best = [int(hit.text.id[2:]) for hit in reader.rank(10, all=True)]
        assert np.mean(subjects[best] == "football") >= 0.5  # by chance a sixth


def test_a_store_of_texts_that_its_encoder_does_not_read_says_so() -> None:
    with palate.open(":memory:") as library:
        library.add(made_texts("zh"))
        assert library.unread() == "60 of 60 texts are Chinese, which 'static' does not read"
        (finding,) = [each for each in library.examine() if each.check == "languages"]
        assert "palate encoder use multilingual" in finding.mend
