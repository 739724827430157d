"""Figure: fine-tuning with a head on SST-2, TREC (coarse) and AG News, full and LoRA. --quick takes some
hundred examples.

Weights are chosen on a tenth split from train; dev is looked at once, at the end.
"""

import argparse
import csv
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from palate.training.classify import classify, predict
from palate.training.run.settings import CLASSIFIER_DEFAULTS, LoraSettings, TrainingSettings
from palate.training.run.split import stratified
from palate.training.run.table import read_table
from report import DATA, emit, needs

SETS = {
    "sst2": CLASSIFIER_DEFAULTS,
    "trec": CLASSIFIER_DEFAULTS,
    "ag-news": replace(CLASSIFIER_DEFAULTS, epochs=2),
}
FORMS = {"full": None, "lora": LoraSettings()}
QUICK = 400


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--only", choices=SETS)
    asked.add_argument("--form", choices=FORMS)
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    needs(DATA)
    for name in [given.only] if given.only else SETS:
        for form in [given.form] if given.form else FORMS:
            one(name, replace(SETS[name], seed=given.seed, lora=FORMS[form]), quick=given.quick)


def one(name: str, settings: TrainingSettings, *, quick: bool) -> None:
    table, held = read_table(DATA / name / "train.csv.gz"), read_table(DATA / name / "dev.csv.gz")
    texts, labels = (
        table.strings("text")[: QUICK if quick else None],
        table.strings("label")[: QUICK if quick else None],
    )
    if quick:
        settings = replace(settings, epochs=0.5, checks=1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part, places in zip(("data", "dev"), stratified(labels, (0.9, 0.1), settings.seed), strict=True):
            write(root / f"{part}.csv", [(texts[place], labels[place]) for place in places.tolist()])
        made = classify(root / "data.csv", root / "out", dev=root / "dev.csv", settings=settings)
        right = [
            made.labels[row.argmax()] == label
            for row, label in zip(
                predict(root / "out", held.strings("text")), held.strings("label"), strict=True
            )
        ]
    figures = {
        "accuracy": round(sum(right) / len(right), 4),
        "accuracy_chosen_by": round(made.figures["validation"]["accuracy"], 4),
        "seconds": made.seconds,
        "peak_mb": made.peak_mb,
        "trainable_share": round(made.trainable / made.parameters, 4),
        "lora": settings.lora is not None,
        "epochs": settings.epochs,
        "batch": settings.batch,
        "rate": settings.peak_rate,
        "quick": quick,
    }
    emit(
        "heads",
        figures,
        data=f"{name} dev, {len(right)} texts",
        seed=settings.seed,
        packages=("torch", "transformers", "peft"),
    )


def write(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("text", "label"))
        table.writerows(rows)


if __name__ == "__main__":
    main()
