"""Tags with a tiny BERT: pieces of words, and what plain transformers says."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from palate.errors import BadSource
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.start import load_tokenizer
from palate.training.run.trained_model import read_trained_model
from palate.training.tokens import align, predict, tokens

Write = Callable[..., Path]
SETTINGS = TrainingSettings(epochs=8, batch=8, rate=1e-2, checks=1, patience=0)


def sentences(n: int, seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Words among which `the cat` is an animal of two words and `dog` one of one word."""
    rng = np.random.default_rng(seed)
    words, tags = [], []
    for _ in range(n):
        filling = list(rng.choice(["ab", "c", "d"], rng.integers(1, 4)))
        found, marks = [*filling], ["O"] * len(filling)
        if rng.random() < 0.8:
            place = int(rng.integers(len(found) + 1))
            named, marked = (
                (["the", "cat"], ["B-pet", "I-pet"]) if rng.random() < 0.5 else (["dog"], ["B-pet"])
            )
            found[place:place], marks[place:place] = named, marked
        words.append(found)
        tags.append(marks)
    return words, tags


@pytest.mark.parametrize("lora", [None, LoraSettings(rank=4, alpha=8)], ids=["full", "lora"])
def test_it_learns_and_plain_transformers_gives_the_same_tags(
    tiny_bert: Path, tmp_path: Path, lora: LoraSettings | None
) -> None:
    words, tags = sentences(150, 0)
    data = tmp_path / "a.jsonl"
    data.write_text(
        "\n".join(json.dumps({"w": one, "t": other}) for one, other in zip(words, tags, strict=True))
    )
    out = tmp_path / "out"
    settings = replace(SETTINGS, lora=lora, rate=2e-2 if lora else 1e-2, epochs=14 if lora else 8)
    trained = tokens(data, out, text="w", label="t", start=str(tiny_bert), settings=settings)
    assert trained == read_trained_model(out)
    assert trained.labels == ("O", "B-pet", "I-pet")
    assert trained.figures["test"]["f1"] > 0.7
    assert (out / "adapter").is_dir() == (lora is not None)
    new = sentences(12, 7)[0]
    said = predict(out, new, batch=5)
    model, tokenizer = (
        AutoModelForTokenClassification.from_pretrained(out).eval(),
        AutoTokenizer.from_pretrained(out),
    )
    for text, predicted in zip(new, said, strict=True):
        found = tokenizer(text, is_split_into_words=True, truncation=True, return_tensors="pt")
        with torch.no_grad():
            best = model(**found).logits[0].argmax(1).tolist()
        ids = found.word_ids(0)
        assert predicted == [model.config.id2label[best[ids.index(word)]] for word in range(len(text))]


def test_the_first_piece_of_a_word_stands_for_it(tiny_bert: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_bert), 8)
    texts = [["cat", "abc", "dog"], ["abcdefgh", "dog"], ["a"]]
    rows, firsts = align(tokenizer, texts)
    assert tokenizer.convert_ids_to_tokens(rows[0]["input_ids"])[1:-1] == ["cat", "a", "##b", "##c", "dog"]
    assert firsts == [{0: 1, 1: 2, 2: 5}, {0: 1}, {0: 1}]  # the second text is cut in the middle of a word


def test_blanks_do_as_well_as_lists_and_words_beyond_the_window_are_told(
    write: Write, tiny_bert: Path, tmp_path: Path
) -> None:
    words, tags = sentences(40, 1)
    words[5], tags[5] = ["a"] * 20, ["O"] * 20
    data = write("a.csv", tokens=[*map(" ".join, words)], tags=[*map(" ".join, tags)])
    trained = tokens(data, tmp_path / "out", start=str(tiny_bert), settings=replace(SETTINGS, epochs=0.1))
    assert trained.notes[0] == "1 of 40 texts are longer than 12 word pieces; what is beyond was cut off"
    (said,) = predict(tmp_path / "out", [["a"] * 20])
    assert len(said) == 20
    assert said[10:] == ["O"] * 10
    assert predict(tmp_path / "out", []) == []


WORDS, TAGS = ["a cat", "a dog"] * 10, ["O B-x", "O B-x"] * 10
WRONG: list[tuple[dict[str, Sequence[str]], str]] = [
    (
        {"tokens": WORDS, "tags": [*TAGS[:-1], "O"]},
        "row 21: tokens has 2 words and tags 1 tags; give one tag for each word",
    ),
    (
        {"tokens": WORDS, "tags": ["O O"] * 20},
        r"every tag in .* is O; there must be two or more to tell apart",
    ),
    ({"tokens": WORDS, "labels": TAGS}, "there is no column tags; the columns are: tokens, labels"),
    ({"tokens": WORDS[:2], "tags": TAGS[:2]}, "too few to split"),
    ({"tokens": [*WORDS[:-1], ""], "tags": TAGS}, "row 21: tokens is empty"),
]


@pytest.mark.parametrize(("columns", "said"), WRONG)
def test_examples_that_cannot_be_used_are_refused(
    write: Write, tmp_path: Path, columns: dict[str, Sequence[str]], said: str
) -> None:
    with pytest.raises(BadSource, match=said):
        tokens(write("a.csv", **columns), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_tag_of_dev_that_was_never_seen_is_refused(write: Write, tmp_path: Path) -> None:
    dev = write("dev.csv", tokens=["a"], tags=["B-y"])
    with pytest.raises(
        BadSource, match=r"dev\.csv, row 2: tags has 'B-y', a tag that is not among those of .*: O, B-x"
    ):
        tokens(write("a.csv", tokens=WORDS, tags=TAGS), tmp_path / "out", dev=dev)
