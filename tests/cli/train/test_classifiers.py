"""The doors of classify, regress and tokens; the trainings themselves have their own tests."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import palate.training.classify
import palate.training.regress
import palate.training.tokens
from palate.cli.train import app
from palate.errors import BadValue
from palate.training.run.settings import CLASSIFIER_DEFAULTS, LoraSettings, TrainingSettings
from palate.training.run.trained_model import TrainedModel

CLASSES = {
    "accuracy": 0.9,
    "f1": 0.88,
    "per_class": {
        "cat": {"precision": 1.0, "recall": 0.8, "f1": 0.89, "support": 5},
        "dog": {"precision": None, "recall": 0.0, "f1": 0.0, "support": 0},
    },
    "confusion": [[4, 1], [0, 0]],
}
FIGURES: dict[str, dict[str, Any]] = {
    "classify": {"validation": CLASSES, "test": CLASSES},
    "regress": {
        "validation": {"mse": 4.0, "mae": 1.5, "spearman": None},
        "test": {"mse": 4.0, "mae": 1.5, "spearman": 0.5},
    },
    "tokens": {"validation": {"f1": 0.5, "accuracy": 0.75, "per_class": {"pet": {"f1": 0.5, "support": 3}}}},
}
Train = Callable[..., Result]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the recipe was asked for."""
    calls: dict[str, Any] = {}

    def recipe(kind: str) -> Callable[..., TrainedModel]:
        def make(data: Path, out: Path, **others: Any) -> TrainedModel:
            calls.update(data=data, out=out, silenced=os.environ["TQDM_DISABLE"], **others)
            others["on_message"]("10 examples: 8 for training, 1 for validation, 1 for test")
            facts = {"step": 4, "steps": 8, "epoch": 0.5}
            others["on_step"]({**facts, "loss": 0.5, "learning_rate": 1e-4})
            others["on_step"]({**facts, "eval_loss": 0.25, "eval_accuracy": 0.75, "eval_runtime": 1.0})
            return TrainedModel(
                folder=out,
                kind=kind,
                start="minilm",
                labels=("cat", "dog"),
                figures=FIGURES[kind],
                notes=("2 texts were cut",),
                parameters=200,
                trainable=3,
                seconds=12.4,
                peak_mb=321.0,
            )

        return make

    for module in (palate.training.classify, palate.training.regress, palate.training.tokens):
        kind = module.__name__.split(".")[-1]
        monkeypatch.setattr(module, kind, recipe(kind))
    return calls


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> Train:
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("a.csv", "d.csv"):  # which the pretended recipe does not read
        Path(name).touch()
    Path("other").mkdir()
    return lambda *args: CliRunner().invoke(app, args, catch_exceptions=False)


def test_the_common_options_become_settings(train: Train, asked: dict[str, Any]) -> None:
    before = dict(os.environ)
    train(
        "classify",
        "--data",
        "a.csv",
        "--dev",
        "d.csv",
        "--text-column",
        "body",
        "--label-column",
        "kind",
        "--encoder",
        "other",
        "--out",
        "made",
        "--lora",
        "--rank",
        "4",
        "--targets",
        "query, value",
        "--epochs",
        "1.5",
        "--seed",
        "7",
        "--batch",
        "16",
        "--accumulate",
        "2",
        "--rate",
        "1e-3",
        "--dropout",
        "0.2",
        "--window",
        "64",
        "--patience",
        "0",
        "--weigh",
    )
    assert asked["settings"] == TrainingSettings(
        epochs=1.5,
        batch=16,
        accumulate=2,
        rate=1e-3,
        dropout=0.2,
        window=64,
        patience=0,
        seed=7,
        lora=LoraSettings(rank=4, alpha=8, targets=("query", "value")),
    )
    assert (asked["data"], asked["dev"], asked["out"]) == (Path("a.csv"), Path("d.csv"), Path("made"))
    assert (asked["text"], asked["label"], asked["start"], asked["weigh"]) == ("body", "kind", "other", True)
    assert asked["silenced"] == "1"
    assert dict(os.environ) == before


@pytest.mark.parametrize("kind", FIGURES)
def test_without_options_the_recipe_has_its_own_settings(
    train: Train, asked: dict[str, Any], kind: str
) -> None:
    train(kind, "--data", "a.csv", "--out", "made")
    assert asked["settings"] == CLASSIFIER_DEFAULTS
    assert (asked["dev"], asked["start"]) == (None, "minilm")


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        (
            "classify",
            "made: tells 2 classes apart, right on 90.0% of 5 test texts; "
            "use it: palate predict FILE --model made",
        ),
        (
            "regress",
            "made: predicts the label of a text, off by 1.5 in the mean, Spearman 0.500 on test texts; "
            "use it: ",
        ),
        (
            "tokens",
            "made: finds 1 kind of entities with F1 0.500 on validation texts; "
            "in Python: from pathlib import Path",
        ),
    ],
)
def test_the_last_line_says_what_was_made_how_good_it_is_and_how_to_use_it(
    train: Train, asked: dict[str, Any], kind: str, last: str
) -> None:
    result = train(kind, "--data", "a.csv", "--out", "made")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith(last)
    assert result.stderr.splitlines() == [
        "reading a.csv, loading minilm ...",
        "10 examples: 8 for training, 1 for validation, 1 for test",
        "step 4 of 8, epoch 0.50: validation loss 0.2500, accuracy 0.7500",
        "2 texts were cut",
        "trained 3 of 200 parameters (1.5%) in 12 s, 321 MB at most",
    ]


def test_figures_stand_in_lines_with_tabs_where_there_is_no_terminal(
    train: Train, asked: dict[str, Any]
) -> None:
    lines = train("classify", "--data", "a.csv", "--out", "made").stdout.splitlines()
    assert lines[:2] == ["accuracy\t0.9000\t0.9000", "f1\t0.8800\t0.8800"]
    assert lines[2:4] == ["cat\t1.0000\t0.8000\t0.8900\t5", "dog\t-\t0.0000\t0.0000\t0"]


@pytest.mark.parametrize("kind", FIGURES)
def test_json_is_one_object_with_the_figures(train: Train, asked: dict[str, Any], kind: str) -> None:
    told = json.loads(train(kind, "--data", "a.csv", "--out", "made", "--json").stdout)
    assert told["figures"] == FIGURES[kind]
    assert (told["folder"], told["kind"], told["trainable"], told["notes"]) == (
        "made",
        kind,
        3,
        ["2 texts were cut"],
    )


def test_half_of_lora_is_refused(train: Train, asked: dict[str, Any]) -> None:
    with pytest.raises(BadValue, match="--rank is for adapters; give --lora too"):
        train("classify", "--data", "a.csv", "--out", "made", "--rank", "4")
    with pytest.raises(BadValue, match="training needs epochs and rate above 0"):
        train("classify", "--data", "a.csv", "--out", "made", "--epochs", "0")
