"""Files of examples for sentence models, of letters that the tiny BERT of conftest.py knows."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write(path: Path, columns: Mapping[str, Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
    return path


def texts(n: int, seed: int, longest: int = 8) -> list[str]:
    """Different texts of some letters."""
    rng, found = np.random.default_rng(seed), dict[str, None]()
    while len(found) < n:
        found[" ".join(rng.choice(list(LETTERS), rng.integers(2, longest)))] = None
    return list(found)


def sts_file(folder: Path, n: int = 40, seed: int = 1) -> Path:
    """Scores from 0 to 5: how many letters two texts share."""
    one, other = texts(n, seed), texts(n, seed + 1000)
    other[: n // 4] = one[: n // 4]
    scores = [5 * len(set(a) & set(b)) / len(set(a) | set(b)) for a, b in zip(one, other, strict=True)]
    return write(folder / f"sts-{seed}.csv", {"sentence1": one, "sentence2": other, "score": scores})


def nli_file(folder: Path, n: int = 60, seed: int = 2) -> Path:
    labels = [("entailment", "neutral", "contradiction")[place % 3] for place in range(n)]
    return write(
        folder / "nli.csv", {"premise": texts(n, seed), "hypothesis": texts(n, seed + 1000), "label": labels}
    )


def triplets_file(folder: Path, n: int = 30, seed: int = 3) -> Path:
    anchors = texts(n, seed)
    near = [f"{text} x" for text in anchors]
    return write(
        folder / "triplets.csv", {"anchor": anchors, "positive": near, "negative": texts(n, seed + 1000)}
    )


def pairs_file(folder: Path, n: int = 40, seed: int = 4) -> Path:
    firsts = texts(n, seed)
    seconds = [
        f"{text} z" if place % 2 else other
        for place, (text, other) in enumerate(zip(firsts, texts(n, 5), strict=True))
    ]
    return write(
        folder / "pairs.csv",
        {"question1": firsts, "question2": seconds, "duplicate": [place % 2 for place in range(n)]},
    )


def deep_bert(tiny: Path, folder: Path) -> Path:
    """A sentence model with four layers, random weights and the tokenizer of a tiny one."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer, plain = AutoTokenizer.from_pretrained(tiny), folder.with_name("plain")
    torch.manual_seed(1)
    sizes = {
        "vocab_size": len(tokenizer),
        "hidden_size": 16,
        "intermediate_size": 32,
        "max_position_embeddings": 16,
    }
    shape = {**sizes, "num_hidden_layers": 4, "num_attention_heads": 2, "initializer_range": 0.3}
    BertModel(BertConfig(**shape)).save_pretrained(plain)  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(plain)
    SentenceTransformer(str(plain), device="cpu").save_pretrained(str(folder), create_model_card=False)
    return folder
