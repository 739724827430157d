"""Figure: training throughput of palate's run against transformers' and sentence-transformers' trainers at
their defaults.

Same model, examples, batch, precision, optimiser and schedule; theirs in random order with padding to the
longest of each batch. No evaluation and no checkpoint on either side within the time. Rounds alternate; each
seed is one round. --rows N takes N examples, drawn by chance; --quick some hundred and one seed."""

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from statistics import mean, median
from time import perf_counter
from typing import Any

import torch
import transformers
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss
from transformers import (
    AutoModelForSequenceClassification,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from palate.training.classifier import cross_entropy, predict_outputs, tokenise
from palate.training.run.lengths import LengthTrainer
from palate.training.run.start import checkpoint_of, load_tokenizer, model_folder_of
from palate.training.run.table import read_table
from report import DATA, emit, needs

BATCH, DEFAULT_RATE, WINDOW, SEEDS = 32, 1e-4, 256, (0, 1, 2)
EPOCHS = {"sst2": 2.0, "ag-news": 2.0}
QUICK = 512
Once = Callable[[int], tuple[float, float]]  # of a seed: samples a second, and how good the model is


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--rows", type=int)
    asked.add_argument("--only", choices=[*EPOCHS, "sentences"])
    given = asked.parse_args()
    needs(DATA)
    n, seeds = (QUICK, SEEDS[:1]) if given.quick else (given.rows, SEEDS)
    for name in EPOCHS:
        if given.only in (None, name):
            classifiers(name, n, seeds)
    if given.only in (None, "sentences"):
        sentences(n or 6000, seeds)


def classifiers(name: str, n: int | None, seeds: Sequence[int]) -> None:
    """Classification: the same tokenised rows through Trainer and LengthTrainer."""
    tokenizer = load_tokenizer("minilm", WINDOW)
    table, dev = read_table(DATA / name / "train.csv.gz"), read_table(DATA / name / "dev.csv.gz")
    labels = sorted(set(table.strings("label")))
    rows, held = (tokenise(tokenizer, one.strings("text"))[0] for one in (table, dev))
    for row, label in zip(rows, table.strings("label"), strict=True):
        row["labels"] = labels.index(label)
    truth = torch.tensor([labels.index(label) for label in dev.strings("label")])
    rows, epochs = random.Random(0).sample(rows, min(n or len(rows), len(rows))), EPOCHS[name]

    def once(kind: type[Trainer], seed: int) -> tuple[float, float]:
        transformers.set_seed(seed)
        model = AutoModelForSequenceClassification.from_pretrained(
            checkpoint_of("minilm"), num_labels=len(labels)
        )
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                output_dir=folder, remove_unused_columns=False, **common(seed, epochs)
            )
            options: dict[str, Any] = {"compute_loss_func": cross_entropy()} if kind is LengthTrainer else {}
            trainer = kind(
                model=model,
                args=arguments,
                train_dataset=rows,
                data_collator=DataCollatorWithPadding(tokenizer),
                **options,
            )
            seconds = timed(trainer)
        said = torch.tensor([one.argmax() for one in predict_outputs(model.eval(), tokenizer, held)])
        return epochs * len(rows) / seconds, (said == truth).float().mean().item()

    name = f"{name}, {len(rows)} examples"
    report(name, lambda seed: once(LengthTrainer, seed), lambda seed: once(Trainer, seed), "accuracy", seeds)


def sentences(pairs_in_all: int, seeds: Sequence[int]) -> None:
    """Similarity: STS-b pairs and AG News texts in pairs, so that lengths are mixed; cosine and squared
    error.
    """
    from palate.training.batches import samplers

    sts, news = read_table(DATA / "stsb" / "train.csv.gz"), read_table(DATA / "ag-news" / "train.csv.gz")
    n = pairs_in_all // 2
    texts, labels = news.strings("text"), news.strings("label")
    pairs: dict[str, list[Any]] = {
        "one": sts.strings("sentence1")[:n] + texts[:n],
        "two": sts.strings("sentence2")[:n] + texts[n : 2 * n],
        "score": [score / 5 for score in sts.floats("score")[:n]]
        + [float(a == b) for a, b in zip(labels[:n], labels[n : 2 * n], strict=True)],
    }
    held = read_table(DATA / "stsb" / "dev.csv.gz")
    sides = [held.strings("sentence1"), held.strings("sentence2")]

    def once(ours: bool, seed: int) -> tuple[float, float]:
        from scipy.stats import spearmanr

        transformers.set_seed(seed)
        model = SentenceTransformer(str(model_folder_of("minilm")), device="cpu")
        with tempfile.TemporaryDirectory() as folder:
            more = samplers(model.tokenizer, [1.0]) if ours else {}
            arguments = SentenceTransformerTrainingArguments(output_dir=folder, **common(seed, 1.0), **more)
            trainer = SentenceTransformerTrainer(
                model=model,
                args=arguments,
                train_dataset=Dataset.from_dict(pairs),
                loss=CosineSimilarityLoss(model),
            )
            seconds = timed(trainer)
        one, two = (model.encode(side, normalize_embeddings=True, show_progress_bar=False) for side in sides)
        return len(pairs["one"]) / seconds, float(
            spearmanr((one * two).sum(1), held.floats("score")).statistic
        )

    name = f"stsb and ag-news pairs, {len(pairs['one'])} examples"
    report(name, lambda seed: once(True, seed), lambda seed: once(False, seed), "spearman", seeds)


def common(seed: int, epochs: float) -> dict[str, Any]:
    return {
        "num_train_epochs": epochs,
        "per_device_train_batch_size": BATCH,
        "learning_rate": DEFAULT_RATE,
        "seed": seed,
        "use_cpu": True,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
    }


def timed(trainer: Trainer) -> float:
    started = perf_counter()
    trainer.train()
    return perf_counter() - started


def report(name: str, ours: Once, theirs: Once, figure: str, seeds: Sequence[int]) -> None:
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "theirs": []}
    for seed in seeds:
        for side in ("ours", "theirs") if seed % 2 else ("theirs", "ours"):
            found[side].append((ours if side == "ours" else theirs)(seed))
    rates = {side: [rate for rate, _ in runs] for side, runs in found.items()}
    figures: dict[str, Any] = {
        "ratio": round(median(a / b for a, b in zip(rates["ours"], rates["theirs"], strict=True)), 3),
        **{f"{side}_samples_per_s": [round(rate, 1) for rate in rates[side]] for side in rates},
        **{f"{side}_{figure}": [round(good, 4) for _, good in runs] for side, runs in found.items()},
        f"{figure}_gain": round(
            mean(good for _, good in found["ours"]) - mean(good for _, good in found["theirs"]), 4
        ),
        "batch": BATCH,
        "seeds": list(seeds),
    }
    emit("throughput", figures, data=name, packages=("torch", "transformers", "sentence-transformers"))


if __name__ == "__main__":
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    main()
