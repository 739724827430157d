"""Evaluate, export and tune from the shell, on a tiny classifier."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from palate.cli.app import Door
from palate.cli.train import app as train
from palate.training.classify import classify
from palate.training.run.settings import TrainingSettings
from training.animals import animals
from training.made_models import write_table

RunPalate = Callable[..., Result]


@pytest.fixture(scope="module")
def place(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cats.csv and a model `kinds` that was trained on it."""
    place = tmp_path_factory.mktemp("place")
    texts, labels = animals(80, 0)
    write_table(place / "cats.csv", text=texts, label=labels)
    settings = TrainingSettings(epochs=1, batch=16, rate=1e-2, window=12, patience=0)
    classify(place / "cats.csv", place / "kinds", start=str(tiny_bert), settings=settings)
    return place


@pytest.fixture
def run_palate(place: Path, monkeypatch: pytest.MonkeyPatch) -> RunPalate:
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "100")

    door = typer.Typer(cls=Door)
    door.add_typer(train, name="train")

    def run_palate(*args: str, ok: bool = True) -> Result:
        result = CliRunner().invoke(door, ["train", *args])
        assert (result.exit_code == 0) == ok, result.output
        return result

    return run_palate


def test_evaluate_tells_one_object_with_the_figures_by_their_names(run_palate: RunPalate) -> None:
    told = json.loads(run_palate("evaluate", "--model", "kinds", "--data", "cats.csv", "--json").stdout)
    assert (told["model"], told["kind"], told["data"], told["rows"]) == ("kinds", "classify", "cats.csv", 80)
    assert {"accuracy", "f1", "precision", "recall", "ece", "per_class", "confusion"} <= set(told)


def test_evaluate_tells_lines_for_people(run_palate: RunPalate) -> None:
    result = run_palate("evaluate", "--model", "kinds", "--data", "cats.csv")
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [
        "accuracy",
        "precision",
        "recall",
        "f1",
        "ece",
        "brier",
        "log_loss",
        "cat",
        "dog",
    ]
    assert "kinds on 80 rows of cats.csv (classify)" in result.stderr


def test_evaluate_refuses_in_one_sentence(run_palate: RunPalate) -> None:
    result = run_palate(
        "evaluate", "--model", "kinds", "--data", "cats.csv", "--label-column", "kind", ok=False
    )
    assert result.stderr.splitlines() == [
        "reading cats.csv, loading kinds ...",
        "palate: cats.csv, row 2: there is no column kind; the columns are: text, label",
    ]


def test_export_tells_what_was_made(run_palate: RunPalate, place: Path) -> None:
    told = json.loads(
        run_palate("export", "--model", "kinds", "--out", "kinds-onnx", "--onnx", "--json").stdout
    )
    assert told["form"] == "onnx"
    assert told["apart"] < 1e-4
    assert (place / "kinds-onnx" / "model.onnx").is_file()
    assert "plain transformers" in run_palate("export", "--model", "kinds", "--out", "copy").stdout
    refused = run_palate("export", "--model", "kinds", "--out", "other", "--onnx", "--adapter", ok=False)
    assert refused.stderr == "palate: --onnx and --adapter are two exports; give one of them\n"


def test_tune_keeps_a_model_and_tells_every_trial(
    run_palate: RunPalate, tiny_bert: Path, place: Path
) -> None:
    given = (
        "tune",
        "classify",
        "--data",
        "cats.csv",
        "--encoder",
        str(tiny_bert),
        "--epochs",
        "1",
        "--window",
        "12",
    )
    result = run_palate(
        *given,
        "--batch",
        "8",
        "--rate",
        "2e-4",
        "--trials",
        "2",
        "--minutes",
        "5",
        "--out",
        "tuned",
        "--json",
    )
    told = json.loads(result.stdout)
    assert [one["trial"] for one in told["trials"]] == [1, 2]
    assert told["accuracy"] == max(one["accuracy"] for one in told["trials"])
    assert told["trials"][0]["batch"] == 8
    assert "trial 1: rate 0.0002, epochs 1, batch 8" in result.stderr
    assert (place / "tuned" / "palate.json").is_file()
    assert not (place / "tuned" / "checkpoints").exists()
    assert (
        json.loads(run_palate("evaluate", "--model", "tuned", "--data", "cats.csv", "--json").stdout)["rows"]
        == 80
    )


@pytest.mark.parametrize("recipe", ["regress", "tokens", "masked", "similarity"])
def test_every_recipe_can_be_tuned(
    recipe: str, run_palate: RunPalate, tiny_bert: Path, tmp_path: Path
) -> None:
    from training.made_models import examples

    data = "--sts" if recipe == "similarity" else "--data"
    given = (
        "tune",
        recipe,
        data,
        str(examples(recipe, tmp_path / "data")),
        "--encoder",
        str(tiny_bert),
        "--epochs",
        "1",
    )
    result = run_palate(*given, "--window", "12", "--trials", "1", "--out", str(tmp_path / "out"), "--json")
    assert json.loads(result.stdout)["best"] == 1
