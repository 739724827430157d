import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from palate.library import Library
from palate.question.choose import QUESTIONS
from palate.reader import Reader
from palate.value import Ranking

Palate = Callable[..., Result]


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def ranked(palate: Palate, *args: str) -> list[str]:
    return [str(one["id"]) for one in lines(palate("rank", "--json", *args))]


def test_rank_gives_values_best_first_with_near_copies_folded(palate: Palate, store: Path) -> None:
    palate("judge", "bonds-2", "like")
    hits = lines(palate("rank", "--json"))
    assert len(hits) == 11
    assert [hit["mean"] for hit in hits] == sorted((hit["mean"] for hit in hits), reverse=True)  # type: ignore[type-var]
    by_id = {hit["id"]: hit for hit in hits}
    value = ["id", "title", "language", "mean", "sd", "score"]
    assert list(by_id["cats-1"]) == [*value, "source", "published", "snippet", "number"]
    assert by_id["cats-1"]["snippet"] == "A cat and her kittens sleep in the warm kitchen all afternoon."
    assert [hit["number"] for hit in hits] == list(range(1, 12))
    assert by_id["bonds-1"]["group"] == ["bonds-1", "bonds-1-copy"]
    assert "bonds-1-copy" not in by_id
    assert by_id["cats-1"]["score"] == round(100 * by_id["cats-1"]["mean"])  # type: ignore[operator]


