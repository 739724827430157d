"""Shallow: a student with some of the layers of its teacher, trained on plain texts to give the same
vectors.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import EmbedDistillLoss
from torch import nn
from transformers import set_seed

from palate.errors import BadSource, BadValue
from palate.training.batches import samplers
from palate.training.compare import compare_encoders, parameters_mb
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback, run_training, trainer_arguments
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import SHALLOW_DEFAULTS, TrainingSettings
from palate.training.run.split import Indices
from palate.training.run.start import dropout_config
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.sentence_trainer import FigureEvaluator, SentenceTrainer
from palate.training.sentences import cosines, encode_unique, load_sentence_model

HELD_OUT_SHARE, MAX_HELD_OUT = 0.05, 500  # share of the texts that choose the weights, and the most of them


def shallow(
    out: Path,
    data: Path,
    *,
    layers: int,
    teacher: str = "minilm",
    column: str = "text",
    sts: Path | None = None,
    settings: TrainingSettings = SHALLOW_DEFAULTS,
    on_step: StepCallback = lambda _: None,
) -> TrainedModel:
    """Drops layers of a sentence model and trains the rest to give the teacher's vectors, by their cosine, or
    by their squared error where they are not of length 1.

    Use it for about twice the speed at little loss; where thousands of texts a second count, distil static
    vectors instead. data: texts like those that will be encoded, some thousands or more; no labels. layers:
    how many are kept, see `evenly_spaced_layers`. Figures: of teacher and student the size in MB, texts/s on
    this machine in turns, and sts_spearman on the file `sts`; agreement: mean cosine of a text's two vectors,
    on held-out texts. Raises BadSource, BadValue or BadFolder for texts, layers or a folder that cannot be
    used.
    Source: Sanh et al., DistilBERT (2019), for the student's start; Reimers and Gurevych (2020) for the loss;
    both by sentence-transformers.
    """
    refuse_adapters(settings)
    tables = [read_table(data), *([read_table(sts)] if sts else [])]
    texts = list(dict.fromkeys(tables[0].strings(column)))
    parts = held_out_indices(len(texts), settings.seed, data)
    set_seed(settings.seed)
    teacher_model = load_sentence_model(teacher, settings.window)
    student = load_sentence_model(teacher, settings.window, dropout_config(settings.dropout))
    depth = len(layer_stack(student[0]))
    kept = evenly_spaced_layers(depth, layers)
    drop_layers(student[0], kept)
    recipe = describe_recipe("shallow", teacher, tables, settings, layers=kept, column=column)
    begin_training(out, recipe)
    held_out, train = ([texts[index] for index in part] for part in parts)
    vectors = encode_unique(teacher_model, texts)
    held_out_vectors = np.stack([vectors[text] for text in held_out])

    def evaluate(model: SentenceTransformer) -> dict[str, float]:
        encoded = encode_unique(model, held_out)
        rows = np.stack([encoded[text] for text in held_out])
        return {"agreement": float(cosines(rows, held_out_vectors).mean())}

    normalised = np.allclose(np.linalg.norm(held_out_vectors, axis=1), 1, atol=1e-3)
    metric: Any = "cosine" if normalised else "mse"
    loss: dict[str, nn.Module] = {"texts": EmbedDistillLoss(student, metric)}
    examples = Dataset.from_dict(
        {"text": train, "label": [vectors[text].astype(np.float32) for text in train]}
    )
    arguments = SentenceTransformerTrainingArguments(
        **trainer_arguments(settings, out, len(train), best_figure="agreement", greater_is_better=True),
        **samplers(student.tokenizer, [1.0]),
    )
    trainer = SentenceTrainer(
        model=student,
        args=arguments,
        train_dataset=DatasetDict({"texts": examples}),
        loss=loss,
        evaluator=FigureEvaluator(evaluate),
    )
    before = evaluate(student)
    run = run_training(trainer, out, settings, on_step)
    with report_full_disk(out):
        student.save_pretrained(str(out), create_model_card=False)
    compared = compare_encoders(
        {"teacher": teacher_model.encode, "student": student.encode}, held_out, tables[1] if sts else None
    )
    figures = {
        "before": before,
        "teacher": {"megabytes": parameters_mb(teacher_model), **compared["teacher"]},
        "student": {"megabytes": parameters_mb(student), **compared["student"], **evaluate(student)},
    }
    trained = TrainedModel.of_recipe(
        recipe,
        out,
        columns={"text": column},
        figures=figures,
        settings={"layers": kept},
        notes=(f"layers kept of {depth}, from 0: {kept}",),
    )
    return finish(trained, run, "agreement")


def evenly_spaced_layers(depth: int, layers: int) -> list[int]:
    """Returns the indices of the layers that are kept: first, last and evenly between, as DistilBERT was
    begun. Raises BadValue.

    >>> evenly_spaced_layers(12, 6), evenly_spaced_layers(6, 3), evenly_spaced_layers(6, 1)
    ([0, 2, 4, 7, 9, 11], [0, 3, 5], [5])
    """
    if not 1 <= layers < depth:
        raise BadValue(f"a student of a teacher with {depth} layers has 1 to {depth - 1}, got {layers}")
    if layers == 1:
        return [depth - 1]
    gaps = layers - 1
    return [(2 * layer * (depth - 1) + gaps) // (2 * gaps) for layer in range(layers)]


def held_out_indices(n: int, seed: int, data: Path) -> list[Indices]:
    """Returns the indices of the texts of n that choose the weights, and of those for training.

    Raises BadSource where there are too few texts.
    """
    n_held_out = min(int(n * HELD_OUT_SHARE), MAX_HELD_OUT)
    if n_held_out < 2:
        raise BadSource(
            f"{data} has {n} different texts, expected at least {int(2 / HELD_OUT_SHARE)}; give more"
        )
    return np.split(np.random.default_rng(seed).permutation(n), [n_held_out])


def refuse_adapters(settings: TrainingSettings) -> None:
    """Raises BadValue where a student would be trained with adapters."""
    if settings.lora:
        raise BadValue("a student is trained whole; leave --lora out")


def drop_layers(model: nn.Module, kept: Sequence[int]) -> None:
    """Drops all layers but the kept ones of a transformer, or of sentence-transformers' module around one."""
    stack = layer_stack(model)
    config: Any = model.config
    for layer in reversed(range(len(stack))):
        if layer not in kept:
            del stack[layer]
    config.num_hidden_layers = len(kept)


def layer_stack(model: nn.Module) -> nn.ModuleList:
    """Returns the layers of a transformer. Raises BadSource where it has no stack of them, or several."""
    n = getattr(getattr(model, "config", None), "num_hidden_layers", 0)
    stacks = [module for module in model.modules() if isinstance(module, nn.ModuleList) and len(module) == n]
    if len(stacks) != 1:
        raise BadSource("the teacher is no transformer with one stack of layers; give a BERT-like model")
    return stacks[0]
