import json
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from palate.library import Library
from palate.text import Text

Palate = Callable[..., Result]


def facts(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_place_by_taste_is_its_rank_among_the_values_of_all(palate: Palate, store: Path) -> None:
    palate("judge", "bonds-1", "like")
    palate("judge", "cats-1", "dislike")
    text = "Bonds and the yields of bonds."
    with Library(store) as library:
        me = library.reader("me")
        (mine,) = me.value([text])
        below = [hit.value.mean < mine.mean for hit in me.rank(100, all=True)]
        more = len(library.corpus()) - len(below)  # near-copies, folded under the first
    place = facts(palate("number", text, "--axis", "taste", "--json"))
    assert (place["axis"], place["reader"], place["texts"]) == ("taste", "me", len(below) + more)
    assert 1000 * sum(below) / (len(below) + more) <= place["position"] + 1
    assert place["position"] <= 1000 * (sum(below) + more) / (len(below) + more) + 1
    assert str(place["low"]["id"]).startswith("cats")
    said = palate("number", text, "--axis", "taste")
    assert said.stdout == f"{place['position']}\n"
    assert "by the taste of me" in said.stderr


@pytest.mark.needs("peers")
def test_a_place_on_the_principal_axis_is_the_share_of_texts_below(palate: Palate, store: Path) -> None:
    """As scikit-learn's PCA ranks the stored texts themselves; no reader is needed for it to say the same."""
    from sklearn.decomposition import PCA

    with Library(store) as library:
        corpus = library.corpus()
        vectors, rows = corpus.vectors(np.arange(len(corpus))), corpus.rows
        along = PCA(1, svd_solver="full").fit_transform(vectors.astype(float))[:, 0]
        contents = [text.content for text in library.texts_at(rows.tolist())]
    places = np.array(
        [
            facts(palate("number", content, "--axis", "principal", "--json"))["position"]
            for content in contents
        ]
    )
    expected = 1000 * (along.argsort().argsort() + 0.5) / len(along)
    assert np.abs(places - expected).max() <= 1 or np.abs(places - (1000 - expected)).max() <= 1


@pytest.mark.parametrize(("texts", "text", "why"), [(0, "cats", "there are 0"), (12, " ", "says nothing")])
def test_a_place_needs_texts_and_something_said(
    palate: Palate, papers: list[Text], texts: int, text: str, why: str
) -> None:
    with Library("store.db") as library:
        library.add(papers[:texts])
    result = palate("number", text, "--axis", "principal", ok=False)
    assert result.exit_code == 1
    assert why in result.stderr


def tiny_model(folder: Path, kind: str, labels: dict[int, str], **config: Any) -> Any:
    """A model as palate train leaves it, with random weights; the pipeline of plain transformers on it."""
    import torch
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import WordLevel

    from palate.training.run.finish import save_trained_model
    from palate.training.run.settings import TrainingSettings
    from palate.training.run.trained_model import TrainedModel

    transformers: Any = import_module("transformers")  # its classes have no types
    words = {word: place for place, word in enumerate(["[PAD]", "[UNK]", "cats", "bonds", "sleep"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=16, **names
    ).save_pretrained(folder)
    torch.manual_seed(4)
    sizes = {
        "vocab_size": 5,
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 8,
    }
    config = {
        **sizes,
        "initializer_range": 1.0,
        "id2label": labels,
        "label2id": {b: a for a, b in labels.items()},
        **config,
    }
    transformers.BertForSequenceClassification(transformers.BertConfig(**config)).save_pretrained(folder)
    named = tuple(labels.values()) if kind == "classify" else ()
    save_trained_model(
        TrainedModel(
            folder,
            kind,
            "tiny",
            labels=named,
            columns={"label": "stars"},
            settings=asdict(TrainingSettings()),
        )
    )
    return transformers.pipeline("text-classification", model=str(folder), device="cpu")


@pytest.mark.needs("bert")
def test_a_class_is_told_with_its_number_and_probability(palate: Palate, tmp_path: Path) -> None:
    """As transformers' own pipeline tells it."""
    folder, labels = tmp_path / "classes", {0: "animals", 1: "money", 2: "neither"}
    pipeline = tiny_model(folder, "classify", labels)
    for text in ("cats sleep", "bonds", "cats bonds sleep"):
        (expected,) = pipeline(text)
        told = facts(palate("number", text, "--model", str(folder), "--json"))
        assert told["label"] == expected["label"] == labels[told["number"]]
        assert told["probability"] == pytest.approx(expected["score"], abs=1e-5)
        number, probability, label = palate("number", text, "--model", str(folder)).stdout.strip().split("\t")
        assert (int(number), label) == (told["number"], told["label"])
        assert float(probability) == pytest.approx(told["probability"], abs=1e-4)


@pytest.mark.needs("bert")
def test_a_regression_tells_its_number(palate: Palate, tmp_path: Path) -> None:
    folder = tmp_path / "stars"
    pipeline = tiny_model(folder, "regress", {0: "stars"}, problem_type="regression")
    for text in ("cats sleep", "bonds"):
        (expected,) = pipeline(text, function_to_apply="none")
        told = facts(palate("number", text, "--model", str(folder), "--json"))
        assert told == {"number": pytest.approx(expected["score"], abs=1e-5), "label": "stars"}
        number, of = palate("number", text, "--model", str(folder)).stdout.strip().split("\t")
        assert float(number) == pytest.approx(told["number"], rel=1e-4)
        assert of == "stars"


@pytest.mark.needs("bert")
def test_number_takes_an_axis_or_a_model(palate: Palate, store: Path) -> None:
    assert palate("number", "cats", "--axis", "taste", "--model", "classes", ok=False).exit_code == 2
    assert palate("number", "cats", "--axis", "beauty", ok=False).exit_code == 2
    refused = palate("number", "cats", "--model", ".", ok=False)
    assert (refused.exit_code, "holds no model that palate trained" in refused.stderr) == (1, True)
