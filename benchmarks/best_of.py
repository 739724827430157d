"""Best of n drafts for a simulated reader: python benchmarks/best_of.py [SEEDS] [PROMPTS].

Prompts are made of titles of arXiv papers that are not in the store. Half of 120 judgements reward, the other
half teaches five judges. Gains are in each rater's own sd within a prompt, over the mean draft; the bound of
KL is ln n - (n - 1) / n nats. Rewriting: of 8 drafts of an abstract the best that is near enough to it.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import torch

from palate.align.figures import distinct, interval_of, within_sd
from palate.align.raters import Raters, halves_of
from palate.align.sampled import Sampled, sample
from palate.library import Library
from palate.model.choose import load_network
from palate.model.local import LocalModel
from palate.model.sampling import Sampling
from palate.parts import Matrix, Rows, Vector
from palate.reader import Reader
from palate.training.run.recipe import package_versions
from palate.writing.faithful import faithfulness
from palate.writing.rewrite import Rewriter
from simulated_drafts import papers, simulated

COUNTS, MOST = (1, 2, 4, 8, 16), 16
SAMPLING = Sampling(new_tokens=48)
N_REWRITTEN = 8


def gains(ratings: Matrix, chosen: Rows) -> Vector:
    """Returns (p,) the mean gain of chosen drafts, (p, k) indices, over all, in sds within a prompt."""
    picked = np.take_along_axis(ratings, chosen, axis=1).mean(axis=1)
    return np.asarray((picked - ratings.mean(axis=1)) / within_sd(ratings))


def best_of(drafts: Sampled, raters: Raters, n: int) -> dict[str, object]:
    """Returns what the best of n gains: of 16 drafts as many groups of n as there are."""
    reward = drafts.rated(raters.reward)
    groups = reward.reshape(len(reward), MOST // n, n)
    chosen = groups.argmax(axis=2) + np.arange(MOST // n) * n
    judges = np.mean([gains(drafts.rated(judge), chosen) for judge in raters.judges.values()], axis=0)
    texts = [drafts.texts[row * MOST + column] for row, line in enumerate(chosen) for column in line.tolist()]
    return {
        "n": n,
        "kl_bound": round(float(np.log(n) - (n - 1) / n), 2),
        "reward": [round(value, 2) for value in interval_of(gains(reward, chosen))],
        "judges": [round(value, 2) for value in interval_of(judges)],
        "distinct2": round(distinct(texts), 3),
    }


def rewriting(model: LocalModel, library: Library, reader: Reader, seed: int) -> dict[str, object]:
    """Returns the cosine to the source of a first draft, and of the best without and with --faithful."""
    cosines: dict[str, list[float]] = {"first": [], "best": [], "best, faithful": []}
    for paper in papers(seed)[-N_REWRITTEN:]:
        source = str(paper["text"])
        found = Rewriter(model, library.workspace).rewrite(
            source, reader, way="shorter", faithful=0.6, sampling=Sampling(new_tokens=96, seed=seed)
        )
        drafts = [*found.kept, *found.unfaithful]
        scores = faithfulness(source, [one.draft.text for one in drafts], library.encode)
        by_merit = max(range(len(drafts)), key=lambda index: drafts[index].merit)
        cosines["first"].append(float(np.mean([score.cosine for score in scores])))
        cosines["best"].append(scores[by_merit].cosine)
        if found.kept:
            cosines["best, faithful"].append(scores[0].cosine)
    return {name: [round(float(np.mean(values)), 3), len(values)] for name, values in cosines.items()}


def main() -> None:
    torch.set_num_threads(1)
    seeds, n_prompts = (int(value) for value in (*sys.argv[1:], "3", "24")[:2])
    model = LocalModel(load_network("smollm2"))
    print(json.dumps({"versions": package_versions(), "model": "smollm2", "machine": "CPU, one thread"}))
    for seed in range(seeds):
        library, reader, prompts = simulated(seed)
        raters = halves_of(library, reader, seed)
        cpu, wall = time.process_time(), time.perf_counter()
        drafts = sample(model, prompts[:n_prompts], MOST, SAMPLING)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        shares = {"cpu_s": cpu, "wall_s": wall}
        each = {name: round(8 * value / len(drafts.texts), 2) for name, value in shares.items()}
        print(json.dumps({"seed": seed, "8 drafts": each}), flush=True)
        for n in COUNTS:
            print(json.dumps({"seed": seed, **best_of(drafts, raters, n)}), flush=True)
        cosines = rewriting(model, library, reader, seed)
        print(json.dumps({"seed": seed, "cosine to the source": cosines}), flush=True)


if __name__ == "__main__":
    main()
