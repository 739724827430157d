"""Classification with a tiny BERT: it learns, plain transformers agrees, and bad examples are one sentence
each.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.numpy import load_file
from sklearn.metrics import accuracy_score, log_loss
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from palate.errors import BadFolder, BadSource, BadValue, UnknownName
from palate.training.classifier import cross_entropy
from palate.training.classify import balanced_weights, classify, predict
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import read_trained_model
from training.animals import animals

Write = Callable[..., Path]
SETTINGS = TrainingSettings(epochs=8, batch=8, rate=1e-2, checks=1, patience=0)


def plain(folder: Path, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Logits by transformers alone, one text at a time."""
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        logits = [
            model(**tokenizer(text, truncation=True, return_tensors="pt")).logits[0].numpy() for text in texts
        ]
    return np.stack(logits)


@pytest.fixture(scope="module", params=["full", "lora"])
def made(request: pytest.FixtureRequest, tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of three classes, and beside it what it was told and its examples."""
    folder = tmp_path_factory.mktemp(request.param)
    texts, labels = animals(150, 0, ("10", "9", "dog"))
    lines = [json.dumps({"body": text, "kind": label}) for text, label in zip(texts, labels, strict=True)]
    (folder / "animals.jsonl").write_text("\n".join(lines))
    lora = LoraSettings(rank=4, alpha=8) if request.param == "lora" else None
    told: list[str] = []
    settings = replace(SETTINGS, lora=lora, epochs=10, rate=2e-2 if lora else 1e-2)
    data, start = folder / "animals.jsonl", str(tiny_bert)
    classify(
        data,
        folder / "out",
        text="body",
        label="kind",
        start=start,
        settings=settings,
        on_message=told.append,
    )
    (folder / "told").write_text("\n".join(told))
    return folder / "out"


def test_it_learns_what_can_be_learned_and_says_how_well(made: Path) -> None:
    trained = read_trained_model(made)
    assert trained.labels == ("9", "10", "dog")  # numbers by size, then words
    assert trained.columns == {"text": "body", "label": "kind"}
    assert trained.figures["test"]["accuracy"] > 0.7
    counts = {part: sum(map(sum, figures["confusion"])) for part, figures in trained.figures.items()}
    assert counts == {"validation": 15, "test": 15}
    there = {path.name for path in made.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md", "palate.json"} <= there
    pictures = {"calibration.png", "confusion.png", "history.png"}
    assert {path.name for path in (made / "report").iterdir()} == {*pictures, "history.json"}
    assert not (made / "checkpoints").exists()


def test_before_training_it_tells_parts_and_classes(made: Path) -> None:
    counts = Counter(read_table(made.parent / "animals.jsonl").strings("kind"))
    classes = ", ".join(f"{label} {counts[label]}" for label in ("9", "10", "dog"))
    parts = "150 examples: 120 for training, 15 for validation, 15 for test"
    assert (made.parent / "told").read_text().splitlines() == [parts, f"3 classes: {classes}"]


def test_plain_transformers_gives_the_same_predictions_and_names(made: Path) -> None:
    texts = animals(30, 5, ("10", "9", "dog"))[0]
    logits = torch.tensor(plain(made, texts))
    np.testing.assert_allclose(predict(made, texts, batch=7), logits.softmax(1).numpy(), atol=1e-5)
    assert AutoModelForSequenceClassification.from_pretrained(made).config.id2label == {
        0: "9",
        1: "10",
        2: "dog",
    }
    assert predict(made, []).shape == (0, 3)


def test_figures_are_those_of_the_saved_model_on_parts_that_do_not_overlap(made: Path) -> None:
    """Only 15 of the examples give the validation figures: those are found again among all by their
    confusion.
    """
    table, trained = read_table(made.parent / "animals.jsonl"), read_trained_model(made)
    chances = predict(made, table.strings("body"))
    truth = np.array([trained.labels.index(label) for label in table.strings("kind")])
    wrong = (chances.argmax(1) != truth).sum()
    told = sum(round((1 - figures["accuracy"]) * 15) for figures in trained.figures.values())
    assert told <= wrong
    assert accuracy_score(truth, chances.argmax(1)) > 0.7
    assert log_loss(truth, chances) < np.log(3)


def test_the_adapter_lies_apart_and_gives_what_the_merged_model_gives(made: Path, tiny_bert: Path) -> None:
    if made.parent.name.startswith("full"):
        assert not (made / "adapter").exists()
        return
    trained = read_trained_model(made)
    assert trained.trainable < trained.parameters
    merged, before = load_file(made / "model.safetensors"), load_file(tiny_bert / "model.safetensors")
    changed = {
        name
        for name, weight in before.items()
        if not np.array_equal(
            weight, merged["bert." + name.replace("gamma", "weight").replace("beta", "bias")]
        )
    }
    touched = {name for name in before if re.search(r"(query|key|value|dense)\.weight$", name)}
    assert changed == touched | {"pooler.dense.bias"}
    texts = animals(10, 6, ("10", "9", "dog"))[0]
    base = AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=3)
    adapted = PeftModel.from_pretrained(base, str(made / "adapter")).eval()
    tokenizer = AutoTokenizer.from_pretrained(made)
    with torch.no_grad():
        logits = adapted(
            **tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        ).logits.numpy()
    np.testing.assert_allclose(plain(made, texts), logits, atol=1e-4)


def test_with_dev_all_examples_train_and_the_note_says_what_that_means(
    write: Write, tiny_bert: Path, tmp_path: Path
) -> None:
    texts, labels = animals(40, 1)
    data = write("a.csv", text=[*texts, "a b rare"], label=[*labels, "rare"])
    dev = write("d.csv", text=texts[:9], label=labels[:9])
    trained = classify(
        data,
        tmp_path / "out",
        dev=dev,
        start=str(tiny_bert),
        settings=replace(SETTINGS, epochs=1),
        weigh=True,
    )
    assert list(trained.figures) == ["validation"]
    assert sum(map(sum, trained.figures["validation"]["confusion"])) == 9
    assert any("chosen on the validation examples" in note for note in trained.notes)
    assert [data["rows"] for data in trained.data] == [41, 9]


def test_texts_beyond_the_window_are_cut_counted_and_told(
    write: Write, tiny_bert: Path, tmp_path: Path
) -> None:
    texts, labels = animals(60, 2)
    texts[3] = texts[7] = "cat " + "a " * 30
    texts[9] = "cat a b c"  # with its marks 6 pieces: just within
    data = write("a.csv", text=texts, label=labels)
    trained = classify(
        data, tmp_path / "out", start=str(tiny_bert), settings=replace(SETTINGS, epochs=0.1, window=6)
    )
    longer = sum(len(text.split()) > 4 for text in texts)
    assert (
        trained.notes[0] == f"{longer} of 60 texts are longer than 6 word pieces; what is beyond was cut off"
    )
    np.testing.assert_array_equal(
        predict(tmp_path / "out", ["cat a b c d e"]), predict(tmp_path / "out", ["cat a b c"])
    )


def test_a_start_with_another_classifier_gets_a_new_one(made: Path, cats: Path, tmp_path: Path) -> None:
    trained = classify(cats, tmp_path / "out", start=str(made), settings=replace(SETTINGS, epochs=0.1))
    assert predict(tmp_path / "out", ["a cat"]).shape == (1, 2)
    assert trained.start == str(made)


def test_balanced_weights_are_those_of_torch_in_the_loss() -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(3, 40, p=[0.7, 0.2, 0.1])
    weights = balanced_weights(truth, 3)
    assert np.mean([weights[one] for one in truth]) == pytest.approx(1)
    assert [weights[one] * (truth == one).sum() for one in range(3)] == pytest.approx([40 / 3] * 3)
    logits = torch.tensor(rng.normal(size=(40, 3)))
    ours = cross_entropy(weights)(SimpleNamespace(logits=logits), torch.tensor(truth))
    torchs = torch.nn.CrossEntropyLoss(weight=torch.tensor(weights, dtype=torch.float64))(
        logits, torch.tensor(truth)
    )
    assert ours.item() == pytest.approx(torchs.item())  # over all examples the weights sum to their number


NAMES = ["cat", "dog"] * 10
LONG = [f"{name} a" for name in NAMES]
WRONG: list[tuple[dict[str, Sequence[str]], str]] = [
    ({"text": LONG, "label": ["cat"] * 20}, r"every label in .* is 'cat'; there must be two classes or more"),
    (
        {"text": LONG, "label": [*NAMES[:-1], "cow"]},
        r"'cow' has 1 example, too few to split in 3 parts; give at least 3 of each",
    ),
    ({"text": LONG[:4], "label": NAMES[:4]}, "has 2 examples, too few to split in 3 parts"),
    ({"text": LONG, "label": [*NAMES[:-1], " "]}, "row 21: label is empty; fill it in or leave the row out"),
    ({"text": [*LONG[:-1], ""], "label": NAMES}, "row 21: text is empty; fill it in or leave the row out"),
    ({"text": LONG, "mark": NAMES}, "there is no column label; the columns are: text, mark"),
]


@pytest.mark.parametrize(("columns", "said"), WRONG)
def test_examples_that_cannot_be_used_are_refused_and_nothing_is_written(
    write: Write, tmp_path: Path, columns: dict[str, Sequence[str]], said: str
) -> None:
    with pytest.raises(BadSource, match=said):
        classify(write("a.csv", **columns), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_class_of_dev_that_was_never_seen_is_refused(write: Write, cats: Path, tmp_path: Path) -> None:
    dev = write("dev.csv", text=["a", "b"], label=["cat", "cow"])
    with pytest.raises(
        BadSource, match=r"dev\.csv, row 3: label is 'cow', a class that is not among those of .*: cat, dog"
    ):
        classify(cats, tmp_path / "out", dev=dev)


def test_models_that_cannot_be_trained_are_refused(cats: Path, tiny_bert: Path, tmp_path: Path) -> None:
    without_adapters = Path(shutil.copytree(tiny_bert, tmp_path / "bare"))
    (without_adapters / "model.safetensors").rename(without_adapters / "pytorch_model.bin")
    for start, kind, said in (
        ("static", UnknownName, "start from minilm, a folder or a hub name"),
        ("./nowhere", BadSource, "there is no folder ./nowhere"),
        (str(without_adapters), BadSource, "has its weights as a pickle only"),
        (str(tmp_path), BadSource, "holds neither modules.json nor config.json"),
    ):
        with pytest.raises(kind, match=said):
            classify(cats, tmp_path / "out", start=start)
    with pytest.raises(
        BadValue, match=r"LoRA finds none of nothing in this model; its linear modules: .*query"
    ):
        classify(
            cats,
            tmp_path / "out",
            start=str(tiny_bert),
            settings=TrainingSettings(lora=LoraSettings(targets=("nothing",))),
        )
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_taken_is_refused_and_so_is_one_without_a_model(
    made: Path, cats: Path, tiny_bert: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadFolder, match="holds a finished model already"):
        classify(cats, made, start=str(tiny_bert))
    with pytest.raises(
        BadSource, match="holds no model that palate trained; give the folder that palate train wrote"
    ):
        predict(tmp_path, ["a"])
