"""Regression with a tiny BERT: what is saved speaks in the units of the file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from palate.errors import BadSource
from palate.training.output_layer import change_outputs
from palate.training.regress import predict, regress
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.trained_model import read_trained_model
from training.animals import animals

Write = Callable[..., Path]
SETTINGS = TrainingSettings(epochs=8, batch=8, rate=1e-2, checks=1, patience=0)


def stars(n: int, seed: int) -> tuple[list[str], list[float]]:
    """Texts about dogs near 1040, about cats near 1000."""
    texts, names = animals(n, seed)
    noise = np.random.default_rng(seed).normal(size=n)
    return texts, [1000 + 40 * (name == "dog") + one for name, one in zip(names, noise, strict=True)]


@pytest.mark.parametrize("lora", [None, LoraSettings(rank=4, alpha=8)], ids=["full", "lora"])
def test_it_learns_and_plain_transformers_gives_the_same_numbers(
    write: Write, tiny_bert: Path, tmp_path: Path, lora: LoraSettings | None
) -> None:
    texts, numbers = stars(150, 0)
    told: list[str] = []
    trained = regress(
        write("a.csv", body=texts, stars=numbers),
        tmp_path / "out",
        text="body",
        label="stars",
        start=str(tiny_bert),
        settings=replace(SETTINGS, lora=lora, rate=2e-2 if lora else 1e-2),
        on_message=told.append,
    )
    assert trained == read_trained_model(tmp_path / "out")
    assert trained.figures["test"]["mae"] < 15  # of two groups that are 40 apart
    assert trained.figures["test"]["pearson"] > 0.6
    assert told[0] == "150 examples: 120 for training, 15 for validation, 15 for test"
    new = animals(20, 9)[0]
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    given = tokenizer(new, padding=True, truncation=True, return_tensors="pt")
    models = [AutoModelForSequenceClassification.from_pretrained(tmp_path / "out")]
    if lora:
        base = AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=1)
        models.append(PeftModel.from_pretrained(base, str(tmp_path / "out" / "adapter")))
    for model in models:
        with torch.no_grad():
            logits = model.eval()(**given).logits[:, 0].numpy()
        np.testing.assert_allclose(predict(tmp_path / "out", new, batch=6), logits, atol=2e-2)


def test_units_go_into_the_last_layer_and_nowhere_else() -> None:
    torch.manual_seed(0)
    inner = torch.nn.Linear(4, 3)
    model = torch.nn.Sequential(inner, torch.nn.Tanh(), torch.nn.Linear(3, 1))
    given = torch.randn(5, 4)
    before, first = model(given).detach(), inner.weight.detach().clone()
    change_outputs(model, 1, scale=2.5, shift=-7.5)
    torch.testing.assert_close(model(given), 2.5 * before - 7.5)
    assert torch.equal(inner.weight, first)
    with pytest.raises(
        BadSource, match="output layer has no bias, which a regression needs; start from a BERT-like model"
    ):
        change_outputs(torch.nn.Linear(3, 1, bias=False), 1, scale=1, shift=1)


TEXTS = ["cat a", "dog b"] * 10
WRONG: list[tuple[dict[str, Sequence[object]], str]] = [
    (
        {"text": TEXTS, "label": [3] * 20},
        r"every label in .* is 3; there must be different ones to learn from",
    ),
    ({"text": TEXTS, "label": [*range(19), "nan"]}, r"row 21: label is 'nan', expected a number"),
    ({"text": TEXTS, "label": [*range(19), "many"]}, r"row 21: label is 'many', expected a number"),
    ({"text": TEXTS, "label": [*range(19), ""]}, "row 21: label is empty"),
    ({"text": TEXTS[:2], "label": [1, 2]}, "too few to split in 3 parts"),
]


@pytest.mark.parametrize(("columns", "said"), WRONG)
def test_examples_that_cannot_be_used_are_refused(
    write: Write, tmp_path: Path, columns: dict[str, Sequence[object]], said: str
) -> None:
    with pytest.raises(BadSource, match=said):
        regress(write("a.csv", **columns), tmp_path / "out")
    assert not (tmp_path / "out").exists()