def test_a_ranking_that_is_not_proven_exact_says_so_beside_the_answer(
    palate: Palate, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = palate("rank", "--json")
    assert "not exact" not in exact.stderr
    rank = Reader.rank
    monkeypatch.setattr(
        Reader, "rank", lambda self, limit, **asked: Ranking(rank(self, limit, **asked), exact=False)
    )
    early = palate("rank", "--json")
    assert early.stdout == exact.stdout
    assert early.stderr.startswith("not exact yet: ")


def test_rank_without_a_terminal_is_lines_of_tabs(palate: Palate, store: Path) -> None:
    printed = [line.split("\t") for line in palate("rank", "--limit", "12").stdout.splitlines()]
    hits = lines(palate("rank", "--json", "--limit", "12"))
    assert [[row[1], row[3], row[5], row[7]] for row in printed] == [
        [str(hit["score"]), hit["id"], hit["source"], hit["snippet"]] for hit in hits
    ]
    assert [row[0] for row in printed] == [str(number) for number in range(1, len(hits) + 1)]
    assert {row[3]: row[4] for row in printed}["bonds-1"] == "On bonds, part 1 (+1 near-copy)"


def test_rank_takes_the_filters_of_find_and_says_when_nothing_fits(palate: Palate, store: Path) -> None:
    palate("add", "--title", "t", "--text", "b", _table(store))
    assert ranked(palate, "--source", "news.example", "--since", "2026-01-05") == ["n2"]
    assert ranked(palate, "--until", "2026-01-05", "--source", "news.example") == ["n1"]
    nothing = palate("rank", "--source", "nowhere.example")
    assert (nothing.stdout, nothing.stderr) == ("", "no text that is left fits the filters\n")
    assert palate("rank", "--since", "soon", ok=False).exit_code == 2


def _table(store: Path) -> str:
    path = store.with_name("news.csv")
    rows = [
        f"n{n},Rates {n},The bank raised rates {n} times,https://news.example/{n},2026-01-0{n * 3}"
        for n in (1, 2)
    ]
    path.write_text("\n".join(["id,t,b,url,date", *rows]))
    return str(path)


def test_judged_texts_come_back_with_all(palate: Palate, store: Path) -> None:
    palate("judge", "cats-1", "like")
    palate("judge", "cats-2", "skip")
    assert not {"cats-1", "cats-2"} & set(ranked(palate))
    assert len(ranked(palate, "--all")) == 12


def test_a_judgement_changes_the_order(palate: Palate, store: Path) -> None:
    palate("judge", "search-1", "like")
    assert ranked(palate)[0].startswith("search-")


@pytest.mark.parametrize(
    ("verdict", "kind", "liking"),
    [
        ("like", "like", 1.0),
        ("dislike", "dislike", -1.0),
        ("skip", "skip", None),
        ("0.25", "rating", 0.25),
        ("-0.5", "rating", -0.5),
        ("-.5", "rating", -0.5),
        ("-5e-1", "rating", -0.5),
        ("-1", "dislike", -1.0),
    ],
)
def test_judge_takes_words_and_numbers(
    palate: Palate, store: Path, verdict: str, kind: str, liking: float | None
) -> None:
    (feedback,) = lines(palate("judge", "cats-1", verdict, "--json"))
    assert list(feedback) == ["entry", "reader", "taste", "id", "kind", "liking", "weight", "given_at"]
    assert (feedback["id"], feedback["kind"], feedback["liking"]) == ("cats-1", kind, liking)
    assert (feedback["reader"], feedback["taste"], feedback["entry"]) == ("me", "main", 1)


def test_judge_says_what_it_took_in(palate: Palate, store: Path) -> None:
    assert palate("judge", "cats-1", "-0.5").stdout == "-0.5  cats-1  On cats, part 1\n"
    assert palate("judge", "--", "cats-1", "-0.5").stdout == "-0.5  cats-1  On cats, part 1\n"


@pytest.mark.parametrize(
    "args",
    [
        ["cats-1", "--bogus"],
        ["--bogus", "cats-1"],
        ["cats-1", "like", "--bogus"],
        ["cats-1", "-x"],
        ["cats-1"],
    ],
)
def test_a_slip_in_an_option_of_judge_is_a_usage_error(palate: Palate, store: Path, args: list[str]) -> None:
    assert palate("judge", *args, ok=False).exit_code == 2
    assert "nothing to undo" in palate("undo").stderr


def test_undo_takes_back_the_newest_judgement(palate: Palate, store: Path) -> None:
    before = palate("rank", "--json").stdout
    palate("judge", "cats-1", "like")
    palate("judge", "cats-2", "dislike")
    assert lines(palate("undo", "--json"))[0]["id"] == "cats-2"
    assert palate("undo").stdout == "undone: like  cats-1  On cats, part 1\n"
    assert palate("rank", "--json").stdout == before


def test_undo_with_nothing_to_undo_is_no_error(palate: Palate, store: Path) -> None:
    result = palate("undo", "--json")
    assert (result.stdout, result.stderr) == ("", "nothing to undo: no judgement stands\n")


def test_ask_without_a_terminal_prints_the_questions(palate: Palate, store: Path) -> None:
    assert len(lines(palate("ask", "--json"))) == 1
    questions = lines(palate("ask", "--json", "--limit", "3"))
    assert [list(question)[:6] for question in questions] == [
        ["id", "title", "language", "mean", "sd", "score"]
    ] * 3
    assert palate("ask").stdout.split("\t")[3] == questions[0]["id"]


@pytest.mark.parametrize("strategy", [*QUESTIONS])
def test_ask_goes_by_the_strategy_that_is_named(palate: Palate, store: Path, strategy: str) -> None:
    palate("judge", "cats-1", "like")
    questions = lines(palate("ask", "--json", "--limit", "4", "--strategy", strategy))
    with Library(store) as library:
        assert [one["id"] for one in questions] == [
            hit.text.id for hit in library.reader().ask(4, strategy=strategy)
        ]


def test_when_all_is_judged_that_is_said(palate: Palate, store: Path) -> None:
    with Library(store) as library:
        library.reader().judge_many([(text_id, "skip") for text_id in ranked(palate)])
    for command in ("rank", "ask"):
        result = palate(command, "--json")
        assert result.stdout == ""
        assert "palate rank --all" in result.stderr


def test_an_empty_store_says_how_to_add(palate: Palate) -> None:
    palate("reader", "add", "me")
    assert "palate add SOURCE" in palate("rank").stderr


def test_why_json_has_contributions_that_sum_to_the_logit(palate: Palate, store: Path) -> None:
    palate("judge", "cats-1", "like")
    palate("judge", "bonds-1", "dislike")
    (why,) = lines(palate("why", "cats-2", "--json"))
    assert list(why) == [
        "id",
        "title",
        "language",
        "mean",
        "sd",
        "score",
        "source",
        "published",
        "snippet",
        "reason",
        "fits",
        "logit",
        "contributions",
        "blocks",
        "liked",
        "disliked",
    ]
    parts: list[dict[str, float]] = why["contributions"]  # type: ignore[assignment]
    assert list(parts[0]) == ["block", "name", "amount"]
    assert sum(part["amount"] for part in parts) == pytest.approx(why["logit"], abs=1e-9)
    assert sum(why["blocks"].values()) == pytest.approx(why["logit"], abs=1e-9)  # type: ignore[attr-defined]
    liked: list[dict[str, object]] = why["liked"]  # type: ignore[assignment]
    keys = ["id", "title", "language", "similarity"]
    assert [(near["id"], list(near)) for near in liked] == [("cats-1", keys)]
    assert [near["id"] for near in why["disliked"]] == ["bonds-1"]  # type: ignore[attr-defined]


def test_why_tells_a_person_words_blocks_and_neighbours(palate: Palate, store: Path) -> None:
    palate("judge", "cats-1", "like")
    told = palate("why", "cats-2").stdout
    assert told.startswith("cats-2  On cats, part 2\nPossible, since ")
    words = [
        line[2:].split("  ")[0]
        for line in told.partition("\nblocks")[0].splitlines()
        if line.startswith("  ")
    ]
    assert "kittens" in words
    assert len(words) == len(set(words)), "a word stands there once, whatever blocks it is in"
    assert "  base " in told
    assert "nearest liked\n  " in told
    assert told.endswith("nearest disliked: none\n")


def test_readers_and_tastes_learn_apart(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada")
    palate("reader", "add", "ada", "--taste", "money")
    palate("judge", "cats-1", "like", "--reader", "ada")
    palate("judge", "bonds-1", "like", "--reader", "ada", "--taste", "money")
    assert ranked(palate, "--reader", "ada")[0].startswith("cats-")
    assert ranked(palate, "--reader", "ada", "--taste", "money")[0].startswith("bonds-")
    assert len(ranked(palate)) == 12
