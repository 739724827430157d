"""Quora's question pairs: what benchmarks of duplicates read, split by groups of linked questions."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from report import DATA

Groups = np.ndarray[tuple[int], np.dtype[np.int64]]

TRAIN, DEV = (DATA / "quora" / f"{part}.csv.gz" for part in ("train", "dev"))


class QuestionPair(NamedTuple):
    """Two questions, and whether people held them for the same."""

    first: str
    second: str
    duplicate: bool


def question_pairs(path: Path) -> list[QuestionPair]:
    """Reads the pairs of a file, without those whose sides are the same string or empty."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [
            QuestionPair(row["question1"], row["question2"], row["duplicate"] == "1")
            for row in csv.DictReader(file)
        ]
    return [pair for pair in rows if pair.first.strip() and pair.second.strip() and pair.first != pair.second]


def questions_of(pairs: Sequence[QuestionPair]) -> list[str]:
    """Returns each question once, in order."""
    return list(dict.fromkeys(question for pair in pairs for question in pair[:2]))


def groups_of(questions: Sequence[str], pairs: Sequence[QuestionPair]) -> Groups:
    """Returns (n,) the number of the group of each question: those that pairs link, directly or by others."""
    index = {question: number for number, question in enumerate(questions)}
    first = [index[pair.first] for pair in pairs]
    second = [index[pair.second] for pair in pairs]
    graph = coo_array((np.ones(len(pairs)), (first, second)), shape=(len(index), len(index)))
    groups: Groups = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups


def by_groups(
    pairs: Sequence[QuestionPair], share: float, seed: int
) -> tuple[list[QuestionPair], list[QuestionPair]]:
    """Splits pairs in two, about `share` of them in the first; no question is in both."""
    questions = questions_of(pairs)
    groups = groups_of(questions, pairs)
    chosen = np.random.default_rng(seed).random(groups.max() + 1) < share
    inside = dict(zip(questions, chosen[groups].tolist(), strict=True))
    taken = [pair for pair in pairs if inside[pair.first]]
    return taken, [pair for pair in pairs if not inside[pair.first]]


def unseen(pairs: Sequence[QuestionPair], seen: Sequence[QuestionPair]) -> list[QuestionPair]:
    """Returns the pairs that share no question with others that were seen."""
    questions = set(questions_of(seen))
    return [pair for pair in pairs if pair.first not in questions and pair.second not in questions]
