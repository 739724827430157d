"""Texts with several labels: a tiny BERT learns which of three animals are named."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score, label_ranking_average_precision_score
from transformers import pipeline

from palate.errors import BadSource, BadValue
from palate.training.classify import classify, predict
from palate.training.evaluate import evaluate
from palate.training.export import export
from palate.training.label_column import read_label_column
from palate.training.labelling import binary_cross_entropy
from palate.training.run.settings import TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import read_trained_model
from palate.training.shallow_classifier import shallow_classifier

Write = Callable[..., Path]
ANIMALS = ("cat", "cow", "dog")
SETTINGS = TrainingSettings(epochs=14, batch=8, rate=1e-2, checks=1, patience=0)


def named(n: int, seed: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    rows = [[animal for animal in ANIMALS if rng.random() < 0.5] for _ in range(n)]
    letters = [" ".join(rng.choice(list("xyz"), 3)) for _ in rows]
    return [f"{' '.join(row)} {word}" for row, word in zip(rows, letters, strict=True)], [
        " ; ".join(row) for row in rows
    ]


@pytest.fixture(scope="module")
def made(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, told = tmp_path_factory.mktemp("several"), list[str]()
    texts, labels = named(160, 0)
    with (folder / "animals.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *zip(texts, labels, strict=True)])
    classify(
        folder / "animals.csv",
        folder / "out",
        labels_by=";",
        start=str(tiny_bert),
        settings=SETTINGS,
        on_message=told.append,
    )
    (folder / "told.json").write_text(json.dumps(told))
    return folder / "out"


def test_it_learns_them_and_says_how_well(made: Path) -> None:
    trained = read_trained_model(made)
    figures = trained.figures["test"]
    assert (trained.kind, trained.labels, trained.labels_by) == ("classify", ANIMALS, ";")
    assert figures["f1_micro"] > 0.8
    assert {"f1_macro", "lrap", "exact", "ece", "ece_uncalibrated"} <= set(figures)
    assert set(figures["per_class"]) == set(ANIMALS)
    told = json.loads((made.parent / "told.json").read_text())
    assert told[1].startswith("3 labels: cat ")
    assert told[1].endswith(" without any")
    assert "f1_micro" in (made / "README.md").read_text()


def test_figures_are_scikit_learns(made: Path, write: Write) -> None:
    texts, labels = named(50, 7)
    kind, figures = evaluate(str(made), read_table(write("t.csv", text=texts, label=labels)))
    probabilities = predict(made, texts)
    truth = np.array([[animal in row for animal in ANIMALS] for row in labels])
    assert kind == "classify"
    for way in ("micro", "macro"):
        assert figures[f"f1_{way}"] == pytest.approx(f1_score(truth, probabilities >= 0.5, average=way))
    assert figures["lrap"] == pytest.approx(label_ranking_average_precision_score(truth, probabilities))
    assert figures["exact"] == pytest.approx((truth == (probabilities >= 0.5)).all(axis=1).mean())


def test_plain_transformers_and_the_onnx_graph_give_the_same_probabilities(
    made: Path, tmp_path: Path
) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    texts = ["cat dog x", "cow", "x y z"]
    ours = predict(made, texts)
    alone: Any = pipeline("text-classification", model=str(made), device="cpu")(texts, top_k=None)
    theirs = [{one["label"]: one["score"] for one in row} for row in alone]
    np.testing.assert_allclose(ours, [[row[animal] for animal in ANIMALS] for row in theirs], atol=1e-5)
    export(str(made), tmp_path / "onnx", "onnx")
    from tokenizers import Tokenizer

    encodings = Tokenizer.from_file(str(tmp_path / "onnx" / "tokenizer.json")).encode_batch(texts)
    inputs = {
        "input_ids": np.array([one.ids for one in encodings]),
        "attention_mask": np.array([one.attention_mask for one in encodings]),
    }
    (logits,) = onnxruntime.InferenceSession(tmp_path / "onnx" / "model.onnx").run(None, inputs)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), ours, atol=1e-4)


def test_the_loss_is_the_mean_over_texts_and_labels_however_batches_are_added_up() -> None:
    rng = np.random.default_rng(0)
    logits, labels = torch.tensor(rng.normal(size=(6, 3))), torch.tensor(rng.integers(0, 2, (6, 3)) * 1.0)

    class Out:
        def __init__(self, rows: slice) -> None:
            self.logits = logits[rows]

    loss = binary_cross_entropy()
    whole = loss(Out(slice(None)), labels)
    n = torch.tensor(labels.numel())
    parts = [loss(Out(rows), labels[rows], n) for rows in (slice(0, 4), slice(4, 6))]
    assert whole.item() == pytest.approx(torch.nn.BCEWithLogitsLoss()(logits, labels).item())
    assert sum(part.item() for part in parts) == pytest.approx(whole.item())


@pytest.mark.parametrize(
    ("labels", "separator", "error", "said"),
    [
        (["a"] * 8, ";", BadSource, "every label in .* is 'a'"),
        ([""] * 8, ";", BadSource, "no row of .* has a label"),
        (["a;b", "a;b", "a"] * 2 + ["a;b", "c"], ";", BadSource, "'c' has 1 examples, too few"),
        (["a;b"] * 8, " ", BadValue, "give one such as ';'"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    write: Write, labels: Sequence[str], separator: str, error: type[Exception], said: str
) -> None:
    table = read_table(write("a.csv", text=["x"] * 8, label=labels))
    with pytest.raises(error, match=said):
        read_label_column([table], "label", separator)


def test_an_unknown_label_weights_and_a_student_are_refused(made: Path, write: Write, tmp_path: Path) -> None:
    odd = write("odd.csv", text=["cat", "hen"], label=["cat", "cat;hen"])
    with pytest.raises(BadSource, match="row 3: label is 'hen', which the model does not know"):
        evaluate(str(made), read_table(odd))
    with pytest.raises(BadValue, match="leave --weigh or --labels-by out"):
        classify(odd, tmp_path / "out", labels_by=";", weigh=True)
    with pytest.raises(BadValue, match="gives a text several labels"):
        shallow_classifier(
            tmp_path / "out", odd, layers=1, teacher=made, settings=replace(SETTINGS, epochs=1)
        )
