"""What sentence training does for STS: all-MiniLM-L6-v2 as it is and trained further; the same with its
sentence training undone.

(a) goes on from all-MiniLM-L6-v2 with NLI and STS in one run. (b) starts from a copy adapted by
masked-language training, with a fresh mean pooling: NLI by the siamese softmax, then STS. Weights are chosen
on parts of the training files; the dev part of STS-b is looked at once, at the end. --masked FOLDER: a model
that `palate train masked` made; else one is made here, shortly. --parts a: that one alone. --quick: a few
hundred examples, to see that it runs.

Run: python benchmarks/similarity.py [--masked FOLDER] [--quick]
"""

import argparse
import csv
import gzip
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from palate.training.run.settings import MASKED_DEFAULTS, SIMILARITY_DEFAULTS
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.sentence_figures import sentence_figures
from palate.training.similarity import similarity
from report import ARXIV, DATA, emit, needs

SEED = 0
STS, STS_DEV, NLI, NLI_DEV = (
    DATA / kind / f"{part}.csv.gz" for kind in ("stsb", "nli") for part in ("train", "dev")
)
# (a): vectors that are good already
FURTHER = replace(SIMILARITY_DEFAULTS, epochs=3, rate=5e-5, batch=32, seed=SEED)
# (b): vectors of words that were never trained on sentences
FRESH = replace(SIMILARITY_DEFAULTS, epochs=2, rate=5e-5, batch=32, seed=SEED)
NLI_PASSES = 0.25  # passes of NLI for one of STS in (a)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masked", type=Path)
    parser.add_argument("--parts", nargs="+", default=["a", "b"], choices=["a", "b"])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    for path in (STS, STS_DEV, NLI, NLI_DEV, ARXIV):
        needs(path)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        files = {
            path: cut(path, work, 300) if options.quick else path for path in (STS, STS_DEV, NLI, NLI_DEV)
        }
        tables = {
            "sts": read_table(files[STS_DEV]),
            "nli": read_table(files[NLI_DEV]),
            "nli_train": read_table(files[NLI]),
        }
        start = sentence_figures("minilm", **tables)
        emit_figures("as it is", start)
        if "a" in options.parts:
            model = similarity(
                work / "a",
                sts=[files[STS]],
                nli=[files[NLI]],
                weights={"nli": NLI_PASSES},
                settings=short(FURTHER, options.quick),
            )
            figures = sentence_figures(str(model.folder), **tables)
            emit_figures("(a) NLI and STS from all-MiniLM-L6-v2", figures, model)
            print(f"(a) gained {figures['sts_spearman'] - start['sts_spearman']:+.4f}, wanted at least +0.01")
        if "b" in options.parts:
            masked_model = options.masked or masked_copy(work / "masked", options.quick)
            plain = sentence_figures(str(masked_model), **tables)
            emit_figures("(b) masked copy, plain mean pooling", plain)
            first = similarity(
                work / "b-nli",
                nli=[files[NLI]],
                start=str(masked_model),
                settings=short(FRESH, options.quick),
            )
            softmax = sentence_figures(str(first.folder), **tables)
            emit_figures("(b) after the NLI softmax", softmax, first)
            second = similarity(
                work / "b-sts",
                sts=[files[STS]],
                start=str(first.folder),
                settings=short(FRESH, options.quick),
            )
            emit_figures("(b) after NLI, then STS", sentence_figures(str(second.folder), **tables), second)
            gained = softmax["sts_spearman"] - plain["sts_spearman"]
            print(f"(b) the NLI softmax gained {gained:+.4f} over plain mean pooling")


def emit_figures(part: str, figures: Mapping[str, float], model: TrainedModel | None = None) -> None:
    cost = {"seconds": model.seconds, "peak_mb": model.peak_mb} if model else {}
    rounded: dict[str, Any] = {name: round(value, 4) for name, value in figures.items()}
    emit(
        "similarity",
        {"part": part, **rounded, **cost},
        data="stsb and nli, dev parts",
        seed=SEED,
        packages=("torch", "transformers", "sentence-transformers"),
    )


def short(settings: Any, quick: bool) -> Any:
    return replace(settings, epochs=1) if quick else settings


def masked_copy(out: Path, quick: bool) -> Path:
    """all-MiniLM-L6-v2 after masked-language training on arXiv abstracts, which undoes its sentence
    training.
    """
    from palate.training.masked import masked

    model = masked(ARXIV, out, settings=replace(MASKED_DEFAULTS, seed=SEED), minutes=0.5 if quick else 10)
    return model.folder


def cut(path: Path, folder: Path, n: int) -> Path:
    """A file with n rows of another, drawn at random."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    model = folder / f"{path.parent.name}-{path.name.removesuffix('.gz')}"
    with model.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(random.Random(SEED).sample(rows, n))
    return model


if __name__ == "__main__":
    main()
