"""`palate predict` on tiny models: what it says equals what the trainings' own functions say."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import palate.cli.predict
from palate.cli.app import app
from palate.training.classify import predict as classes
from palate.training.regress import predict as quantities
from palate.training.run.trained_model import TrainedModel, read_trained_model, write_trained_model
from training.made_models import make_model

Made = Callable[[str], Path]
TEXTS = ["a cat b", "dog c", "x y", "cat dog", "b dog a"]


def run(*args: str, code: int = 0, input: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["predict", *args], input=input)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def made(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The folder of a tiny model of a kind, made on first use; read it, do not write to it."""
    folder = tmp_path_factory.mktemp("made")

    def made(kind: str) -> Path:
        if not (folder / kind).is_dir():
            make_model(kind, folder / kind, tiny_bert)
        return folder / kind

    return made


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "texts.csv"
    path.write_text("id,text\n" + "".join(f"t{n},{text}\n" for n, text in enumerate(TEXTS)))
    return str(path)


def test_classes_come_with_the_probability_of_each(
    made: Made, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palate.cli.predict, "AT_ONCE", 2)  # three batches
    folder = made("classify")
    expected, labels = classes(folder, TEXTS), read_trained_model(folder).labels
    done = run(file, "--model", str(folder), "--text", "text", "--json", "--device", "cpu")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [f"t{n}" for n in range(5)]
    found = [[row["probabilities"][label] for label in labels] for row in rows]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [row["number"] for row in rows] == expected.argmax(axis=1).tolist()
    assert done.stderr.splitlines()[0] == f"reading {file}, loading {folder} ..."
    assert done.stderr.splitlines()[-1] == f"5 texts by {folder}"
    table = list(csv.DictReader(io.StringIO(run(file, "--model", str(folder)).stdout)))
    assert [row["label"] for row in table] == [row["label"] for row in rows]
    assert float(table[0][f"p({labels[0]})"]) == pytest.approx(found[0][0], abs=1e-5)


def test_quantities_go_to_a_file_as_its_name_says(made: Made, file: str, tmp_path: Path) -> None:
    folder, out = made("regress"), tmp_path / "out.jsonl"
    assert run(file, "--model", str(folder), "--out", str(out)).stdout == ""
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    np.testing.assert_allclose([row["number"] for row in rows], quantities(folder, TEXTS), atol=1e-6)
    assert {row["label"] for row in rows} == {read_trained_model(folder).columns["label"]}


def test_an_encoder_takes_pairs(made: Made, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("sentence1,sentence2\ncat a,cat a\ncat,dog b\n")
    done = run(str(pairs), "--model", str(made("similarity")), "--json")
    same, other = (json.loads(line) for line in done.stdout.splitlines())
    assert (same["row"], other["row"]) == (1, 2)
    assert other["number"] < same["number"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("kind", "told"),
    [("tokens", "from palate.training.tokens import predict"), ("masked", "it fills gaps: palate fill")],
)
def test_other_models_are_refused_with_what_to_use(file: str, tmp_path: Path, kind: str, told: str) -> None:
    write_trained_model(TrainedModel(tmp_path, kind, "minilm"))
    assert told in run(file, "--model", str(tmp_path), code=1).stderr


def test_what_is_missing_is_said_in_one_line(made: Made, file: str, tmp_path: Path) -> None:
    missing = run("none.csv", "--model", str(tmp_path), code=1).stderr
    assert missing == "palate: there is no file none.csv; check its name\n"
    assert "there is no folder nowhere" in run(file, "--model", "nowhere", code=1).stderr
    assert "holds no model that palate trained" in run(file, "--model", str(tmp_path), code=1).stderr
