import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import Result

from palate.feedback import Feedback
from palate.library import Library
from palate.report.judged_texts import COLUMNS, JudgedText, write_csv
from palate.text import Text

Palate = Callable[..., Result]


@pytest.fixture
def _judged(palate: Palate, store: Path) -> None:
    with Library(store) as library:
        library.reader().judge_many(
            [("cats-1", "like"), ("bonds-1", "dislike"), ("search-1", 0.5), ("cats-2", "skip")]
        )


def listed(palate: Palate, *args: str) -> list[tuple[str, str]]:
    shown = [json.loads(line) for line in palate("judged", "--json", *args).stdout.splitlines()]
    assert [each["number"] for each in shown] == list(range(1, len(shown) + 1))
    return [(each["id"], each["kind"]) for each in shown]


@pytest.mark.usefixtures("_judged")
def test_the_judgements_that_stand_are_listed_newest_first_and_filtered(palate: Palate) -> None:
    everything = [("cats-2", "skip"), ("search-1", "rating"), ("bonds-1", "dislike"), ("cats-1", "like")]
    assert listed(palate) == everything
    assert listed(palate, "--verdict", "rating") == everything[1:2]
    assert listed(palate, "--source", "shelf", "--since", "1d") == everything
    assert listed(palate, "--source", "elsewhere") == listed(palate, "--until", "1d") == []
    assert palate("judged", "--verdict", "loves", ok=False).exit_code == 2
    nothing = palate("judged", "--since", "2999-01-01")
    assert (nothing.stdout, nothing.exit_code) == ("", 0)
    assert "no judgement stands that fits" in nothing.stderr
    line = palate("judged").stdout.splitlines()[1].split("\t")
    assert [line[0], line[1], line[3], line[4], line[5]] == [
        "2", "+0.5", "search-1", "On search, part 1", "shelf",
    ]  # fmt: skip


@pytest.mark.usefixtures("_judged")
def test_a_verdict_is_changed_by_its_number_in_the_list(palate: Palate) -> None:
    palate("judged")
    palate("dislike", "4")
    assert listed(palate)[0] == ("cats-1", "dislike")
    assert len(listed(palate)) == 4


@pytest.mark.usefixtures("_judged")
def test_a_table_holds_verdicts_with_reasons_that_go_their_way(palate: Palate) -> None:
    told = palate("judged", "--csv", "judged.csv")
    assert (told.stdout, told.stderr) == ("", "4 judgements in judged.csv\n")
    rows = list(csv.DictReader(StringIO(Path("judged.csv").read_text("utf-8"))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["id"], row["verdict"], row["liking"]) for row in rows] == [
        ("cats-2", "skip", ""),
        ("search-1", "rating", "0.5"),
        ("bonds-1", "dislike", "-1"),
        ("cats-1", "like", "1"),
    ]
    for row in rows[1:]:
        word, _, amount = row["reason"].rpartition(" ")
        assert word
        assert float(amount) * float(row["liking"]) > 0


@pytest.mark.usefixtures("_judged")
def test_references_are_read_back_with_their_judgements(palate: Palate, store: Path) -> None:
    """In a new store the same texts, and the likes and dislikes; in the same store nothing new."""
    palate("judged", "--ris", "judged.ris")
    assert "4 known" in palate("add", "judged.ris").stderr
    palate("--store", "new.db", "add", "judged.ris", "--judgements")
    with Library(store) as library, Library("new.db") as new:
        words = {text.content_hash for text in library.texts()}
        assert {text.content_hash for text in new.texts()} <= words
        assert new.n_texts == 4
        likings = {new.text(each.text_id).title: each.liking for each in new.reader().judged()}
        notes = [note for text in new.texts() for note in text.extra["notes"]]
    assert likings == {"On cats, part 1": 1.0, "On bonds, part 1": -1.0, "On search, part 1": 1.0}
    assert {"palate verdict: +0.5", "palate verdict: skip"} <= set(notes)
    assert sum(note.startswith("reason: ") for note in notes) == 4


def test_a_file_that_cannot_be_written_is_told(palate: Palate, store: Path) -> None:
    palate("like", "cats-1")
    assert "cannot be written" in palate("judged", "--csv", "nowhere/a.csv", ok=False).stderr


def test_a_cell_that_would_run_as_a_formula_is_made_harmless() -> None:
    out = StringIO()
    feedback = Feedback(1, "me", "main", "a", "rating", -0.5, 1.0, datetime(2026, 1, 1, tzinfo=UTC))
    write_csv([JudgedText(feedback, Text.of("", title="=1+1", id="a"), "-x")], out)
    row = next(csv.DictReader(StringIO(out.getvalue())))
    assert (row["title"], row["reason"], row["liking"]) == ("'=1+1", "'-x", "-0.5")
