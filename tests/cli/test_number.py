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
    place = facts(palate("number", text, "--kind", "taste", "--json"))
    assert (place["kind"], place["reader"], place["texts"]) == ("taste", "me", len(below) + more)
    assert 1000 * sum(below) / (len(below) + more) <= place["number"] + 1
    assert place["number"] <= 1000 * (sum(below) + more) / (len(below) + more) + 1
    assert str(place["low"]["id"]).startswith("cats")
    said = palate("number", text, "--kind", "taste")
    assert said.stdout == f"{place['number']}\n"
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
        [facts(palate("number", content, "--kind", "axis", "--json"))["number"] for content in contents]
    )
    expected = 1000 * (along.argsort().argsort() + 0.5) / len(along)
    assert np.abs(places - expected).max() <= 1 or np.abs(places - (1000 - expected)).max() <= 1


@pytest.mark.parametrize(("texts", "text", "why"), [(0, "cats", "there are 0"), (12, " ", "says nothing")])
def test_a_place_needs_texts_and_something_said(
    palate: Palate, papers: list[Text], texts: int, text: str, why: str
) -> None:
    with Library("store.db") as library:
        library.add(papers[:texts])
    result = palate("number", text, "--kind", "axis", ok=False)
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
        told = facts(palate("number", text, "--kind", "label", "--model", str(folder), "--json"))
        assert told["label"] == expected["label"] == labels[told["number"]]
        assert told["probability"] == pytest.approx(expected["score"], abs=1e-5)
        number, probability, label = (
            palate("number", text, "--kind", "label", "--model", str(folder)).stdout.strip().split("\t")
        )
        assert (int(number), label) == (told["number"], told["label"])
        assert float(probability) == pytest.approx(told["probability"], abs=1e-4)


@pytest.mark.needs("bert")
def test_a_regression_tells_its_number(palate: Palate, tmp_path: Path) -> None:
    folder = tmp_path / "stars"
    pipeline = tiny_model(folder, "regress", {0: "stars"}, problem_type="regression")
    for text in ("cats sleep", "bonds"):
        (expected,) = pipeline(text, function_to_apply="none")
        told = facts(palate("number", text, "--kind", "label", "--model", str(folder), "--json"))
        assert told["number"] == pytest.approx(expected["score"], abs=1e-5)
        assert told["label"] == "stars"
        number, of = (
            palate("number", text, "--kind", "label", "--model", str(folder)).stdout.strip().split("\t")
        )
        assert float(number) == pytest.approx(told["number"], rel=1e-4)
        assert of == "stars"


@pytest.mark.needs("bert")
def test_a_folder_without_a_model_is_refused(palate: Palate) -> None:
    refused = palate("number", "cats", "--kind", "label", "--model", ".", ok=False)
    assert (refused.exit_code, "holds no model that palate trained" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["cats", "--file", "texts.csv"],
        ["cats", "--kind", "beauty"],
        ["cats", "--kind", "label"],
        ["cats", "--model", "classes"],
        ["cats", "--to", "dogs", "--kind", "axis"],
        ["--file", "texts.csv", "--to", "dogs"],
    ],
)
def test_options_that_do_not_go_together_are_refused(palate: Palate, options: list[str]) -> None:
    assert palate("number", *options, ok=False).exit_code == 2


@pytest.mark.parametrize("kind", ["hash", "words"])
def test_a_distance_is_how_many_bits_two_numbers_differ_in(palate: Palate, kind: str) -> None:
    first, second = (
        int(palate("number", text, "--kind", kind).stdout) for text in ("two cats sleep", "two kittens sleep")
    )
    shown = palate("number", "two cats sleep", "--to", "two kittens sleep", "--kind", kind).stdout
    assert int(shown) == bin(first ^ second).count("1")
    found = facts(palate("number", "two cats sleep", "--to", "two kittens sleep", "--kind", kind, "--json"))
    assert (found["number"], found["to"], found["bits_apart"]) == (first, second, int(shown))


def test_a_file_gives_a_number_for_each_text(palate: Palate) -> None:
    Path("texts.csv").write_text("id,text\na,two cats sleep\nb,bond yields rose\nc,\n")
    result = palate("number", "--file", "texts.csv", "--kind", "words")
    alone = [
        palate("number", text, "--kind", "words").stdout for text in ("two cats sleep", "bond yields rose")
    ]
    assert result.stdout == f"a\t{alone[0]}b\t{alone[1]}"
    assert "skipped" in result.stderr
    shapes = [
        json.loads(line)
        for line in palate("number", "--file", "texts.csv", "--kind", "words", "--json").stdout.splitlines()
    ]
    assert [shape["id"] for shape in shapes] == ["a", "b"]


def test_texts_of_a_file_are_placed_together(palate: Palate, store: Path) -> None:
    Path("texts.csv").write_text("id,text\na,two cats sleep\nb,...\nc,bond yields rose\n")
    lines = palate("number", "--file", "texts.csv", "--kind", "axis").stdout.splitlines()
    alone = palate("number", "two cats sleep", "--kind", "axis").stdout.strip()
    assert lines[0] == f"a\t{alone}"


def test_words_weigh_by_their_rarity_in_the_store(palate: Palate, store: Path) -> None:
    plain, weighed = (
        facts(palate("number", "cats and bonds", "--kind", "words", "--weights", weights, "--json"))
        for weights in ("tf", "idf")
    )
    assert (plain["weights"], weighed["weights"]) == ("tf", "idf")


def test_a_file_without_texts_is_an_error(palate: Palate) -> None:
    Path("none.csv").write_text("id,text\na,\n")
    assert palate("number", "--file", "none.csv", ok=False).exit_code == 1
