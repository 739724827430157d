"""A student of a classifier with four layers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax
from transformers import AutoModelForSequenceClassification
from typer.testing import CliRunner

from palate.cli.train import app
from palate.errors import BadSource, BadValue
from palate.training.classify import classify
from palate.training.run.settings import TrainingSettings
from palate.training.shallow_classifier import shallow_classifier, soft_loss
from training.sentence_files import deep_bert, texts, write

SMALL = TrainingSettings(epochs=4, batch=16, rate=5e-3, window=12)


@pytest.fixture(scope="module")
def teacher(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classifier")
    known = texts(200, 0)
    labels = [
        "late" if "z" in text or "y" in text or "x" in text or "w" in text else "early" for text in known
    ]
    data = write(folder / "labels.csv", {"text": known, "label": labels})
    start = deep_bert(tiny_bert, folder / "deep" / "start")
    return classify(data, folder / "made", start=str(start), settings=replace(SMALL, rate=2e-3)).folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("data") / "texts.csv", {"text": texts(300, 5)})


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_loss_is_the_scaled_divergence_of_softened_probabilities(temperature: float) -> None:
    student, teacher = np.random.default_rng(0).normal(size=(2, 5, 4))
    wanted = softmax(teacher / temperature, axis=1)
    apart = wanted * (log_softmax(teacher / temperature, axis=1) - log_softmax(student / temperature, axis=1))
    found = soft_loss(torch.from_numpy(student), torch.from_numpy(teacher), temperature)
    assert found.item() == pytest.approx(temperature**2 * apart.sum(axis=1).mean(), rel=1e-5)


def test_a_student_of_a_classifier_is_a_classifier(teacher: Path, data: Path, tmp_path: Path) -> None:
    made = shallow_classifier(tmp_path / "made", data, layers=2, teacher=teacher, settings=SMALL)
    assert made.figures["student"]["agreement"] >= max(made.figures["before"]["agreement"], 0.6)
    assert made.figures["student"]["megabytes"] < made.figures["teacher"]["megabytes"]
    assert (made.kind, made.labels) == ("classify", ("early", "late"))
    plain = AutoModelForSequenceClassification.from_pretrained(made.folder)
    assert plain.config.num_hidden_layers == 2
    assert plain.config.id2label == {0: "early", 1: "late"}


def test_the_command_sees_that_the_teacher_is_a_classifier(teacher: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    args = [
        "distil",
        "--layers",
        "1",
        "--data",
        str(data),
        "--teacher",
        str(teacher),
        "--out",
        str(out),
        "--epochs",
        "1",
    ]
    told = CliRunner().invoke(app, args)
    assert told.exit_code == 0, told.output
    assert f'palate number --model {out} "TEXT"' in told.stdout.splitlines()[-1]
    assert json.loads((out / "palate.json").read_text())["settings"]["layers"] == [3]
    result = CliRunner().invoke(app, [*args, "--sts", str(data)])
    assert isinstance(result.exception, BadValue)


def test_bad_requests_are_refused(teacher: Path, tiny_bert: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="a temperature is above 0"):
        shallow_classifier(tmp_path / "made", data, layers=2, teacher=teacher, temperature=0)
    with pytest.raises(BadSource, match="holds no model that palate trained"):
        shallow_classifier(tmp_path / "made", data, layers=2, teacher=tiny_bert)
