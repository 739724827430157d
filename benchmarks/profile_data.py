"""A table of 100,000 rows with planted faults, made of the visible texts; for benchmarks/profile.py."""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from report import ARXIV, DATA

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
SENTENCES, MIN_WORDS = 2, 12  # of a text
OTHERS = 5_000  # rows of the second file
PLANTED = {"copies": 500, "near": 500, "conflicts": 200, "mojibake": 300, "controls": 50, "leaks": 200}
NUMBERS = {"infinite": 20, "words_in_numbers": 100}
MARKS = ("café", "naïve", "Zürich", "it’s", "señor", "½")


@dataclass
class Planted:
    """The planted faults, by the number of the row in the file, from 1."""

    pairs: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    rows: dict[str, set[int]] = field(default_factory=dict)


def make_table(folder: Path, n: int, seed: int) -> tuple[Path, Path, Planted]:
    """Writes a table of n rows and a second one of OTHERS rows, and returns what was planted."""
    rng = np.random.default_rng(seed)
    pool = list(_windows(n + OTHERS))
    rng.shuffle(pool)
    planted = Planted()
    n_extra = PLANTED["copies"] + PLANTED["near"] + PLANTED["conflicts"] + 2 * PLANTED["leaks"]
    others, rows = pool[:OTHERS], pool[OTHERS : OTHERS + n - n_extra]
    _plant_copies(rng, rows, planted)
    _plant_leaks(rng, rows, others, planted)
    assert len(rows) == n
    _plant_letters(rng, rows, planted)
    first, second = folder / "train.csv", folder / "test.csv"
    _write(first, rows, rng, planted)
    _write(second, others, rng, None)
    return first, second, planted


def _plant_copies(rng: np.random.Generator, rows: list[tuple[str, str]], planted: Planted) -> None:
    originals = rng.permutation(len(rows)).tolist()
    for kind in ("copies", "near", "conflicts"):
        planted.pairs[kind] = set()
        for _ in range(PLANTED[kind]):
            at = originals.pop()
            label, text = rows[at]
            if kind == "near":
                text = _changed(rng, text)
            if kind == "conflicts":
                label = {"arxiv": "imdb"}.get(label, "arxiv")
            rows.append((label, text))
            planted.pairs[kind].add((at + 1, len(rows)))


def _plant_leaks(
    rng: np.random.Generator, rows: list[tuple[str, str]], others: list[tuple[str, str]], planted: Planted
) -> None:
    chosen = rng.permutation(len(others))[: 2 * PLANTED["leaks"]].tolist()
    planted.pairs["leaks"], planted.pairs["near_leaks"] = set(), set()
    for index, at in enumerate(chosen):
        label, text = others[at]
        is_near = index % 2 == 1
        rows.append((label, _changed(rng, text) if is_near else text))
        planted.pairs["near_leaks" if is_near else "leaks"].add((len(rows), at + 1))


def _plant_letters(rng: np.random.Generator, rows: list[tuple[str, str]], planted: Planted) -> None:
    chosen = rng.permutation(len(rows) - 5000)[: PLANTED["mojibake"] + PLANTED["controls"]].tolist()
    paired = {row for pairs in planted.pairs.values() for pair in pairs for row in pair}
    chosen = [at for at in chosen if at + 1 not in paired]
    spoiled, controlled = chosen[: -PLANTED["controls"]], chosen[-PLANTED["controls"] :]
    for at in spoiled:
        label, text = rows[at]
        mark = str(rng.choice(MARKS)).encode().decode("cp1252")
        rows[at] = label, f"{text} {mark}"
    for at in controlled:
        label, text = rows[at]
        rows[at] = label, text.replace(" ", "\x07 ", 1)
    planted.rows["mojibake"] = {at + 1 for at in spoiled}
    planted.rows["controls"] = {at + 1 for at in controlled}


def _changed(rng: np.random.Generator, text: str) -> str:
    """Returns the text with one of its words replaced."""
    words = text.split()
    words[int(rng.integers(len(words)))] = "otherwise"
    return " ".join(words)


def _write(
    path: Path, rows: list[tuple[str, str]], rng: np.random.Generator, planted: Planted | None
) -> None:
    n = len(rows)
    price, score = rng.lognormal(3, 1.5, n), rng.normal(size=n)
    quality = 0.8 * score + 0.6 * rng.normal(size=n)
    days = rng.integers(0, 3000, n)
    odd = rng.permutation(n)
    infinite, wordy = (
        set(odd[: NUMBERS["infinite"]].tolist()),
        set(odd[-NUMBERS["words_in_numbers"] :].tolist()),
    )
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        names = "id label text price price_with_tax score quality share age published license note"
        writer.writerow(names.split())
        for at, (label, text) in enumerate(rows):
            day = str(np.datetime64("2018-01-01") + int(days[at]))
            score_cell = "inf" if at in infinite else f"{score[at]:.4f}"
            age = "unknown age" if at in wordy else int(rng.integers(18, 90))
            numbers = f"{price[at]:.2f}", f"{1.19 * price[at]:.2f}", score_cell, f"{quality[at]:.4f}"
            rest = f"{rng.beta(2, 5):.3f}", age, day, "CC-BY", "seen" if rng.random() < 0.05 else ""
            writer.writerow([f"r{at:06}", label, text, *numbers, *rest])
    if planted:
        planted.rows["infinite"] = {at + 1 for at in infinite}
        planted.rows["words_in_numbers"] = {at + 1 for at in wordy}


def _windows(n: int) -> Iterator[tuple[str, str]]:
    """Yields n texts of SENTENCES sentences, each with the name of the data that it comes from, no two the
    same.
    """
    seen: set[str] = set()
    for label, text in _texts():
        sentences = SENTENCE_END.split(" ".join(text.split()))
        for begin in range(0, len(sentences), SENTENCES):
            window = " ".join(sentences[begin : begin + SENTENCES])
            key = window.casefold()
            if len(window.split()) >= MIN_WORDS and key not in seen:
                seen.add(key)
                yield label, window
                if len(seen) == n:
                    return
    raise SystemExit(f"the data gives {len(seen)} texts, {n} are needed")


def _texts() -> Iterator[tuple[str, str]]:
    with gzip.open(ARXIV, "rt", encoding="utf-8") as lines:
        yield from (("arxiv", json.loads(line)["text"]) for line in lines)
    with gzip.open(DATA / "ag-news" / "train.csv.gz", "rt", encoding="utf-8") as lines:
        yield from (("news", row["text"]) for row in csv.DictReader(lines))
    with gzip.open(DATA / "imdb" / "unlabelled.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (("imdb", json.loads(line)["text"].replace("<br />", " ")) for line in lines)
    with gzip.open(DATA / "movielens-small" / "items.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (("film", json.loads(line)["text"]) for line in lines)
