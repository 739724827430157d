"""Figure 4: masked perplexity on held-out arXiv abstracts, from the start to the end of 15 minutes. --quick:
a minute or two.

The papers listed last, a tenth of them, are held out. The output layers start at random, as the start has
none stored; `unigram` is the perplexity of guessing by how often each piece comes, which is the fairer
start.
"""

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForMaskedLM

from palate.training.masked import MASK_SEED, MASKED_SHARE, masked
from palate.training.masked_chunks import MaskedChunks, chunk_texts
from palate.training.mlm import summed_loss
from palate.training.run.settings import MASKED_DEFAULTS
from palate.training.run.start import load_model, load_tokenizer
from report import ARXIV, emit, needs

MINUTES, QUICK_MINUTES, QUICK_TEXTS = 14.5, 1.5, 600
ROUNDS, BATCH = 5, 16


def parts(folder: Path, quick: bool) -> tuple[Path, Path]:
    """Two files: papers by date, and the last tenth of them."""
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        papers = sorted(map(json.loads, file), key=lambda paper: (paper["date"], paper["id"]))
    if quick:
        papers = papers[:: len(papers) // QUICK_TEXTS]
    at = len(papers) * 9 // 10
    paths = folder / "train.jsonl", folder / "held.jsonl"
    for path, values in zip(paths, (papers[:at], papers[at:]), strict=True):
        path.write_text("".join(json.dumps({"text": paper["text"]}) + "\n" for paper in values), "utf-8")
    return paths


def texts_in(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]


def unigram(train: Path, held_out: Path) -> float:
    """Perplexity of guessing each masked piece by how often it comes in training."""
    tokenizer = load_tokenizer("minilm", MASKED_DEFAULTS.window)
    training_ids, held_out_ids = (
        chunk_texts(texts_in(path), tokenizer, MASKED_DEFAULTS.window) for path in (train, held_out)
    )
    counts = np.bincount(training_ids.ravel(), minlength=len(tokenizer)) + 1.0
    labels = torch.cat(
        [
            batch["labels"]
            for batch in MaskedChunks(held_out_ids, tokenizer, share=MASKED_SHARE, seed=MASK_SEED).batches(64)
        ]
    )
    return float(np.exp(-np.log(counts / counts.sum())[labels[labels >= 0].numpy()].mean()))


def gain(train: Path) -> dict[str, float]:
    """Returns seconds of forward and backward with the output layers at masked positions alone, and at all
    positions as transformers has it.
    """
    tokenizer = load_tokenizer("minilm", MASKED_DEFAULTS.window)
    ids = chunk_texts(texts_in(train)[: 2 * BATCH], tokenizer, MASKED_DEFAULTS.window)
    batch = next(MaskedChunks(ids, tokenizer, share=MASKED_SHARE, seed=0).batches(BATCH))
    model = load_model("minilm", AutoModelForMaskedLM)
    work: dict[str, Callable[[], torch.Tensor]] = {
        "masked_s": lambda: summed_loss(model, batch)[0],
        "all_s": lambda: model(**batch).loss,
    }
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):  # in turn, so that a busy machine hurts both
        for name, loss in work.items():
            start = perf_counter()
            torch.autograd.backward(loss())
            model.zero_grad()
            seconds[name].append(perf_counter() - start)
    best = {name: round(min(values), 3) for name, values in seconds.items()}
    return {**best, "gain": round(min(seconds["all_s"]) / min(seconds["masked_s"]), 2)}


def on_step(facts: Mapping[str, float]) -> None:
    if "eval_perplexity" in facts:
        print(
            f"step {facts['step']:.0f} of {facts['steps']:.0f}: perplexity {facts['eval_perplexity']:.1f}",
            file=sys.stderr,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--keep", type=Path, help="a new folder for the model, which benchmarks/similarity.py starts from"
    )
    options = parser.parse_args()
    needs(ARXIV)
    minutes = QUICK_MINUTES if options.quick else MINUTES
    with tempfile.TemporaryDirectory() as scratch:
        train, held_out = parts(Path(scratch), options.quick)
        started = perf_counter()
        model = masked(
            train,
            options.keep or Path(scratch) / "out",
            dev=held_out,
            minutes=minutes,
            settings=MASKED_DEFAULTS,
            on_step=on_step,
        )
        wall_s = perf_counter() - started
        before, after = model.figures["before"], model.figures["after"]
        figures: dict[str, Any] = {
            "before": round(before["perplexity"], 1),
            "unigram": round(unigram(train, held_out), 1),
            "after": round(after["perplexity"], 2),
            "accuracy": round(after["accuracy"], 4),
            "epochs": round(model.settings["epochs"], 3),
            "batch": MASKED_DEFAULTS.batch,
            "rate": MASKED_DEFAULTS.rate,
            "wall_s": round(wall_s, 1),
            "peak_mb": model.peak_mb,
            "threads": torch.get_num_threads(),
            **gain(train),
        }
    print(
        "perplexity {before} -> {after} in {wall_s} s (by frequency alone: {unigram}); "
        "the output layers at masked positions alone make a step {gain} times as fast".format_map(figures)
    )
    papers = f"{QUICK_TEXTS} papers" if options.quick else "all papers"
    data = f"abstracts of arxiv/papers_train.jsonl.gz by date, {papers}, the last tenth held out"
    emit("masked", figures, data=data, seed=MASKED_DEFAULTS.seed, packages=["torch", "transformers"])


if __name__ == "__main__":
    main()
