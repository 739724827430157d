import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.authors import authors
from palate.errors import BadValue
from palate.rule import Rule
from palate.text import Text


def word(value: str, body: str, title: str = "") -> bool:
    return Rule("block", "word", value).matches(Text.of(body, title=title))


@pytest.mark.parametrize(
    ("value", "body", "matches"),
    [
        ("cat", "A CAT sat.", True),
        ("cat", "concatenate, cats", False),
        ("cat", "cat_flap", False),
        ("cat", "the-cat's", True),
        ("image generation", "Image\n  generation works", True),
        ("image generation", "image of a generation", False),
        ("C++", "We like c++11 and C++.", True),
        (".NET", "asp.net", True),
        ("a.b", "axb", False),
        ("Müller", "von MÜLLER", True),
        ("cafe", "cafe\u0301s", False),
        ("café", "Cafe\u0301 au lait", True),
        ("ΣΟΦΟΣ", "σοφοσ", True),
    ],
)
def test_a_word_is_found_whole_and_in_any_case(value: str, body: str, matches: bool) -> None:
    assert word(value, body) is word(value, "", title=body) is matches


def test_a_phrase_does_not_reach_from_title_to_body() -> None:
    assert not word("new york", "York is old", title="What is new")


@given(
    st.lists(st.sampled_from(["cat", "Cats", "a", "the", "x1"]), max_size=6),
    st.sampled_from([" ", ", ", "\n", "--"]),
)
def test_a_word_is_matched_where_splitting_the_text_finds_it(words: list[str], between: str) -> None:
    assert word("cat", between.join(words)) is ("cat" in words)


@pytest.mark.parametrize(
    ("value", "extra", "matches"),
    [
        ("Jane Doe", {"author": "Doe, Jane"}, True),
        ("Doe, Jane", {"authors": ["Richard Roe", "JANE M. DOE"]}, True),
        ("Jane Roe", {"authors": "Jane Doe, Richard Roe"}, False),
        ("Jane Roe", {"author": "Doe, Jane and Roe, Richard"}, False),
        ("Richard Roe", {"authors": "Doe, Jane, Roe, Richard"}, True),
        ("Doe", {"first_authors": ["Doe J"]}, True),
        ("Doe", {"author": "Doering, J."}, False),
        ("Doe", {"editor": "Doe", "author": None, "authors": [None, 3]}, False),
        ("Doe", {"Authors": "Doe, Jane"}, True),
        ("Doe", {"Author(s)": [{"name": "J. Doe"}]}, True),
    ],
)
def test_an_author_is_one_name_that_has_all_the_words(
    value: str, extra: dict[str, object], matches: bool
) -> None:
    assert Rule("keep", "author", value).matches(Text.of("x", extra=extra)) is matches


@given(st.lists(st.from_regex(r"[A-Z][a-z]{3,8} [A-Z][a-z]{2,8}", fullmatch=True), max_size=4))
def test_names_come_out_of_every_way_to_list_them(names: list[str]) -> None:
    turned = [", ".join(reversed(name.split())) for name in names]
    for written in (names, "; ".join(names), " and ".join(names), ", ".join(names)):
        assert list(authors({"authors": written})) == names
    assert list(authors({"author": " and ".join(turned)})) == turned


@pytest.mark.parametrize(
    ("value", "source", "url", "matches"),
    [
        ("Daily  news", "daily News", "", True),
        ("Daily", "Daily News", "", False),
        ("example.org", "", "https://blog.Example.org:80/a", True),
        ("example.org", "", "https://notexample.org/a", False),
        ("org", "", "https://example.org", True),
        ("example.org", "", "https://[", False),
    ],
)
def test_a_source_is_its_name_or_its_host(value: str, source: str, url: str, matches: bool) -> None:
    assert Rule("block", "source", value).matches(Text.of("x", source=source, url=url)) is matches


def test_a_pattern_is_searched_in_title_and_body() -> None:
    rule = Rule("boost", "pattern", r"(?i)^why.*\n.*\d{4}$", -2)
    assert rule.matches(Text.of("in 2024", title="Why cats"))
    assert not rule.matches(Text.of("in 24", title="Why cats"))
    assert Rule("block", "pattern", "^in").matches(Text.of("in 2024"))


@given(st.from_regex(r"[a-c]{1,3}(\*|\+|\?|\{1,2\})?[a-d]", fullmatch=True), st.text("abcd", max_size=12))
def test_simple_patterns_mean_what_they_mean_to_python(pattern: str, body: str) -> None:
    assert Rule("block", "pattern", pattern).matches(Text.of(body, id="x")) is (
        re.search(pattern, body) is not None
    )


def test_a_pattern_that_makes_others_hang_ends_at_once() -> None:
    """A backtracking engine would need about 2^30000 steps."""
    assert not Rule("block", "pattern", "^(x+x+)+y").matches(Text.of("x" * 30_000))


@pytest.mark.parametrize("pattern", ["(", "[z-a]", r"(a)\1", "(?=a)b", "a{2000}", "*a", r"\p{Nope}"])
def test_a_pattern_that_cannot_be_matched_is_refused_in_one_sentence(pattern: str) -> None:
    with pytest.raises(BadValue, match="RE2 cannot match") as refused:
        Rule("block", "pattern", pattern)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ban", "word", "x", 0), "block, keep, boost"),
        (("block", "colour", "x", 0), "word, author, source, pattern"),
        (("boost", "word", "x", 0), "not 0"),
        (("boost", "word", "x", 21), "-20 to 20"),
        (("boost", "word", "x", float("nan")), "-20 to 20"),
        (("keep", "word", "x", 1), "only a boost"),
        (("keep", "word", " ++ ", 0), "letter or digit"),
        (("keep", "author", "", 0), "letter or digit"),
        (("keep", "word", "x" * 1001, 0), "1000"),
        (("block", "pattern", "a*", 0), "every text"),
        (("block", "pattern", "", 0), "every text"),
    ],
)
def test_what_is_no_rule_is_refused(arguments: tuple[str, str, str, float], message: str) -> None:
    with pytest.raises(BadValue, match=message):
        Rule(*arguments)  # type: ignore[arg-type]


def test_rules_on_the_same_thing_have_the_same_key() -> None:
    assert Rule("block", "word", " New  York ").key == Rule("boost", "word", "new york", 1).key
    assert Rule("block", "word", "x").key != Rule("block", "author", "x").key
    assert Rule("block", "pattern", "x").key != Rule("block", "pattern", "X").key


@given(st.text(string.printable, max_size=30))
def test_any_word_is_matched_or_refused(value: str) -> None:
    try:
        rule = Rule("block", "word", value)
    except BadValue:
        assert not any(map(str.isalnum, value))
    else:
        around = random.Random(value).choice(["{}", "so {} it is", "({})"])
        assert rule.matches(Text.of(around.format(rule.value)))
