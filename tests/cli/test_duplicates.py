import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Palate = Callable[..., Result]


def test_each_question_gets_its_nearest_texts(palate: Palate, store: Path) -> None:
    Path("new.csv").write_text("id,question\nq,Do cats sleep all day?\nr,How do bond yields rise?\n")
    shapes = [
        json.loads(line)
        for line in palate("ask-duplicates", "new.csv", "--limit", "2", "--json").stdout.splitlines()
    ]
    assert [shape["question_id"] for shape in shapes] == ["q", "q", "r", "r"]
    assert all(0 <= shape["probability"] <= 1 for shape in shapes)
    assert shapes[0]["stored_id"].startswith("cats")
    shown = palate("ask-duplicates", "new.csv", "--limit", "1")
    assert len(shown.stdout.splitlines()) == 2
    assert "2 questions, 0 of them without" in shown.stderr
    none = palate("ask-duplicates", "new.csv", "--threshold", "1")
    assert (none.stdout, "2 of them without" in none.stderr) == ("", True)


def test_labelled_pairs_calibrate(palate: Palate, store: Path) -> None:
    rows = "".join(
        f"How do cats {n} sleep?,Do cats {n} sleep?,1\nCats {n}?,Bond yields {n}?,0\n" for n in range(9)
    )
    Path("pairs.csv").write_text(f"question1,question2,duplicate\n{rows}")
    Path("new.csv").write_text("id,text\nq,Do cats sleep all day?\n")
    made = palate("ask-duplicates", "--calibrate", "pairs.csv", "--calibration", "mine.json")
    assert "fitted to 18 pairs, 50% duplicates" in made.stderr
    assert json.loads(Path("mine.json").read_text())["schema"] == 1
    own, shipped = (
        palate("ask-duplicates", "new.csv", *options).stdout
        for options in (["--calibration", "mine.json"], [])
    )
    assert own != shipped


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 2),
        (["new.csv", "--calibrate", "pairs.csv"], 2),
        (["new.csv", "--threshold", "2"], 2),
        (["none.csv"], 1),
        (["empty.csv"], 1),
        (["new.csv", "--share", "1"], 1),
        (["new.csv", "--calibration", "none.json"], 1),
    ],
)
def test_slips_are_errors(palate: Palate, store: Path, options: list[str], code: int) -> None:
    Path("new.csv").write_text("id,text\nq,Do cats sleep all day?\n")
    Path("empty.csv").write_text("id,text\nq,\n")
    assert palate("ask-duplicates", *options, ok=False).exit_code == code


def test_an_empty_store_is_an_error(palate: Palate) -> None:
    from palate.library import Library

    Library("store.db").close()
    Path("new.csv").write_text("id,text\nq,Do cats sleep all day?\n")
    refused = palate("ask-duplicates", "new.csv", ok=False)
    assert (refused.exit_code, "palate add" in refused.stderr) == (1, True)
