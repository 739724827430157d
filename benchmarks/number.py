"""What `palate number` keeps: collision curves of both hashes against cosine, near-duplicates within h bits,
and how much of the order of cosines each kind keeps.

Pairs of arXiv papers: drawn at random, and a paper with a copy of which a share of the words was replaced by
words of another paper. Pictures: docs/img/number-*.svg.

Run: python benchmarks/number.py [--papers N] [--pictures FOLDER]
"""

import argparse
import gzip
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr

from number_pictures import draw_collisions, draw_near_duplicates
from palate.encoder.static import StaticEncoder
from palate.feature.terms import term_words
from palate.insight.axis import position, principal_axis
from palate.insight.number import number_of
from palate.insight.simhash import simhash
from palate.parts import Vector
from palate.report.word_weights import WordFrequencies, word_weights
from report import ARXIV, emit, needs

SEED, BITS = 0, 64
REPLACED = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)  # shares of the words of a copy
RADII = range(33)  # bits
N_RANDOM = 20_000  # pairs

Pairs = np.ndarray[tuple[int, int], np.dtype[np.int64]]


class Collisions(NamedTuple):
    """n pairs under one kind of number. likeness: what the kind should keep, cosine of its rows. distance: of
    the numbers, in bits. jaccard: of the words.
    """

    likeness: Vector
    distance: Vector
    jaccard: Vector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--pictures", type=Path, default=Path(__file__).parents[1] / "docs" / "img")
    options = parser.parse_args()
    needs(ARXIV)
    papers = contents_of(options.papers)
    rng = random.Random(SEED)
    copies = {
        share: [replaced(text, rng.choice(papers), share, rng) for text in papers] for share in REPLACED
    }
    contents = [*papers, *(copy for texts in copies.values() for copy in texts)]
    pairs = pairs_of(len(papers))
    frequencies = WordFrequencies.of(papers)
    found = {
        "hash": of_vectors(contents, pairs),
        "words, tf": of_words(contents, pairs, None),
        "words, idf": of_words(contents, pairs, frequencies),
    }
    for kind, collisions in found.items():
        report_collisions(kind, collisions, len(papers))
    report_axis(papers)
    options.pictures.mkdir(parents=True, exist_ok=True)
    draw_collisions(found, options.pictures / "number-collisions.svg")
    draw_near_duplicates(
        {kind: within(collisions.distance, len(papers)) for kind, collisions in found.items()},
        RADII,
        options.pictures / "number-near-duplicates.svg",
    )


def contents_of(n: int) -> list[str]:
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [f"{row['title']}\n{row['text']}" for row in random.Random(SEED).sample(rows, n)]


def replaced(text: str, other: str, share: float, rng: random.Random) -> str:
    """A text of which each word was replaced, with a chance of `share`, by a word of another."""
    pool = other.split()
    return " ".join(rng.choice(pool) if rng.random() < share else word for word in text.split())


def pairs_of(n: int) -> Pairs:
    """(m, 2) indices: pairs of papers at random first, then each paper with each of its copies."""
    drawn = np.random.default_rng(SEED).integers(0, n, (N_RANDOM, 2))
    drawn = drawn[drawn[:, 0] != drawn[:, 1]]
    copies = [
        np.column_stack([np.arange(n), n * (1 + level) + np.arange(n)]) for level in range(len(REPLACED))
    ]
    return np.concatenate([drawn, *copies])


def of_vectors(contents: Sequence[str], pairs: Pairs) -> Collisions:
    sums = StaticEncoder().sums(contents)
    unit = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    numbers = [number_of(row[None]) for row in sums]
    cosines = np.einsum("nd,nd->n", unit[pairs[:, 0]], unit[pairs[:, 1]])
    return Collisions(cosines, distances(numbers, pairs), jaccards(contents, pairs))


def of_words(contents: Sequence[str], pairs: Pairs, frequencies: WordFrequencies | None) -> Collisions:
    weights = [word_weights(text, frequencies) for text in contents]
    numbers = [simhash(row) for row in weights]
    lengths = [sum(weight**2 for weight in row.values()) ** 0.5 for row in weights]
    cosines = [
        dot(weights[one], weights[other]) / (lengths[one] * lengths[other]) for one, other in pairs.tolist()
    ]
    return Collisions(np.array(cosines), distances(numbers, pairs), jaccards(contents, pairs))


