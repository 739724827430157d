"""Tune encoder: trains a sentence encoder on what readers liked and disliked, and keeps it from forgetting
what it was made for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer import losses
from transformers import set_seed

from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Vector
from palate.training.batches import samplers
from palate.training.example_sets import ExampleSet
from palate.training.run.loop import StepCallback, TrainingRun, run_training, trainer_arguments
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import ADAPT_DEFAULTS, TrainingSettings
from palate.training.run.start import dropout_config
from palate.training.sentence_figures import figures_of
from palate.training.sentence_losses import columns_of, dataset_of, loss_of
from palate.training.sentence_trainer import FigureEvaluator, SentenceTrainer
from palate.training.sentences import cosines, encode_unique, load_sentence_model
from palate.training.tuning_examples import TuningExamples, examples_digest, tuning_examples

TRIPLET_MARGIN = 0.2  # by which a positive should be nearer than a negative, in cosine


@dataclass(frozen=True)
class TunedEncoder:
    """A tuned encoder, saved but not yet judged by feedback.

    recipe: all that decided the outcome. before, after: figures on texts in general: agreement is the
    Spearman correlation of the cosines between COMPARED_TEXTS texts with those of the start, sts_spearman
    that of given pairs, triplet_accuracy and triplet_loss are on the triplets that chose the weights.
    """

    folder: Path
    recipe: Mapping[str, Any]
    run: TrainingRun
    before: Mapping[str, float]
    after: Mapping[str, float]
    notes: tuple[str, ...]


def tune_encoder(
    out: Path,
    contents: Sequence[str],
    feedback: CrowdFeedback,
    vectors: Matrix,
    *,
    start: str = "minilm",
    sts: ExampleSet | None = None,
    settings: TrainingSettings = ADAPT_DEFAULTS,
    recipe: Mapping[str, Any] = MappingProxyType({}),
    on_step: StepCallback = lambda _: None,
) -> TunedEncoder:
    """Trains adapters (without settings.lora all weights) on triplets and replayed texts; SentenceTransformer
    loads `out`.

    In batches of one kind each: triplets (see mining.py) by a cosine margin; pairs of a text's own parts
    against the others of the batch; stored texts by the cosine to the vector that the start gave them; given
    pairs by their scores. The latest judgements of each taste are not trained on but choose the weights. An
    epoch costs about 3 encodings of 4 texts a triplet.

    contents: of n texts. feedback: in the order of time. vectors: (n, d), those that triplets are mined by.
    recipe: what else decides the outcome. A run that was stopped goes on, see run/resume.py. Raises BadValue
    where there is too little feedback, BadSource for a start that is no such model, BadFolder.
    Source: Reimers and Gurevych, Sentence-BERT (2019), triplets; Li and Hoiem, Learning without forgetting
    (2016), the replay.
    """
    examples = tuning_examples(contents, feedback, vectors, sts, settings.seed)
    digest = examples_digest(contents, feedback, sts)
    whole_recipe = describe_recipe("adapt", start, (), settings, texts=digest, **recipe)
    set_seed(settings.seed)
    model = load_sentence_model(start, config=dropout_config(settings.dropout))
    own_window = model.max_seq_length
    model.max_seq_length = min(settings.window, own_window or settings.window)
    begin_training(out, whole_recipe)
    start_cosines = _pairwise_cosines(model, examples.compared)
    before = {"agreement": 1.0, **_figures(model, examples)}
    data, losses_by_kind = _data_and_losses(model, examples)
    if settings.lora:
        model[0].model = with_adapters(model[0].model, settings.lora)
    n_batches = sum(-(-len(rows) // settings.batch) for rows in data.values())
    arguments = trainer_arguments(
        settings, out, n_batches * settings.batch, best_figure="triplet_loss", greater_is_better=False
    )
    trainer = SentenceTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            **arguments, **samplers(model.tokenizer, [1.0] * len(data), unique=[columns_of("pairs")])
        ),
        train_dataset=DatasetDict(data),
        loss=losses_by_kind,
        evaluator=FigureEvaluator(lambda model: _triplet_figures(model, examples.choosing)),
    )
    run = run_training(trainer, out, settings, on_step)
    agreement = _spearman(start_cosines, _pairwise_cosines(model, examples.compared))
    after = {"agreement": agreement, **_figures(model, examples)}
    with report_full_disk(out):
        if settings.lora:
            model[0].model = save_merged(model[0].model, out)
        model.max_seq_length = own_window  # shorter texts were for the sake of speed
        model.save_pretrained(str(out), create_model_card=False)
    counts = ", ".join(f"{len(rows)} {kind}" for kind, rows in data.items())
    return TunedEncoder(out, whole_recipe, run, before, after, (f"an epoch has {counts}",))


def _data_and_losses(
    model: SentenceTransformer, examples: TuningExamples
) -> tuple[dict[str, Dataset], dict[str, Any]]:
    """Returns the data set and the loss of each kind of examples."""
    data: dict[str, Dataset] = {rows.kind: dataset_of(rows) for rows in examples.trained}
    losses_by_kind: dict[str, Any] = {rows.kind: loss_of(rows.kind, model) for rows in examples.trained}
    losses_by_kind["triplets"] = losses.TripletLoss(
        model, losses.TripletDistanceMetric.COSINE, TRIPLET_MARGIN
    )
    if examples.kept:
        start_vectors = encode_unique(model, examples.kept)
        labels = [start_vectors[text].tolist() for text in examples.kept]
        data["kept"] = Dataset.from_dict({"kept_1": examples.kept, "label": labels})
        losses_by_kind["kept"] = losses.EmbedDistillLoss(model, distance_metric="cosine")
    return data, losses_by_kind


def _figures(model: SentenceTransformer, examples: TuningExamples) -> dict[str, float]:
    return {**_triplet_figures(model, examples.choosing), **figures_of(model, examples.sts)}


def _triplet_figures(model: SentenceTransformer, examples: ExampleSet) -> dict[str, float]:
    """Returns triplet_accuracy, and triplet_loss, which still distinguishes models that get all of them
    right.
    """
    vectors = encode_unique(model, [text for column in examples.texts for text in column])
    anchor, positive, negative = (np.stack([vectors[text] for text in column]) for column in examples.texts)
    margins = cosines(anchor, positive) - cosines(anchor, negative)
    return {
        "triplet_accuracy": float((margins > 0).mean()),
        "triplet_loss": float(np.maximum(TRIPLET_MARGIN - margins, 0).mean()),
    }


def _pairwise_cosines(model: SentenceTransformer, texts: Sequence[str]) -> Vector:
    """Returns the cosines of all pairs of different texts."""
    vectors = np.stack(list(encode_unique(model, texts).values()))
    rows = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray((rows @ rows.T)[np.triu_indices(len(rows), 1)])


def _spearman(left: Vector, right: Vector) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(left, right)[0]) if len(left) > 1 else 1.0
