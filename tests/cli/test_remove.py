"""palate remove: what it asks the library to remove, what it asks the person, and what it answers."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import Result

from palate.cli.remove import cutoff
from palate.library import Library
from palate.results import RemoveReport
from palate.text import Text

Palate = Callable[..., Result]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the library was asked, in place of removing: three texts, two judged, of a source or an age."""
    asked: list[dict[str, Any]] = []

    def remove(_library: Library, ids: Iterable[str] = (), **options: Any) -> RemoveReport:
        asked.append({"ids": list(ids), **options})
        if options["source"] == "nowhere" or options["older_than"] == datetime(1999, 1, 1, tzinfo=UTC):
            return RemoveReport(0, 0, 0)
        return RemoveReport(len(list(ids)) or 3, 2, 2 if options["forget"] else 0)

    monkeypatch.setattr(Library, "remove", remove)
    return asked


def test_ids_are_removed_without_a_question(palate: Palate, store: Path, calls: list[dict[str, Any]]) -> None:
    assert palate("remove", "cats-1", "cats-2").stderr == "removed 2 texts, 2 of them judged\n"
    (call,) = calls
    assert call == {"ids": ["cats-1", "cats-2"], "source": None, "older_than": None, "forget": False}


def test_a_source_and_an_age_are_handed_on_together_and_forgetting_is_told(
    palate: Palate, store: Path, calls: list[dict[str, Any]]
) -> None:
    options = ["--source", "shelf", "--older-than", "2026-01-31", "--forget", "--yes"]
    assert json.loads(palate("remove", *options, "--json").stdout) == {
        "removed": 3,
        "judged": 2,
        "forgotten": 2,
        "dry_run": False,
    }
    assert calls[-1] == {
        "ids": [],
        "source": "shelf",
        "older_than": datetime(2026, 1, 31, tzinfo=UTC),
        "forget": True,
    }
    told = palate("remove", *options).stderr
    assert told == "removed 3 texts, 2 of them judged; 2 judgements forgotten\n"


def test_a_dry_run_counts_and_removes_nothing(
    palate: Palate, store: Path, calls: list[dict[str, Any]]
) -> None:
    said = palate("remove", "--source", "shelf", "--dry-run").stderr
    assert said == "would remove 3 texts, 2 of them judged\n"
    assert json.loads(palate("remove", "cats-1", "--dry-run", "--json").stdout)["dry_run"] is True
    assert [call.get("dry_run") for call in calls] == [True, True]


@pytest.mark.parametrize("answer", ["y\n", "n\n", None])
def test_bulk_removal_asks_first(
    palate: Palate,
    store: Path,
    calls: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    answer: str | None,
) -> None:
    monkeypatch.setattr("palate.cli.confirmation.can_ask", lambda: answer is not None)
    result = palate("remove", "--older-than", "90d", ok=False, input=answer)
    removed = [call for call in calls if not call.get("dry_run")]
    if answer == "y\n":
        assert (result.exit_code, len(removed)) == (0, 1)
        assert "Remove 3 texts, 2 of them judged?" in result.stderr
    else:
        assert (result.exit_code, removed) == (1, [])
        assert ("nothing was removed" if answer else "add --yes if it is meant") in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", "nowhere"], "no text of the source 'nowhere' is in the store"),
        (["--older-than", "1999-01-01"], "no text is older than 1999-01-01"),
        (
            ["--source", "x", "--older-than", "1999-01-01"],
            "no text of the source 'x' is older than 1999-01-01",
        ),
    ],
)
def test_where_nothing_matches_it_says_so_and_exits_with_1(
    palate: Palate, store: Path, calls: list[dict[str, Any]], options: list[str], message: str
) -> None:
    for more in (["--yes"], ["--dry-run"], ["--yes", "--json"]):
        result = palate("remove", *options, *more, ok=False)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"palate: {message}; nothing was removed\n"


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["cats-1", "--source", "shelf"],
        ["cats-1", "--older-than", "90d"],
        ["--older-than", "soon"],
        ["--older-than", "90"],
        ["--older-than", "99999999999d"],
        ["--older-than", "2026-02-31"],
    ],
)
def test_bad_options_are_usage_errors(
    palate: Palate, store: Path, calls: list[dict[str, Any]], options: list[str]
) -> None:
    assert palate("remove", *options, "--yes", ok=False).exit_code == 2
    assert calls == []


def test_an_age_is_days_or_a_date() -> None:
    assert cutoff("0d", NOW) == NOW
    assert cutoff("30d", NOW) == NOW - timedelta(days=30)
    assert cutoff("2026-01-31T10:00+02:00", NOW) == datetime(2026, 1, 31, 8, tzinfo=UTC)
    with pytest.raises(typer.BadParameter, match="90d"):
        cutoff("-3d", NOW)


# --- on the real library


def ids(result: Result) -> set[str]:
    return {json.loads(line)["id"] for line in result.stdout.splitlines()}


def test_a_removed_text_is_in_no_answer_and_values_stay_as_they_were(palate: Palate, store: Path) -> None:
    palate("judge", "bonds-2", "like")
    palate("judge", "cats-2", "dislike")
    before = palate("rank", "--json").stdout
    assert palate("remove", "bonds-2").stderr == "removed 1 text, 1 of them judged\n"
    assert palate("rank", "--json").stdout == before
    assert palate("remove", "search-1").stderr == "removed 1 text\n"
    assert not {"bonds-2", "search-1"} & ids(palate("rank", "--all", "--json", "--limit", "100"))
    assert not {"bonds-2", "search-1"} & ids(palate("find", "bonds search", "--json"))
    for command in (["why", "bonds-2"], ["judge", "bonds-2", "like"], ["find", "--like", "bonds-2"]):
        assert palate(*command, ok=False).exit_code == 1
    assert palate("doctor").exit_code == 0


def ranked(palate: Palate) -> list[dict[str, object]]:
    """What rank shows, but for the numbers of the rows."""
    rows = map(json.loads, palate("rank", "--json", "--limit", "100").stdout.splitlines())
    return [{name: fact for name, fact in row.items() if name != "number"} for row in rows]


def test_forgetting_is_as_if_it_had_never_been_judged(palate: Palate, store: Path, tmp_path: Path) -> None:
    palate("judge", "cats-2", "dislike")
    untouched = ranked(palate)
    palate("judge", "bonds-2", "like")
    assert json.loads(palate("remove", "bonds-2", "--forget", "--json").stdout)["forgotten"] == 1
    assert ranked(palate) == [one for one in untouched if one["id"] != "bonds-2"]


def test_an_unknown_id_removes_nothing(palate: Palate, store: Path) -> None:
    before = palate("rank", "--json", "--all").stdout
    result = palate("remove", "cats-1", "nowhere", ok=False)
    assert (result.exit_code, "'nowhere'" in result.stderr) == (1, True)
    assert palate("rank", "--json", "--all").stdout == before


def test_texts_of_a_source_before_a_date_are_removed(palate: Palate) -> None:
    with Library("store.db") as library:
        for source in ("shelf", "feed"):
            for year in (2020, 2025):
                published = datetime(year, 1, 1, tzinfo=UTC)
                text = Text.of(f"{source} {year}", id=f"{source}-{year}", source=source, published=published)
                library.add([text])
    palate("remove", "--source", "shelf", "--older-than", "2024-01-01", "--yes")
    assert ids(palate("rank", "--json")) == {"shelf-2025", "feed-2020", "feed-2025"}
    palate("remove", "--older-than", "2024-01-01", "--yes")
    assert ids(palate("rank", "--json")) == {"shelf-2025", "feed-2025"}