def dot(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    return sum(weight * other.get(word, 0) for word, weight in one.items())


def distances(numbers: Sequence[int], pairs: Pairs) -> Vector:
    return np.array(
        [(numbers[one] ^ numbers[other]).bit_count() for one, other in pairs.tolist()], np.float64
    )


def jaccards(contents: Sequence[str], pairs: Pairs) -> Vector:
    words = [set(term_words(text)) for text in contents]
    return np.array(
        [len(words[one] & words[other]) / len(words[one] | words[other]) for one, other in pairs.tolist()]
    )


def within(distance: Vector, n_papers: int) -> dict[str, list[float]]:
    """The share of pairs that differ in at most h bits, for each h of RADII: by share of replaced words."""
    n_random = len(distance) - n_papers * len(REPLACED)
    parts = {"unrelated": distance[:n_random]}
    for level, share in enumerate(REPLACED):
        first = n_random + level * n_papers
        parts[f"{share:.0%} of words replaced"] = distance[first : first + n_papers]
    return {name: [float((part <= radius).mean()) for radius in RADII] for name, part in parts.items()}


def report_collisions(kind: str, found: Collisions, n_papers: int) -> None:
    equal = 1 - found.distance / BITS
    expected = 1 - np.arccos(np.clip(found.likeness, -1, 1)) / np.pi
    n_random = len(equal) - n_papers * len(REPLACED)
    near = within(found.distance, n_papers)
    emit(
        "number",
        {
            "kind": kind,
            "pairs": len(equal),
            "mean_gap_to_theory": round(float((equal - expected).mean()), 4),
            "largest_gap_of_a_bin": round(largest_gap(found.likeness, equal, expected), 4),
            "spearman_cosine_random_pairs": rank_correlation(found.likeness[:n_random], equal[:n_random]),
            "spearman_cosine_all_pairs": rank_correlation(found.likeness, equal),
            "spearman_jaccard_all_pairs": rank_correlation(found.jaccard, equal),
            "within_3_bits": {name: round(shares[3], 4) for name, shares in near.items()},
            "within_8_bits": {name: round(shares[8], 4) for name, shares in near.items()},
            "within_16_bits": {name: round(shares[16], 4) for name, shares in near.items()},
        },
        data=f"arXiv, {n_papers} papers",
        seed=SEED,
    )


def largest_gap(likeness: Vector, equal: Vector, expected: Vector) -> float:
    """Over bins of .05 of cosine with 100 pairs or more."""
    bins = np.floor(likeness * 20)
    gaps = [
        abs(float((equal - expected)[bins == one].mean()))
        for one in np.unique(bins)
        if (bins == one).sum() >= 100
    ]
    return max(gaps)


def report_axis(papers: Sequence[str]) -> None:
    """How much of the order of cosines an axis keeps, and whether two halves of the papers have the same."""
    vectors = StaticEncoder().encode(papers).astype(np.float64)
    axis, halves = principal_axis([vectors]), [principal_axis([vectors[half::2]]) for half in (0, 1)]
    along = axis.along(vectors)
    positions = np.array([position(float(value), along) for value in along])
    drawn = pairs_of(len(papers))[: N_RANDOM // 2]
    cosines = np.einsum("nd,nd->n", vectors[drawn[:, 0]], vectors[drawn[:, 1]])
    apart = np.abs(positions[drawn[:, 0]] - positions[drawn[:, 1]])
    halves_agree = rank_correlation(*(half.along(vectors) for half in halves))
    emit(
        "number",
        {
            "kind": "axis",
            "spread": round(axis.spread, 4),
            "spearman_positions_of_halves": abs(halves_agree),
            "spearman_closeness_cosine": rank_correlation(cosines, -apart),
        },
        data=f"arXiv, {len(papers)} papers",
        seed=SEED,
    )


def rank_correlation(first: Vector, second: Vector) -> float:
    return round(float(spearmanr(first, second).statistic), 4)


if __name__ == "__main__":
    main()
