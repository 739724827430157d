"""`palate train masked` and `palate fill`, from texts to filled gaps."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from palate.cli import fill
from palate.cli.app import Door
from palate.cli.train import masked
from training.masked_models import save_bert, write_texts

FAST = ["--epochs", "0.5", "--batch", "8", "--window", "16", "--rate", "3e-3"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masked")
    save_bert(folder / "start", output_layer=False)
    write_texts(folder / "texts.jsonl", 60)
    return folder


def palate(*args: str) -> Result:
    app = typer.Typer(cls=Door)
    app.command("masked")(masked.masked)
    app.command("fill")(fill.fill)
    return CliRunner().invoke(app, args)


@pytest.fixture(scope="module")
def trained(folder: Path) -> Result:
    given = [
        "--data",
        str(folder / "texts.jsonl"),
        "--encoder",
        str(folder / "start"),
        "--out",
        str(folder / "mlm"),
    ]
    return palate("masked", *given, *FAST)


def test_masked_ends_with_what_was_made_how_good_it_is_and_how_to_use_it(
    trained: Result, folder: Path
) -> None:
    assert trained.exit_code == 0, trained.output
    last = trained.stdout.splitlines()[-1]
    assert last.startswith(f"{folder / 'mlm'}: perplexity ")
    assert f'palate fill "This is a great [MASK]." --model {folder / "mlm"}' in last
    assert "54 texts in" in trained.stderr
    assert "no masked-language output layer stored" in trained.stderr


def test_fill_answers_in_lines_with_tabs_or_json(trained: Result, folder: Path) -> None:
    model = ["--model", str(folder / "mlm"), "--top", "3"]
    plain = palate("fill", "the old [MASK] sees a new [MASK] .", *model)
    rows = [line.split("\t") for line in plain.stdout.splitlines()]
    assert [gap for gap, *_ in rows] == ["1"] * 3 + ["2"] * 3
    as_json = palate("fill", "the old [MASK] sees a new [MASK] .", *model, "--json")
    told = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert [[guess["piece"] for guess in one["guesses"]] for one in told] == [
        [row[2] for row in rows if row[0] == gap] for gap in ("1", "2")
    ]
    assert [f"{guess['probability']:.4f}" for one in told for guess in one["guesses"]] == [
        row[1] for row in rows
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["fill", "the old cat", "--model", "mlm"], "has no [MASK] to fill"),
        (["fill", "the [MASK]", "--model", "start"], "palate train masked --data FILE"),
        (["fill", "the [MASK]", "--model", "./nothing"], "there is no folder ./nothing"),
        (["masked", "--data", "texts.jsonl", "--out", "mlm", *FAST], "holds a finished model already"),
        (["masked", "--data", "none.csv", "--out", "new"], "none.csv"),
        (
            ["masked", "--data", "texts.jsonl", "--text-column", "body", "--out", "new"],
            "there is no column body",
        ),
        (
            ["masked", "--data", "texts.jsonl", "--encoder", "static", "--out", "new"],
            "without a network to train",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    args: list[str], said: str, trained: Result, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    if "mlm" in args and args[0] == "masked":
        args = [*args, "--encoder", "start"]
    result = palate(*args)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len([line for line in result.stderr.splitlines() if line.startswith("palate: ")]) == 1
    assert not Path("new").exists()
