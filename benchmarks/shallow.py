"""A student with 3 of the 6 layers of all-MiniLM-L6-v2: size, speed and Spearman on STS-b dev, beside teacher
and static vectors.

It learns from sentences of the training parts of STS-b, NLI, Quora and SICK and titles of arXiv papers,
without labels; weights are chosen by agreement with the teacher on sentences held out. Speeds are of one run,
in turns. --quick: a few hundred texts.

Run: python benchmarks/shallow.py [--quick]
"""

import argparse
import csv
import gzip
import json
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from palate.encoder.static import StaticEncoder
from palate.training.compare import compare_encoders
from palate.training.run.settings import SHALLOW_DEFAULTS
from palate.training.run.table import read_table
from palate.training.sentences import load_sentence_model
from palate.training.shallow import shallow
from report import ARXIV, DATA, emit, needs

SEED = 0
SETTINGS = replace(SHALLOW_DEFAULTS, epochs=2, rate=5e-4, batch=32, seed=SEED)
COLUMNS = {
    "stsb": ("sentence1", "sentence2"),
    "nli": ("premise", "hypothesis"),
    "quora": ("question1", "question2"),
    "sick": ("sentence1", "sentence2"),
}
STS_DEV = DATA / "stsb/dev.csv.gz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    for path in (STS_DEV, ARXIV, *(DATA / name / "train.csv.gz" for name in COLUMNS)):
        needs(path)
    texts = sentences(400 if options.quick else 40_000)
    with TemporaryDirectory() as folder:
        data = Path(folder) / "texts.jsonl"
        data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
        model = shallow(Path(folder) / "student", data, layers=3, sts=STS_DEV, settings=SETTINGS)
        encoders = {
            "teacher": load_sentence_model("minilm").encode,
            "student": load_sentence_model(str(model.folder)).encode,
            "static": StaticEncoder().encode,
        }
        compared = compare_encoders(encoders, read_table(STS_DEV).strings("sentence1"), read_table(STS_DEV))  # type: ignore[arg-type]
    for name, figures in model.figures.items():
        emit_figures(
            name,
            {
                **figures,
                **({"seconds": model.seconds, "peak_mb": model.peak_mb} if name == "student" else {}),
            },
            len(texts),
        )
    for name, figures in compared.items():
        emit_figures(f"{name}, again beside the others", figures, len(texts))
    speed, quality = (
        compared["student"][name] / compared["teacher"][name] for name in ("texts_per_s", "sts_spearman")
    )
    print(
        f"student: {speed:.2f} times as fast, wanted 1.8; "
        f"{quality:.1%} of the teacher's Spearman, wanted 95 %"
    )


def sentences(n: int) -> list[str]:
    """n different ones, of all files alike."""
    compared: dict[str, None] = {}
    for name, columns in COLUMNS.items():
        with gzip.open(DATA / name / "train.csv.gz", "rt", encoding="utf-8", newline="") as file:
            compared.update(dict.fromkeys(row[column] for row in csv.DictReader(file) for column in columns))
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        compared.update(dict.fromkeys(json.loads(line)["title"] for line in file))
    texts = [text for text in compared if text.strip()]
    return random.Random(SEED).sample(texts, min(n, len(texts)))


def emit_figures(name: str, figures: dict[str, float], n: int) -> None:
    rounded = {figure: round(value, 4) for figure, value in figures.items()}
    emit(
        "shallow",
        {"model": name, "texts": n, **rounded},
        data="stsb dev",
        seed=SEED,
        packages=("torch", "transformers", "sentence-transformers"),
    )


if __name__ == "__main__":
    main()
