"""`palate add --judgements`: what an export says of its reader's judgements is recorded once."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from palate.library import Library

Palate = Callable[..., Result]
SCREENED = "title,abstract,included\nCats,They sleep.,1\nDogs,They bark.,0.0\nFish,They swim.,\n"


def likings(reader: str = "me") -> list[tuple[str, float | None]]:
    with Library("store.db") as library:
        judged = library.reader(reader, create=False).judged()
        return [(library.text(feedback.text_id).title, feedback.liking) for feedback in judged]


def test_judgements_are_taken_only_if_asked_for_and_once(palate: Palate) -> None:
    Path("screened.csv").write_text(SCREENED)
    assert "judged" not in json.loads(palate("add", "screened.csv", "--json").stdout)
    first = json.loads(palate("add", "screened.csv", "--judgements", "--json").stdout)
    assert (first["known"], first["judged"]) == (3, 2)
    told = "added 0, 0 updated, 3 known, 0 grouped, 0 skipped, 0 judged\n"
    assert palate("add", "screened.csv", "--judgements").stderr == told
    assert likings() == [("Cats", 1.0), ("Dogs", -1.0)]


def test_they_belong_to_the_reader_who_is_named(palate: Palate) -> None:
    Path("screened.csv").write_text(SCREENED)
    assert palate("add", "screened.csv", "--judgements", "--reader", "ada", ok=False).exit_code == 1
    palate("reader", "add", "ada")
    palate("add", "screened.csv", "--judgements", "--reader", "ada")
    assert likings("ada") == [("Cats", 1.0), ("Dogs", -1.0)]
    assert palate("add", "screened.csv", "--reader", "ada", ok=False).exit_code == 2


def test_several_sources_are_counted_together(palate: Palate) -> None:
    Path("a.csv").write_text(SCREENED)
    Path("b.csv").write_text("Title,Author,My Rating\nA book of birds,Jane,9\nA book of bees,Jane,1\n")
    assert json.loads(palate("add", "a.csv", "b.csv", "--judgements", "--json").stdout)["judged"] == 4
    assert [round(liking or 0, 2) for _, liking in likings()] == [1, -1, 0.78, -1]


def test_a_library_added_again_is_liked_once(palate: Palate) -> None:
    Path("mine.csv").write_text(SCREENED)
    palate("reader", "add", "ada", "--library", "mine.csv")
    again = json.loads(palate("reader", "add", "ada", "--library", "mine.csv", "--json").stdout)
    assert (again["judgements"], again["liked"]) == (3, 0)
