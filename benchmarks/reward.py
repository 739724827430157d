"""How often a reward model sides with people, beside simple rules: python benchmarks/reward.py [SEEDS].

Data: shared/data/preferences (train, measured on dev), and pairs made of arXiv papers: a simulated reader
prefers the abstract of a paper of one category to one of others. MiniLM, all weights: the defaults on
arXiv; on preferences one epoch and 128 word pieces, a quarter of an hour on one core in place of an hour.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from palate.training.preferences import Preferences, Ranked, read_preferences
from palate.training.reward import reward
from palate.training.run.recipe import package_versions
from palate.training.run.settings import REWARD_DEFAULTS, TrainingSettings
from simulated_drafts import LIKED, papers

DATA = Path(__file__).parents[2] / "shared/data/preferences"
N_PAIRS = 1200  # of arXiv papers


def arxiv_pairs(seed: int) -> Preferences:
    """Returns pairs of abstracts, one of the liked category and one of others; no abstract is in two."""
    drawn = papers(seed)
    liked = [one for one in drawn if LIKED in one["categories"]]  # type: ignore[operator]
    rest = [one for one in drawn if LIKED not in one["categories"]]  # type: ignore[operator]
    pairs = [
        Ranked(
            f"Which abstract is worth reading? ({number})", (str(a["text"]), str(b["text"])), (0, 1), "arxiv"
        )
        for number, (a, b) in enumerate(zip(liked[:N_PAIRS], rest[:N_PAIRS], strict=False))
    ]
    return Preferences(Path("arxiv"), tuple(pairs), "drawn")


def main() -> None:
    torch.set_num_threads(1)
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print(json.dumps({"versions": package_versions(), "seeds": len(seeds), "machine": "2 cores, CPU"}))
    for seed in seeds:
        people = [read_preferences(DATA / f"{part}.jsonl.gz") for part in ("train", "dev")]
        brief = replace(REWARD_DEFAULTS, epochs=1, window=128, seed=seed)
        runs = {
            "preferences": (people, brief),
            "arxiv pairs": ([arxiv_pairs(seed)], replace(REWARD_DEFAULTS, seed=seed)),
        }
        for name, (given, settings) in runs.items():
            with tempfile.TemporaryDirectory() as folder:
                _show(name, given, Path(folder) / "model", settings)


def _show(name: str, given: list[Preferences], out: Path, settings: TrainingSettings) -> None:
    trained = reward(given, out, settings=settings)
    for scorer, figures in trained.figures.items():
        shown: dict[str, Any] = {key: figures[key] for key in ("accuracy", "low", "high", "pairs", "ece")}
        groups = {**figures["by_source"], **figures["by_gap_in_length"]}
        shown |= {group: round(float(one["accuracy"]), 3) for group, one in groups.items()}
        rounded = {key: round(one, 3) if isinstance(one, float) else one for key, one in shown.items()}
        print(json.dumps({"data": name, "seed": settings.seed, "by": scorer, **rounded}), flush=True)
    print(
        json.dumps({"seconds": trained.seconds, "peak_mb": trained.peak_mb, "notes": trained.notes}),
        flush=True,
    )


if __name__ == "__main__":
    main()
