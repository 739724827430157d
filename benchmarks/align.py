"""Aligning a model with a simulated reader: python benchmarks/align.py [SEEDS] [MINUTES] [METHOD].

Half of 120 judgements rewards, five tastes of the other half judge; prompts are titles of arXiv papers
that are not in the store, and gains are measured on those held out, in sds within a prompt.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

import torch

from palate.align.align import align
from palate.align.raters import halves_of
from palate.align.settings import AlignSettings, Method
from palate.training.run.recipe import package_versions
from simulated_drafts import simulated


def main() -> None:
    torch.set_num_threads(1)
    seeds, minutes, method = _given()
    print(json.dumps({"versions": package_versions(), "minutes": minutes, "machine": "CPU, one thread"}))
    for seed in range(seeds):
        library, reader, prompts = simulated(seed)
        raters = halves_of(library, reader, seed)
        cpu, wall = time.process_time(), time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            found = align(
                Path(folder) / "model",
                raters,
                prompts,
                library.encode,
                settings=AlignSettings(method=method, minutes=minutes, seed=seed),
                on_check=lambda one: print(json.dumps(one), flush=True),
            )
        cost = {"cpu_s": round(time.process_time() - cpu), "wall_s": round(time.perf_counter() - wall)}
        gains = {name: [round(value, 2) for value in gain] for name, gain in found.gains.items()}
        figures = {
            part: {name: round(value, 3) for name, value in figures.items() if "_" not in name}
            for part, figures in found.model.figures.items()
        }
        told = {"kept": found.kept, "verdict": found.verdict, "gains": gains, "figures": figures}
        peak = {"peak_mb": found.model.peak_mb}
        print(json.dumps({"seed": seed, "method": method, **cost, **peak, **told}), flush=True)


def _given() -> tuple[int, float, Method]:
    seeds, minutes, method = [*sys.argv[1:], *("3", "10", "dpo")[len(sys.argv) - 1 :]]
    return int(seeds), float(minutes), next(one for one in get_args(Method) if one == method)


if __name__ == "__main__":
    main()
