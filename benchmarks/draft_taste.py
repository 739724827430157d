"""Does ranking drafts teach more than texts do? python benchmarks/draft_taste.py [SEEDS].

A simulated reader of arXiv papers who, of two drafts, likes the one in a style of hers: short sentences, few
long words, or no hedges; or goes by topic alone. She ranks so many pairs of drafts of 40 prompts, the pairs
that teach most first; then both tastes order pairs of 40 other prompts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import combinations

import numpy as np
import torch

from palate.align.sampled import sample
from palate.model.choose import load_network
from palate.model.local import LocalModel
from palate.model.sampling import Sampling
from palate.parts import Vector
from palate.training.run.recipe import package_versions
from palate.writing.style import STYLE_NAMES, style
from simulated_drafts import simulated

COUNTS, DRAFTS, PROMPTS = (0, 5, 10, 20, 40), 4, 40
NOISE = 0.3  # sds of her own doubt
Utility = Callable[[list[str]], Vector]


def by_style(*names: str) -> Utility:
    """Returns a reader who likes less of these features of style, in sds over the drafts."""
    columns = [STYLE_NAMES.index(name) for name in names]

    def utility(texts: list[str]) -> Vector:
        numbers = style(texts)[:, columns]
        return np.asarray(-((numbers - numbers.mean(0)) / numbers.std(0)).sum(axis=1))

    return utility


READERS = {
    "short sentences": by_style("words a sentence"),
    "plain words": by_style("letters a word", "long words"),
    "brief": by_style("length"),
}


def accuracy(values: Vector, truth: Vector) -> float:
    """Returns the share of pairs of drafts of one prompt that are ordered as she does."""
    right = [
        float((values[a] - values[b]) * (truth[a] - truth[b]) > 0)
        for first in range(0, len(truth), DRAFTS)
        for a, b in combinations(range(first, first + DRAFTS), 2)
    ]
    return float(np.mean(right))


def main() -> None:
    torch.set_num_threads(1)
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    model = LocalModel(load_network("smollm2"))
    print(json.dumps({"versions": package_versions(), "model": "smollm2", "machine": "CPU, one thread"}))
    for seed in range(seeds):
        _, _, prompts = simulated(seed)
        drawn = sample(model, prompts[: 2 * PROMPTS], DRAFTS, Sampling(new_tokens=48, seed=seed))
        texts, half = list(drawn.texts), PROMPTS * DRAFTS
        for name, utility in READERS.items():
            library, reader, _ = simulated(seed)
            drafts = library.drafts(reader)
            truth = utility(texts) + NOISE * np.random.default_rng(seed).normal(size=len(texts))
            kept = zip(drawn.prompts[:half], texts[:half], strict=True)
            numbers = drafts.keep([(prompt, text, model.name) for prompt, text in kept])
            worth = dict(zip(numbers, truth[:half].tolist(), strict=True))
            shown, ranked = {}, 0
            for count in COUNTS:
                while ranked < count and (pair := drafts.next_pair()):
                    one, two = pair.first.number, pair.second.number
                    drafts.rank([[one], [two]] if worth[one] > worth[two] else [[two], [one]])
                    ranked += 1
                values = np.array([value.mean for value in drafts.value(texts[half:])])
                shown[count] = round(accuracy(values, truth[half:]), 3)
            print(json.dumps({"seed": seed, "reader": name, "accuracy by rankings": shown}), flush=True)


if __name__ == "__main__":
    main()
