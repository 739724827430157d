"""Texts are named by their number in the last list, by their id, or by how it begins."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from palate.library import Library
from palate.text import Text

Palate = Callable[..., Result]


def ids(result: Result) -> list[str]:
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def test_numbers_are_those_of_the_last_list_of_the_reader(palate: Palate, store: Path) -> None:
    listed = ids(palate("rank", "--json", "--limit", "4"))
    assert ids(palate("like", "1", "3", "--json")) == [listed[0], listed[2]]
    assert ids(palate("dislike", "2", "--json")) == [listed[1]]
    assert ids(palate("skip", "4", "--json")) == [listed[3]]
    assert ids(palate("judge", "4", "-0.5", "--json")) == [listed[3]]
    asked = ids(palate("ask", "--json"))
    assert ids(palate("why", "1", "--json")) == ids(palate("show", "1", "--json")) == asked
    palate("reader", "add", "ada")
    refused = palate("like", "1", "--reader", "ada", ok=False)
    assert refused.exit_code == 1
    assert "no list of 'ada' to count in; make one with: palate rank" in refused.stderr


def test_a_number_that_was_not_listed_is_refused_and_nothing_is_judged(palate: Palate, store: Path) -> None:
    palate("rank", "--limit", "3")
    for number in ("4", "0", "4000"):
        refused = palate("like", "1", number, ok=False)
        assert refused.exit_code == 1
        assert f"no text '{number}', and the last list of 'me' has 3" in refused.stderr
    assert palate("judged").stdout == ""


def test_an_id_that_looks_like_a_number_comes_before_the_number(palate: Palate) -> None:
    with Library("store.db") as library:
        library.add([Text.of(f"note {id} on cats", id=id) for id in ("2", "8", "260101234")])
    listed = ids(palate("rank", "--json"))
    assert ids(palate("like", "2", "--json")) == ["2"]
    assert ids(palate("show", "1", "--json")) == listed[:1]
    assert ids(palate("show", "2601", "--json")) == ["260101234"]


def test_the_beginning_of_an_id_does_if_no_other_begins_so(palate: Palate, store: Path) -> None:
    assert ids(palate("show", "search-4", "--json")) == ["search-4"]
    assert ids(palate("show", "bonds-1-", "--json")) == ["bonds-1-copy"]
    several = palate("like", "cats", ok=False)
    assert several.exit_code == 1
    assert "'cats' begins several ids: cats-1, cats-2, cats-3, cats-4; give more of it" in several.stderr
    assert "bonds-1, bonds-1-copy, bonds-2, bonds-3, bonds-4;" in palate("show", "bonds", ok=False).stderr
    for unknown in ("cat", "dogs-1", "Cats-1", "%%%%", ""):
        refused = palate("show", unknown, ok=False)
        assert refused.exit_code == 1
        assert "its number in the last ranking" in refused.stderr


def test_a_number_follows_a_new_version_and_names_no_other_text_after_a_removal(palate: Palate) -> None:
    notes = Path("notes.csv")
    notes.write_text("id,title,text\na,Notes,Cats sleep in the sun.\n")
    palate("add", "notes.csv")
    assert ids(palate("rank", "--json")) == ["a"]
    notes.write_text("id,title,text\na,Notes,Quite other words about rivers.\n")
    assert "1 updated" in palate("add", "notes.csv").stderr
    assert "rivers" in palate("show", "1").stdout
    palate("remove", "a", "--yes")
    palate("add", "--id", "id", "notes.csv")
    refused = palate("show", "1", ok=False)
    assert refused.exit_code == 1
    assert "the text with number 1 was removed" in refused.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_ranks_all_the_same(palate: Palate, store: Path) -> None:
    palate("rank")
    folder = Path(f"{store}.cache")
    folder.chmod(0o500)
    told = palate("rank", "--limit", "2")
    folder.chmod(0o700)
    assert len(told.stdout.splitlines()) == 2
    assert "the numbers of this list cannot be used" in told.stderr


def test_a_list_that_cannot_be_kept_is_told(palate: Palate, store: Path) -> None:
    """A file stands where the folder should be."""
    with Library(store) as library:
        listing = library.listing()
        assert library.reader().rank(1)
    folder = Path(f"{store}.cache")
    folder.rename(f"{folder}.away")
    folder.write_text("no folder")
    with pytest.warns(match="the numbers of this list cannot be used"), Library(store) as library:
        library.listing().keep(["cats-1"])
    assert listing.id_of("cats-1") == "cats-1"
