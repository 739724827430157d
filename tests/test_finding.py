"""What a filter keeps, and that nothing else is found."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from palate.errors import BadValue, UnknownName
from palate.library import Library
from palate.sample import SAMPLE
from palate.text_filter import FilterOptions, TextFilter
from palate.workspace.chance import is_near

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SIXTH = datetime(2026, 1, 6, tzinfo=UTC)


@pytest.fixture
def filled(library: Library) -> Library:
    """Thirty notes on three animals, one a day, from three sources; every third in German."""
    english = "The {} sleeps near the warm stove and then looks for something that it could eat, note {}."
    german = "{} schlafen gern neben dem warmen Ofen und suchen danach etwas zu essen, Notiz {}."
    library.add(
        [
            {
                "id": f"n{number}",
                "title": f"Note {number} on the {animal}",
                "text": (german if number % 3 == 0 else english).format(animal, f"number{number} " * 3),
                "url": f"https://{'animals' if number < 10 else 'news'}.j{number % 2}.example/{number}",
                "date": f"2026-01-{number + 1:02}",
            }
            for number in range(30)
            for animal in [("cat", "dog", "fox")[number % 3]]
        ]
    )
    return library


@pytest.mark.parametrize(
    ("only", "numbers"),
    [
        ({}, range(30)),
        ({"source": "j1.example"}, range(1, 30, 2)),
        ({"source": "animals.j0.example"}, range(0, 10, 2)),
        ({"since": SIXTH}, range(5, 30)),
        ({"until": SIXTH}, range(5)),
        ({"since": FIRST, "until": SIXTH, "source": "j0.example"}, range(0, 5, 2)),
        ({"language": "de", "until": SIXTH}, range(0, 5, 3)),
        ({"source": "elsewhere"}, range(0)),
    ],
)
def test_all_that_a_filter_keeps_is_found_and_nothing_else(
    filled: Library, only: FilterOptions, numbers: range
) -> None:
    """By a query of words that most texts have, and by one of a text itself."""
    expected = {f"n{number}" for number in numbers}
    assert {found.text.id for found in filled.find("note stove sleeps", limit=40, **only)} == expected
    like = {found.text.id for found in filled.find_like("n1", limit=40, **only)}
    assert like == expected - {"n1"}


@pytest.mark.parametrize("query", ["otters", "otter", "which", "R"])
def test_texts_with_the_one_word_of_a_query_come_first(library: Library, query: str) -> None:
    """Also by its stem, and where the word says too little of what a text is about to have a list."""
    animals = ["cat", "dog", "fox", "horse", "lynx"]
    library.add(
        [f"The {animal} sleeps near a warm stove on day {day}." for animal in animals for day in range(9)]
    )
    library.add([{"id": "found", "text": "Otters which swim; a survey made with R, in winter."}])
    assert library.find(query, limit=3)[0].text.id == "found"


def test_a_limit_is_reached_while_texts_are_kept(filled: Library) -> None:
    assert len(filled.find("cat", limit=4, source="j0.example")) == 4


def test_what_a_reader_judged_under_any_taste_is_left_out(filled: Library) -> None:
    """But not what it took back, nor what others judged."""
    ada, second, ben = filled.reader("ada"), filled.reader("ada", taste="work"), filled.reader("ben")
    ada.judge("n1", "like")
    ada.judge("n2", "dislike")
    ada.undo()
    second.judge("n4", "dislike")
    ben.judge("n5", "like")
    ids = {found.text.id for found in filled.find("note", limit=40, unjudged_by="ada")}
    assert ids == {f"n{number}" for number in range(30)} - {"n1", "n4"}


def test_a_near_copy_of_what_was_judged_is_judged(filled: Library) -> None:
    body = "A long story about the river that floods the old town each spring. " * 6
    filled.add([{"id": "a", "title": "River", "text": body}])
    filled.add([{"id": "b", "title": "River", "text": body + "So it goes."}])
    filled.reader("ada").judge("a", "like")
    assert not {found.text.id for found in filled.find("river town", unjudged_by="ada")} & {"a", "b"}


def test_a_filter_that_cannot_be_is_refused(filled: Library) -> None:
    with pytest.raises(UnknownName, match="no reader 'nobody'"):
        filled.find("cat", unjudged_by="nobody")
    with pytest.raises(BadValue, match="language"):
        filled.find("cat", language="Elvish")
    with pytest.raises(BadValue, match="is not before"):
        TextFilter(since=SIXTH, until=FIRST)


def test_a_removed_text_is_not_found_with_a_filter(filled: Library) -> None:
    filled.remove(["n3"])
    assert "n3" not in {found.text.id for found in filled.find("note", limit=40, source="j1.example")}


def test_the_command_takes_filters(filled: Library, tmp_path: Any) -> None:
    """Through the door, on a copy in a file."""
    from typer.testing import CliRunner

    from palate.cli.app import app

    path = tmp_path / "store.db"
    with Library(path) as library:
        library.add([{"id": "a", "title": "Cats", "date": "2026-01-05"}, {"id": "b", "title": "Old cats"}])
        library.reader("ada").judge("b", "like")
    asked = ["--store", str(path), "find", "cats", "--json", "--since", "2026-01-05"]
    done = CliRunner().invoke(app, [*asked, "--unjudged-by", "ada"])
    assert done.exit_code == 0
    assert '"id": "a"' in done.stdout
    assert '"id": "b"' not in done.stdout
    assert CliRunner().invoke(app, [*asked, "--until", "2026-01-04"]).exit_code == 1


def test_a_list_is_in_the_order_of_its_relevance(filled: Library) -> None:
    found = filled.find("on the cat", limit=40)
    relevance = [match.relevance for match in found]
    assert relevance == sorted(relevance, reverse=True)
    assert 0 < relevance[-1] <= relevance[0] <= 1
    cats = {match.text.id for match in found if match.relevance >= 0.5}
    assert cats == {f"n{number}" for number in range(0, 30, 3)}, "those with the whole query in its order"
    like = [match.relevance for match in filled.find_like("n1", limit=40)]
    assert like == sorted(like, reverse=True)
    assert 0 < like[-1] <= like[0] <= 1


def test_nothing_is_found_where_nothing_fits(static: object) -> None:
    """Words that no text has: of none without sense, of some that mean what a few texts are about."""
    with Library(":memory:") as library:
        library.add(SAMPLE)
        for query in ("xqzzv", "blorpt wug", "zzzz qwertyuiop"):
            assert library.find(query) == []
        assert "court" in library.find("lawsuits", limit=2)[0].text.content.lower()
        assert library.find("xqzzv ranking"), "one word of it is there"


def test_few_texts_are_always_shown(library: Library) -> None:
    library.add([f"Cats sleep on day {day}." for day in range(5)])
    assert len(library.find("xqzzv")) > 0


@pytest.mark.parametrize("n_related", [0, 1, 70])
def test_what_is_near_stands_out_from_the_cosines_of_the_other_texts(n_related: int) -> None:
    """Vectors with drawn cosines to a query, also where a third of them are related to it."""
    n, query = 200, np.eye(16)[0]
    rng = np.random.default_rng(5)
    cosines = rng.normal(0.3, 0.05, n)
    cosines[:n_related] = rng.uniform(0.75, 0.9, n_related)
    rest = rng.normal(size=(n, 15))
    rest *= (np.sqrt(1 - cosines**2) / np.linalg.norm(rest, axis=1))[:, None]
    corpus: Any = SimpleNamespace(
        removed=np.zeros(n, np.bool_), vectors=np.column_stack([cosines, rest]).__getitem__
    )
    assert is_near(corpus, 7 * query, float(cosines.max())) == (n_related > 0)
