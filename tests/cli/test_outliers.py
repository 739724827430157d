"""`palate outliers` and `palate sentiment`, from a file to what is printed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from palate.cli.app import app

BODIES = [
    "The cat sat on the mat.",
    "A dog ran in the park.",
    "Birds sing in the morning.",
    "Rain fell all day.",
]


def file(folder: Path, bodies: list[str]) -> Path:
    path = folder / "texts.jsonl"
    path.write_text(
        "".join(json.dumps({"id": f"t{n}", "text": body}) + "\n" for n, body in enumerate(bodies))
    )
    return path


def test_outliers_are_given_as_json_and_as_lines(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    path = file(tmp_path, [*BODIES * 3, "Der Rat hat gestern beschlossen, die Brücke zu erneuern."])
    made = CliRunner().invoke(app, ["outliers", str(path), "--limit", "2", "--json"])
    assert made.exit_code == 0, made.output
    first = json.loads(made.stdout.splitlines()[0])
    assert (first["id"], set(first["scores"])) == (
        "t12",
        {"forest", "distance", "reconstruction", "form", "all"},
    )
    lines = CliRunner().invoke(app, ["outliers", str(path), "--method", "form"])
    assert lines.stdout.splitlines()[0].split("\t")[1] == "t12"
    assert "in German" in lines.stdout
    assert "above 3.5 is unusual" in lines.stderr


@pytest.mark.parametrize("command", ["outliers", "sentiment"])
def test_a_file_without_texts_ends_with_1(command: str, tmp_path: Path) -> None:
    made = CliRunner().invoke(app, [command, str(file(tmp_path, []))])
    assert made.exit_code == 1
    assert not made.stdout


def test_one_text_has_no_outlier(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["outliers", str(file(tmp_path, BODIES[:1]))])
    assert made.exit_code == 1
    assert "outliers need 5 texts or more" in made.stderr


def test_sentiment_gives_texts_totals_and_json(tmp_path: Path) -> None:
    path = file(tmp_path, ["A delightful film.", "An awful film.", "A film."])
    lines = CliRunner().invoke(app, ["sentiment", str(path)]).stdout.splitlines()
    assert [line.split("\t")[2] for line in lines] == ["delightful", "", "awful"]
    shapes = CliRunner().invoke(app, ["sentiment", str(path), "--json"]).stdout.splitlines()
    assert json.loads(shapes[0])["words"].keys() == {"delightful"}
    totals = CliRunner().invoke(app, ["sentiment", str(path), "--by", "month", "--json"]).stdout
    assert json.loads(totals)["n"] == 3
    assert CliRunner().invoke(app, ["sentiment", str(path), "--by", "source"]).stdout.count("\t") == 4


def test_a_folder_that_is_no_reducer_is_refused(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["outliers", str(file(tmp_path, BODIES * 2)), "--model", str(tmp_path)])
    assert made.exit_code == 1
    assert "give a folder that palate train reduce made" in made.stderr
