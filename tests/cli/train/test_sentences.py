"""`palate train similarity`, `reduce` and `distil --layers` with the tiny BERT, from files to a folder."""

import json
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer
from typer.testing import CliRunner

from palate.cli.train import app
from palate.errors import BadValue
from training.sentence_files import nli_file, sts_file, texts, write


def test_similarity_trains_on_a_mix_and_says_what_was_gained(tiny_bert: Path, tmp_path: Path) -> None:
    sts, nli, out = sts_file(tmp_path), nli_file(tmp_path), tmp_path / "made"
    args = [
        "--sts",
        str(sts),
        "--sts",
        str(sts_file(tmp_path, seed=9)),
        "--nli",
        str(nli),
        "--weights",
        "nli=0.5",
    ]
    told = CliRunner().invoke(
        app, ["similarity", *args, "--encoder", str(tiny_bert), "--out", str(out), "--epochs", "1"]
    )
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[-1].startswith(f"{out}: sentence vectors, nli_accuracy ")
    assert told.stdout.rstrip().endswith(f"use them: palate encoder use sbert:{out}")
    assert "validation nli_accuracy" in told.stderr
    assert SentenceTransformer(str(out), device="cpu").encode("a b").shape == (16,)


def test_reduce_keeps_so_many_dims(tiny_bert: Path, tmp_path: Path) -> None:
    data, out = write(tmp_path / "texts.csv", {"words": texts(40, 0)}), tmp_path / "made"
    args = [
        "--data",
        str(data),
        "--text-column",
        "words",
        "--dims",
        "5",
        "--encoder",
        str(tiny_bert),
        "--out",
        str(out),
    ]
    made = json.loads(CliRunner().invoke(app, ["reduce", *args, "--json"]).stdout)
    assert (made["kind"], made["figures"]["before"]["dims"], made["figures"]["after"]["dims"]) == (
        "reduce",
        16,
        5,
    )


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["similarity", "--sts", "a.csv", "--weights", "sts", "--out", str(tmp_path / "made")]
    )
    assert isinstance(result.exception, BadValue)
    assert "expected a kind and a weight such as nli=0.5" in str(result.exception)


@pytest.mark.parametrize("command", ["similarity", "reduce", "distil"])
def test_help_shows_every_option(command: str) -> None:
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    assert "--out" in told.stdout
    assert "Example" in told.stdout
