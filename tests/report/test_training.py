"""The page of a training shows what its folder holds."""

import json
from pathlib import Path

import pytest

from browser import Browser
from palate.report.training import training_report
from palate.training.run.trained_model import TrainedModel

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
CLASSES = {name: {"precision": 0.5, "recall": None, "f1": 0.4, "support": 3} for name in ("<a>", "b")}


@pytest.fixture
def model(tmp_path: Path) -> TrainedModel:
    report = tmp_path / "kinds" / "report"
    report.mkdir(parents=True)
    history = [
        {"epoch": 0.5, "loss": 1.2},
        {"epoch": 1.0, "loss": 0.8},
        {"epoch": 0.5, "eval_loss": 1.1, "eval_f1": 0.2, "eval_runtime": 3.0},
        {"epoch": 1.0, "eval_loss": 0.9, "eval_f1": 0.6, "eval_runtime": 3.0},
    ]
    (report / "history.json").write_text(json.dumps(history))
    for name in ("history", "confusion", "calibration"):
        (report / f"{name}.png").write_bytes(PIXEL)
    return TrainedModel(
        tmp_path / "kinds",
        "classify",
        "minilm",
        labels=("<a>", "b"),
        figures={"test": {"accuracy": 0.75, "per_class": CLASSES, "confusion": [[2, 1], [0, 3]]}},
        data=({"file": "train.csv", "rows": 240, "sha256": "abc"},),
        settings={"window": 128, "rate": 2e-5, "dev": None},
        notes=("no pictures",),
        versions={"torch": "2.13"},
        seconds=12.0,
        peak_mb=900.0,
        parameters=1000,
        trainable=10,
    )


def test_the_page_has_figures_classes_curves_limits_data_and_settings(model: TrainedModel) -> None:
    report = training_report(model)
    sections = {one.name: one for one in report.sections}
    assert list(sections) == ["figures", "classes", "curves", "limits", "settings"]
    assert sections["figures"].tables[0].rows == (("accuracy", "0.7500"),)
    figures, confusion = sections["classes"].tables
    assert figures.rows[0] == ("<a>", "0.5000", "not defined", "0.4000", 3)
    assert confusion.shape()["rows"] == [["<a>", 2, 1], ["b", 0, 3]]
    assert [chart.title for chart in sections["curves"].charts] == ["Loss by epoch", "F1 by epoch"]
    assert set(sections["curves"].charts[0].data) == {"training", "validation"}
    assert [title for title, _ in sections["curves"].pictures] == ["calibration"]
    assert "no pictures" in sections["limits"].sentences
    assert ("window", "128") in sections["settings"].tables[1].rows
    assert "<a>" not in report.html()


def test_a_model_without_history_or_figures_has_a_page(tmp_path: Path) -> None:
    report = training_report(TrainedModel(tmp_path, "reduce", "minilm"))
    assert [one.name for one in report.sections] == ["figures", "limits"]
    assert report.html()


@pytest.mark.browser
def test_a_browser_shows_it_without_a_fault(model: TrainedModel, browser: Browser) -> None:
    with browser.open(training_report(model).html(), width=360, scheme="dark") as page:
        assert page.evaluate("document.querySelector('img').naturalWidth") == 1
