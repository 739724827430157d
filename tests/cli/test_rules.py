import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from palate.library import Library
from palate.text import Text

Palate = Callable[..., Result]


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_list_and_remove(palate: Palate, store: Path) -> None:
    assert "palate rule add" in palate("rule", "list").stderr
    (row,) = lines(palate("rule", "add", "--block", "--word", "kittens", "--json"))
    assert row == {
        "number": 1,
        "action": "block",
        "field": "word",
        "value": "kittens",
        "amount": 0.0,
        "state": "accepted",
        "evidence": None,
    }
    assert (
        palate("rule", "add", "--boost", "-1.5", "--author", "Ada B").stdout
        == '2\taccepted\tboost author "Ada B" by -1.5\n'
    )
    palate("rule", "add", "--keep", "--source", "shelf")
    palate("rule", "add", "--block", "--pattern", r"\d{4}")
    assert [row["field"] for row in lines(palate("rule", "list", "--json"))] == [
        "word",
        "author",
        "source",
        "pattern",
    ]
    assert lines(palate("rule", "remove", "2", "--json"))[0]["value"] == "Ada B"
    assert [row["number"] for row in lines(palate("rule", "list", "--json"))] == [1, 3, 4]
    refused = palate("rule", "remove", "2", ok=False)
    assert refused.exit_code == 1
    assert "no rule 2" in refused.stderr


def test_rules_belong_to_the_taste_that_is_meant(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada")
    palate("reader", "add", "ada", "--taste", "fun")
    palate("rule", "add", "--block", "--word", "kittens", "--reader", "ada", "--taste", "fun")
    assert palate("rule", "list", "--reader", "ada").stdout == ""
    assert palate("rule", "remove", "1", "--reader", "ada", ok=False).exit_code == 1
    assert len(lines(palate("rule", "list", "--reader", "ada", "--taste", "fun", "--json"))) == 1
    assert palate("rule", "list", "--reader", "bob", ok=False).exit_code == 1


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--block"],
        ["--word", "x"],
        ["--block", "--keep", "--word", "x"],
        ["--block", "--boost", "1", "--word", "x"],
        ["--block", "--word", "x", "--author", "y"],
        ["--boost", "much", "--word", "x"],
    ],
)
def test_a_rule_needs_one_deed_and_one_thing(palate: Palate, store: Path, options: list[str]) -> None:
    assert palate("rule", "add", *options, ok=False).exit_code == 2
    assert palate("rule", "list").stdout == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--boost", "0", "--word", "x"], "not 0"),
        (["--boost", "nan", "--word", "x"], "-20 to 20"),
        (["--block", "--word", "!"], "letter or digit"),
        (["--block", "--pattern", "("], "RE2 cannot match"),
        (["--block", "--pattern", "x*"], "every text"),
    ],
)
def test_a_bad_value_is_refused_in_one_line(
    palate: Palate, store: Path, options: list[str], said: str
) -> None:
    refused = palate("rule", "add", *options, ok=False)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert palate("rule", "list").stdout == ""


def ids(result: Result) -> list[object]:
    return [row["id"] for row in lines(result)]


def test_rules_change_what_is_ranked_and_asked_from_the_next_command_on(palate: Palate, store: Path) -> None:
    before = ids(palate("rank", "--json"))
    palate("rule", "add", "--block", "--word", "bond")
    palate("rule", "add", "--block", "--word", "kittens")
    palate("rule", "add", "--keep", "--pattern", "(?i)chase a ball")
    ranked = ids(palate("rank", "--json"))
    assert ranked[0] == "cats-2"
    blocked = {"cats-1", "bonds-1", "bonds-3"}
    assert set(before) - set(ranked) == blocked
    assert not blocked & set(ids(palate("ask", "--limit", "20", "--json")))
    palate("rule", "veto", "2")
    assert "cats-1" in ids(palate("rank", "--json"))


def test_a_boost_is_a_share_of_the_value(palate: Palate, store: Path) -> None:
    palate("judge", "search-1", "like")
    (before,) = lines(palate("why", "cats-3", "--json"))
    palate("rule", "add", "--boost", "1.5", "--word", "old cat")
    palate("rule", "add", "--keep", "--word", "cat")
    (after,) = lines(palate("why", "cats-3", "--json"))
    assert after["logit"] == pytest.approx(before["logit"] + 1.5)  # type: ignore[operator]
    mean = after["mean"]
    assert isinstance(mean, float)
    assert math.log(mean / (1 - mean)) == pytest.approx(after["logit"])
    shares = {share["name"]: share["amount"] for share in after["contributions"] if share["block"] == "rule"}  # type: ignore[attr-defined]
    assert shares == {'boost word "old cat" by +1.5': 1.5, 'keep word "cat"': 0.0}
    assert 'boost word "old cat" by +1.5' in palate("why", "cats-3").stdout
    assert ids(palate("rank", "--json"))[0] in {"cats-1", "cats-3"}


@pytest.fixture
def judged(palate: Palate, tmp_path: Path) -> Path:
    """A store whose reader likes kittens and no bonds."""
    path = tmp_path / "store.db"
    with Library(path) as library:
        texts = [
            Text.of(f"{word} story number {n}", id=f"{word}-{n}")
            for n in range(8)
            for word in ("kitten", "bond")
        ]
        library.add(texts)
        library.reader().judge_many(
            [(text.id, "like" if text.id.startswith("kitten") else "dislike") for text in texts]
        )
    return path


def test_suggestions_come_with_their_evidence_and_a_veto_is_for_good(palate: Palate, judged: Path) -> None:
    result = palate("rule", "suggest")
    assert result.stdout == (
        '1\tpending\tboost word "bond" by -1.6\t0 of 8 liked, 8 of 8 disliked (p = 0.0002)\n'
        '2\tpending\tboost word "kitten" by +1.6\t8 of 8 liked, 0 of 8 disliked (p = 0.0002)\n'
    )
    assert "palate rule accept" in result.stderr
    assert lines(palate("rule", "veto", "1", "--json"))[0]["state"] == "vetoed"
    accepted = lines(palate("rule", "accept", "2", "--json"))[0]
    assert accepted["state"] == "accepted"
    assert accepted["evidence"] == {
        "liked": 8,
        "of_liked": 8,
        "disliked": 0,
        "of_disliked": 8,
        "chance": pytest.approx(2 / 12870),
    }
    again = palate("rule", "suggest")
    assert again.stdout == ""
    assert "no rule" in again.stderr
    assert [row["state"] for row in lines(palate("rule", "list", "--json"))] == ["vetoed", "accepted"]
    palate("rule", "remove", "1")
    assert [row["value"] for row in lines(palate("rule", "suggest", "--json"))] == ["bond"]
    assert palate("rule", "veto", "1", ok=False).exit_code == 1
