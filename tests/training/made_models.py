"""Tiny finished models of every kind, each trained for a moment by its own recipe."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from palate.training.classify import classify
from palate.training.masked import masked
from palate.training.reduce import reduce
from palate.training.regress import regress
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.similarity import similarity
from palate.training.tokens import tokens
from training.animals import animals
from training.sentence_files import nli_file, sts_file

BRIEF = TrainingSettings(epochs=1, batch=16, rate=1e-2, window=12, patience=0)

ADAPTERS = replace(BRIEF, lora=LoraSettings(rank=2, alpha=4, targets=("query", "value")))


def write_table(path: Path, **columns: Sequence[object]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
    return path


def examples(kind: str, folder: Path, seed: int = 0, n: int = 80) -> Path:
    """A file that a recipe of this kind can be trained on and measured by."""
    folder.mkdir(exist_ok=True)
    if kind in ("similarity", "reduce"):
        return sts_file(folder, n, seed + 1)
    texts, labels = animals(n, seed)
    path = folder / f"{kind}-{seed}.csv"
    if kind == "regress":
        numbers = [
            10 + 5.0 * (label == "cat") + 0.1 * len(text) for text, label in zip(texts, labels, strict=True)
        ]
        return write_table(path, text=texts, label=numbers)
    if kind == "tokens":
        tags = [
            " ".join("B-pet" if word in ("cat", "dog") else "O" for word in text.split()) for text in texts
        ]
        return write_table(path, tokens=texts, tags=tags)
    return write_table(path, text=texts, label=labels)


def make_model(kind: str, out: Path, start: Path) -> None:
    """kind: a recipe; lora: a classifier with adapters; lora-similarity: a sentence model with adapters."""
    data, begin = examples(kind, out.with_name(f"{kind}-data")), str(start)
    if kind == "classify":
        classify(data, out, start=begin, settings=BRIEF)
    elif kind == "lora":
        classify(data, out, start=begin, settings=ADAPTERS)
    elif kind == "lora-similarity":
        similarity(out, sts=[sts_file(data.parent)], start=begin, settings=ADAPTERS)
    elif kind == "regress":
        regress(data, out, start=begin, settings=BRIEF)
    elif kind == "tokens":
        tokens(data, out, start=begin, settings=BRIEF)
    elif kind == "masked":
        masked(data, out, start=begin, settings=BRIEF)
    elif kind == "similarity":
        similarity(out, sts=[data], nli=[nli_file(data.parent)], start=begin, settings=BRIEF)
    else:
        texts = write_table(data.with_name("texts.csv"), text=animals(60, 3)[0])
        reduce(out, texts, dims=5, encoder=begin, window=12)
