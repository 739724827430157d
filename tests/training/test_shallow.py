"""A student of a tiny BERT with four layers."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from palate.errors import BadSource, BadValue
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.sentences import cosines, load_sentence_model
from palate.training.shallow import drop_layers, evenly_spaced_layers, layer_stack, shallow
from training.sentence_files import deep_bert, sts_file, texts, write

SMALL = TrainingSettings(epochs=4, batch=16, rate=5e-3, window=12)


@pytest.fixture(scope="module")
def teacher(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deep_bert(tiny_bert, tmp_path_factory.mktemp("deep") / "teacher")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("data") / "texts.csv", {"text": texts(200, 0)})


def test_the_layers_that_are_kept_are_the_teachers_own(teacher: Path) -> None:
    student, whole = load_sentence_model(str(teacher)), load_sentence_model(str(teacher))
    drop_layers(student[0], [0, 3])
    assert len(layer_stack(student[0])) == 2
    found, expected = student.state_dict(), whole.state_dict()
    for name, weight in found.items():
        assert torch.equal(weight, expected[name.replace("layer.1.", "layer.3.")]), name
    assert len([name for name in expected if "layer.0." in name]) * 2 == len(
        [name for name in found if ".layer." in name]
    )


def test_a_student_learns_and_opens_in_plain_sentence_transformers(
    teacher: Path, data: Path, tmp_path: Path
) -> None:
    sts = sts_file(tmp_path)
    made = shallow(tmp_path / "made", data, layers=2, teacher=str(teacher), sts=sts, settings=SMALL)
    before, whole, student = (made.figures[part] for part in ("before", "teacher", "student"))
    assert student["agreement"] > before["agreement"] + 0.05
    assert student["megabytes"] < whole["megabytes"]
    assert {"texts_per_s", "sts_spearman"} <= set(whole) & set(student)
    assert made.settings["layers"] == [0, 3]
    plain = SentenceTransformer(str(made.folder), device="cpu")
    assert json.loads((made.folder / "config.json").read_text())["num_hidden_layers"] == 2
    new = texts(50, 99)  # none of which it was trained on
    goal = SentenceTransformer(str(teacher), device="cpu").encode(new)
    start = load_sentence_model(str(teacher))
    drop_layers(start[0], [0, 3])
    assert cosines(plain.encode(new), goal).mean() > cosines(start.encode(new), goal).mean() + 0.05


def test_a_stopped_student_goes_on_to_the_same_weights(teacher: Path, data: Path, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def on_step(facts: Mapping[str, float]) -> None:
        if facts["step"] == 17:
            raise Stop

    settings = replace(SMALL, epochs=2)
    whole = shallow(tmp_path / "whole", data, layers=1, teacher=str(teacher), settings=settings)
    with pytest.raises(Stop):
        shallow(tmp_path / "made", data, layers=1, teacher=str(teacher), settings=settings, on_step=on_step)
    shallow(tmp_path / "made", data, layers=1, teacher=str(teacher), settings=settings)
    expected, found = (
        load_file(folder / "model.safetensors") for folder in (whole.folder, tmp_path / "made")
    )
    assert all(torch.equal(weight, found[name]) for name, weight in expected.items())


@pytest.mark.parametrize("depth", [2, 5, 6, 12, 24])
def test_first_and_last_layer_are_kept_and_gaps_differ_by_one_at_most(depth: int) -> None:
    for layers in range(2, depth):
        kept = evenly_spaced_layers(depth, layers)
        assert (kept[0], kept[-1], len(kept)) == (0, depth - 1, layers)
        gaps = np.diff(kept)
        assert 1 <= gaps.min() >= gaps.max() - 1


def test_bad_requests_are_refused(teacher: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="teacher with 4 layers has 1 to 3, got 4"):
        shallow(tmp_path / "made", data, layers=4, teacher=str(teacher))
    with pytest.raises(BadSource, match="has 5 different texts, expected at least 40"):
        shallow(
            tmp_path / "made",
            write(tmp_path / "few.csv", {"text": texts(5, 0)}),
            layers=2,
            teacher=str(teacher),
        )
    with pytest.raises(BadValue, match="a student is trained whole; leave --lora out"):
        shallow(
            tmp_path / "made",
            data,
            layers=2,
            teacher=str(teacher),
            settings=TrainingSettings(lora=LoraSettings()),
        )
    assert not (tmp_path / "made").exists()
