"""Similarity: trains a model of sentence vectors on entailment, scored pairs, triplets and partners."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from datasets import DatasetDict
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from transformers import set_seed

from palate.errors import BadValue
from palate.training.batches import samplers
from palate.training.example_sets import NLI_LABELS, READERS, TEXT_COLUMNS, ExampleKind, ExampleSet
from palate.training.nli_classifier import (
    NLI_CLASSIFIER_FILE,
    NliClassifier,
    fit_nli_classifier,
    read_nli_classifier,
    trained_nli_classifier,
)
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback, run_training, trainer_arguments
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import SIMILARITY_DEFAULTS, TrainingSettings
from palate.training.run.split import stratified
from palate.training.run.start import dropout_config, model_folder_of
from palate.training.run.table import Table, read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.sentence_figures import figures_of, main_figure
from palate.training.sentence_losses import columns_of, dataset_of, loss_of
from palate.training.sentence_trainer import FigureEvaluator, SentenceTrainer
from palate.training.sentences import load_sentence_model

# share of the examples of a kind that choose the weights, and the most of them
HELD_OUT_SHARE, MAX_HELD_OUT = 0.1, 1000
MAX_FITTED = 4000  # examples to which the NLI classifier of a model without one is fitted before training
CLASSIFIER_PATTERN, MIN_CLASSIFIER_RATE = r"^nli\.classifier", 1e-3  # the NLI classifier and its rate


def similarity(
    out: Path,
    *,
    nli: Sequence[Path] = (),
    sts: Sequence[Path] = (),
    triplets: Sequence[Path] = (),
    pairs: Sequence[Path] = (),
    dev: Mapping[ExampleKind, Sequence[Path]] | None = None,
    weights: Mapping[ExampleKind, float] | None = None,
    start: str = "minilm",
    settings: TrainingSettings = SIMILARITY_DEFAULTS,
    on_step: StepCallback = lambda _: None,
) -> TrainedModel:
    """Trains one bi-encoder on any mix of four kinds of examples, in one run, into a folder that
    SentenceTransformer loads.

    nli: a softmax over (u, v, |u - v|) of a premise and a hypothesis. Its classifier is kept in
    out/nli/head.safetensors; it begins as that of the start, or as a logistic regression on the start's
    vectors: one drawn at random would, on vectors of length 1, take hundreds of steps to have any effect.
    sts: the squared error of the cosine from the score in [0, 1]. triplets: max(0, margin + d(anchor,
    positive) - d(anchor, negative)) of cosine distances. pairs: the partner against the partners of all
    others in its batch, by 20 * cosine. For columns see example_sets.py. start: a sentence model goes on as
    it is, a plain transformer gets a fresh mean pooling. dev: examples that choose the weights; a kind
    without gives a tenth of its own, at most 1000. weights: passes of an epoch through the examples of a
    kind, 1 where not given: 0.5 takes half of them in an epoch and the others in the next. It is a share of
    the steps, not a factor of the loss: Adam would undo much of a factor. NLI first and STS then, as in the
    source below, is two runs: give the folder of the first as `start` of the second.

    Costs about 3 times an encoding of every text for each epoch. Figures are "before" and "after", on what
    chose the weights. Raises BadSource, BadValue or BadFolder for examples, settings or a folder that cannot
    be used.
    Source: Reimers and Gurevych, Sentence-BERT (2019); Henderson et al. (2017) for pairs; run by
    sentence-transformers.
    """
    paths_by_kind = {"nli": nli, "sts": sts, "triplets": triplets, "pairs": pairs}
    paths: dict[ExampleKind, Sequence[Path]] = {
        kind: paths_by_kind[kind] for kind in TEXT_COLUMNS if paths_by_kind[kind]
    }
    passes = _passes(paths, weights or {})
    tables = _read(paths)
    dev_tables = _read({kind: files for kind, files in (dev or {}).items() if files})
    all_tables = [*chain(*tables.values(), *dev_tables.values())]
    recipe = describe_recipe("similarity", start, all_tables, settings, passes=passes, dev=sorted(dev_tables))
    train, held_out = _split(tables, dev_tables, settings.seed)
    set_seed(settings.seed)
    model = load_sentence_model(start, settings.window, dropout_config(settings.dropout))
    begin_training(out, recipe)
    classifier = _initial_classifier(model, start, train, settings.seed)
    before = figures_of(model, held_out, classifier)
    losses: dict[str, Any] = {kind: loss_of(kind, model, classifier) for kind in train}
    if settings.lora:
        model[0].model = with_adapters(model[0].model, settings.lora)
    n_batches = {
        kind: max(1, round(passes[kind] * math.ceil(len(examples) / settings.batch)))
        for kind, examples in train.items()
    }
    best_figure = main_figure([examples.kind for examples in held_out])
    n_examples = sum(n_batches.values()) * settings.batch
    arguments = SentenceTransformerTrainingArguments(
        **trainer_arguments(settings, out, n_examples, best_figure=best_figure, greater_is_better=True),
        **samplers(model.tokenizer, [passes[kind] for kind in train], unique=[columns_of("pairs")]),
        learning_rate_mapping=(
            {CLASSIFIER_PATTERN: max(MIN_CLASSIFIER_RATE, settings.peak_rate)} if "nli" in train else {}
        ),
    )

    def evaluate(model: SentenceTransformer) -> dict[str, float]:
        return figures_of(model, held_out, trained_nli_classifier(losses))

    trainer = SentenceTrainer(
        model=model,
        args=arguments,
        train_dataset=DatasetDict({kind: dataset_of(examples) for kind, examples in train.items()}),
        loss=losses,
        evaluator=FigureEvaluator(evaluate),
    )
    run = run_training(trainer, out, settings, on_step)
    after = evaluate(model)
    with report_full_disk(out):
        if settings.lora:
            model[0].model = save_merged(model[0].model, out)
        model.save_pretrained(str(out), create_model_card=False)
        if "nli" in losses:
            (out / NLI_CLASSIFIER_FILE).parent.mkdir(exist_ok=True)
            save_file(losses["nli"].classifier.state_dict(), out / NLI_CLASSIFIER_FILE)
    trained = TrainedModel.of_recipe(
        recipe,
        out,
        labels=NLI_LABELS if "nli" in train else (),
        columns={kind: ", ".join(TEXT_COLUMNS[kind]) for kind in train},
        figures={"before": before, "after": after},
        settings={"passes": passes},
        notes=_notes(model, train, n_batches, best_figure, dev_given=bool(dev_tables)),
    )
    return finish(trained, run, best_figure)


def _read(paths: Mapping[ExampleKind, Sequence[Path]]) -> dict[ExampleKind, list[Table]]:
    return {kind: [read_table(path) for path in files] for kind, files in paths.items()}


def _passes(
    paths: Mapping[ExampleKind, Sequence[Path]], weights: Mapping[ExampleKind, float]
) -> dict[ExampleKind, float]:
    if not paths:
        raise BadValue("there is nothing to train on; give examples with --nli, --sts, --triplets or --pairs")
    if unused := sorted(set(weights) - set(paths)):
        raise BadValue(
            f"there is a weight for {', '.join(unused)} and no such examples; weigh {', '.join(paths)}"
        )
    passes = {kind: float(weights.get(kind, 1)) for kind in paths}
    if not all(0 < weight < math.inf for weight in passes.values()):
        raise BadValue(f"a weight is above 0, got {passes}")
    return passes


def _split(
    tables: Mapping[ExampleKind, Sequence[Table]],
    dev_tables: Mapping[ExampleKind, Sequence[Table]],
    seed: int,
) -> tuple[dict[ExampleKind, ExampleSet], list[ExampleSet]]:
    """Returns examples for training by kind, and those that choose the weights."""
    train = {kind: READERS[kind](files) for kind, files in tables.items()}
    held_out = {kind: READERS[kind](files) for kind, files in dev_tables.items()}
    for kind, examples in train.items():
        if kind not in held_out:
            share = min(HELD_OUT_SHARE, MAX_HELD_OUT / len(examples))
            parts = stratified(examples.strata(), [1 - share, share], seed)
            train[kind], held_out[kind] = (examples.take(part) for part in parts)
    if "pairs" in train:
        pairs = train["pairs"]
        train["pairs"] = pairs.take([index for index, target in enumerate(pairs.targets) if target])
    return train, list(held_out.values())


def _initial_classifier(
    model: SentenceTransformer, start: str, train: Mapping[ExampleKind, ExampleSet], seed: int
) -> NliClassifier | None:
    """Returns the NLI classifier of the start, else one that is fitted to examples; None without NLI."""
    classifier = read_nli_classifier(model_folder_of(start))
    if classifier is None and "nli" in train:
        drawn = np.random.default_rng(seed).permutation(len(train["nli"]))[:MAX_FITTED]
        classifier = fit_nli_classifier(model, train["nli"].take(drawn))
    return classifier


def _notes(
    model: SentenceTransformer,
    train: Mapping[ExampleKind, ExampleSet],
    n_batches: Mapping[ExampleKind, int],
    best_figure: str,
    *,
    dev_given: bool,
) -> tuple[str, ...]:
    total = sum(n_batches.values())
    shares = ", ".join(f"{kind} {n / total:.0%}" for kind, n in n_batches.items())
    texts = list({text for examples in train.values() for column in examples.texts for text in column})
    encodings = model.tokenizer(texts, truncation=True).encodings
    n_truncated = sum(bool(encoding.overflowing) for encoding in encodings)
    origin = (
        "given"
        if dev_given
        else f"held out of training, {HELD_OUT_SHARE:.0%} of each kind and {MAX_HELD_OUT} at most"
    )
    return (
        f"weights chosen by {best_figure} on examples {origin}",
        f"shares of the steps: {shares}",
        f"{n_truncated} of {len(texts)} texts were longer than the window and cut",
    )
