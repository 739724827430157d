"""Figure: fine-tuning a classifier on SST-2, TREC (coarse) and AG News, full and LoRA. --quick takes some
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=SETS)
    parser.add_argument("--form", choices=FORMS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    needs(DATA)
    for name in [options.only] if options.only else SETS:
        for form in [options.form] if options.form else FORMS:
            measure(name, replace(SETS[name], seed=options.seed, lora=FORMS[form]), quick=options.quick)


def measure(name: str, settings: TrainingSettings, *, quick: bool) -> None:
    table, dev = read_table(DATA / name / "train.csv.gz"), read_table(DATA / name / "dev.csv.gz")
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
        model = classify(root / "data.csv", root / "out", dev=root / "dev.csv", settings=settings)
        correct = [
            model.labels[row.argmax()] == label
            for row, label in zip(
                predict(root / "out", dev.strings("text")), dev.strings("label"), strict=True
            )
        ]
    figures = {
        "accuracy": round(sum(correct) / len(correct), 4),
        "accuracy_chosen_by": round(model.figures["validation"]["accuracy"], 4),
        "seconds": model.seconds,
        "peak_mb": model.peak_mb,
        "trainable_share": round(model.trainable / model.parameters, 4),
        "lora": settings.lora is not None,
        "epochs": settings.epochs,
        "batch": settings.batch,
        "rate": settings.peak_rate,
        "quick": quick,
    }
    emit(
        "classifiers",
        figures,
        data=f"{name} dev, {len(correct)} texts",
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
