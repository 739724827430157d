import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Palate = Callable[..., Result]

BIB = """@article{a, title={Relevance feedback in search}, abstract={Ranking after few judgements.}}
@article{b, title={Sparse retrieval}, abstract={A learned index for documents.}}
"""


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_makes_a_store_and_a_reader_with_a_description(palate: Palate, tmp_path: Path) -> None:
    (row,) = lines(palate("reader", "add", "ada", "--likes", "cats", "--dislikes", "bonds", "--json"))
    understood: Any = row.pop("understood")
    assert [query["phrase"] for side in ("liked", "disliked") for query in understood[side]] == [
        "cats",
        "bonds",
    ]
    assert row == {
        "reader": "ada",
        "taste": "main",
        "kind": "contest",
        "likes": "cats",
        "dislikes": "bonds",
        "judgements": 0,
        "serving": "blend",
        "private": False,
    }
    assert json.loads(palate("reader", "add", "ada", "--private", "--json").stdout)["private"] is True
    assert json.loads(palate("reader", "add", "ada", "--json").stdout)["private"] is True
    assert (tmp_path / "store.db").exists()


def test_a_description_ranks_before_any_judgement(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada", "--likes", "government bond yields", "--dislikes", "kittens")
    hits = lines(palate("rank", "--reader", "ada", "--json"))
    assert str(hits[0]["id"]).startswith("bonds-")
    assert str(hits[-1]["id"]).startswith("cats-")


def test_add_again_rewrites_what_is_given_and_leaves_the_rest(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada", "--likes", "cats", "--dislikes", "bonds")
    (row,) = lines(palate("reader", "add", "ada", "--likes", "dogs", "--json"))
    assert (row["likes"], row["dislikes"]) == ("dogs", "bonds")


def test_a_taste_of_another_kind(palate: Palate, store: Path) -> None:
    assert (
        lines(palate("reader", "add", "ada", "--taste", "fun", "--kind", "profile", "--json"))[0]["kind"]
        == "profile"
    )
    palate("judge", "cats-1", "like", "--reader", "ada", "--taste", "fun")
    assert lines(palate("rank", "--reader", "ada", "--taste", "fun", "--json"))
    refused = palate("reader", "add", "ada", "--taste", "fun", "--kind", "bayes", ok=False)
    assert refused.exit_code == 1


def test_a_library_is_added_and_liked(palate: Palate, store: Path) -> None:
    Path("mine.bib").write_text(BIB)
    (row,) = lines(palate("reader", "add", "ada", "--library", "mine.bib", "--json"))
    assert (row["judgements"], row["liked"]) == (2, 2)
    assert row["library"]["added"] == 2  # type: ignore[index]
    hits = lines(palate("rank", "--reader", "ada", "--json"))
    assert str(hits[0]["id"]).startswith("search-")
    assert len(hits) == 12


def test_a_library_that_is_there_already_is_liked_too(palate: Palate, store: Path) -> None:
    Path("mine.bib").write_text(BIB)
    palate("add", "mine.bib")
    result = palate("reader", "add", "ada", "--library", "mine.bib")
    assert result.stderr == "added 0, 0 updated, 2 known, 0 grouped, 0 skipped\n2 of them liked\n"


def test_a_bad_library_makes_no_reader(palate: Palate, store: Path) -> None:
    Path("mine.bib").write_text("")
    assert palate("reader", "add", "ada", "--library", "mine.bib", ok=False).exit_code == 1
    assert palate("reader", "list").stdout == ""


def test_list_has_a_line_for_each_taste(palate: Palate, store: Path) -> None:
    assert "palate reader add" in palate("reader", "list").stderr
    palate("reader", "add", "ada", "--likes", "cats")
    palate("reader", "add", "ada", "--taste", "money")
    palate("judge", "cats-1", "like", "--reader", "ada")
    rows = lines(palate("reader", "list", "--json"))
    assert [(row["reader"], row["taste"], row["judgements"]) for row in rows] == [
        ("ada", "main", 1),
        ("ada", "money", 0),
    ]
    assert list(rows[0]) == [
        "reader",
        "taste",
        "kind",
        "likes",
        "dislikes",
        "judgements",
        "serving",
        "private",
    ]
    assert palate("reader", "list").stdout.splitlines()[0] == "ada\tmain\tcontest\t1\t\tcats\t"


def test_remove_wants_yes_where_nobody_can_be_asked(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada")
    refused = palate("reader", "remove", "ada", ok=False)
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    assert lines(palate("reader", "remove", "ada", "--yes", "--json")) == [
        {"removed": "ada", "tastes": 1, "judgements": 0}
    ]
    assert palate("reader", "list").stdout == ""
    assert "no reader called 'ada'" in palate("reader", "remove", "ada", "--yes", ok=False).stderr


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1)])
def test_remove_asks_in_a_terminal(
    palate: Palate, store: Path, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    palate("reader", "add", "ada")
    monkeypatch.setattr("palate.cli.confirmation.can_ask", lambda: True)
    result = palate("reader", "remove", "ada", ok=False, input=answer)
    assert result.exit_code == left
    assert len(palate("reader", "list").stdout.splitlines()) == left
