"""palate crowd: what it says before there is one, and of one."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from direct import direct
from palate.library import Library
from palate.store.log import Verdict

Palate = Callable[..., Result]


def speak(store: Path, readers: range, *, likes: str = "cats") -> None:
    with Library(store) as library:
        rows = {
            f"{subject}-{n}": library.row_of(f"{subject}-{n}")
            for subject in ("cats", "bonds", "search")
            for n in (1, 2)
        }
        for number in readers:
            taste = library.reader(f"r{number}").number
            liked = {row: text_id.startswith(likes) for text_id, row in rows.items()}
            verdicts = [
                Verdict(row, "like" if good else "dislike", 1.0 if good else -1.0) for row, good in liked.items()
            ]
            direct(library.store).log.append(taste, verdicts)


def told(palate: Palate, *args: str) -> dict[str, int]:
    found: dict[str, int] = json.loads(palate("crowd", "--json", *args).stdout)
    return found


def test_it_says_how_many_readers_are_missing(palate: Palate, store: Path) -> None:
    speak(store, range(3))
    assert told(palate) == told(palate, "--refresh") == {"readers": 0, "judgements": 0, "since": 18}
    assert palate("crowd").stdout == "no crowd yet: 3 of the 5 readers it takes have judged 5 texts or more\n"


def test_refresh_learns_it_now_and_what_is_said_after_counts_as_since(palate: Palate, store: Path) -> None:
    speak(store, range(5))
    assert "palate crowd --refresh" in palate("crowd").stdout
    assert told(palate, "--refresh") == {"readers": 5, "judgements": 30, "since": 0}
    speak(store, range(5, 6))
    assert told(palate) == {"readers": 5, "judgements": 30, "since": 6}
    assert palate("crowd").stdout == "learned from 30 judgements of 5 readers; 6 entries since\n"


def test_the_first_rank_learns_it_and_the_next_one_follows_it(palate: Palate, store: Path) -> None:
    speak(store, range(6), likes="search")
    palate("rank", "--limit", "2")
    assert told(palate)["readers"] == 6
    assert {
        json.loads(line)["id"][:6] for line in palate("rank", "--limit", "2", "--json").stdout.splitlines()
    } == {"search"}


def test_a_private_reader_is_not_in_it(palate: Palate, store: Path) -> None:
    speak(store, range(6))
    palate("reader", "add", "r0", "--private")
    assert told(palate, "--refresh") == {"readers": 5, "judgements": 30, "since": 0}
