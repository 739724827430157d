"""Losses of sentence models: which loss of sentence-transformers each kind of examples is learned by."""

from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses
from torch import nn

from palate.training.example_sets import ExampleKind, ExampleSet
from palate.training.nli_classifier import NliClassifier

TRIPLET_MARGIN = 0.5  # in cosine distance


def columns_of(kind: ExampleKind, n: int = 2) -> tuple[str, ...]:
    """Returns names for the n text columns of a data set of this kind; usual names make
    sentence-transformers guess and warn.

    >>> columns_of("pairs")
    ('pairs_1', 'pairs_2')
    """
    return tuple(f"{kind}_{column}" for column in range(1, n + 1))


def dataset_of(examples: ExampleSet) -> Dataset:
    """Returns the texts in the order of the losses of sentence-transformers, and the column label."""
    names = columns_of(examples.kind, len(examples.texts))
    columns: dict[str, Any] = dict(zip(names, examples.texts, strict=True))
    if examples.kind == "nli":
        columns["label"] = [int(target) for target in examples.targets]
    elif examples.kind == "sts":
        columns["label"] = list(examples.targets)
    return Dataset.from_dict(columns)


def loss_of(
    kind: ExampleKind, model: SentenceTransformer, classifier: NliClassifier | None = None
) -> nn.Module:
    """Returns the loss of a kind. classifier: the weights that the loss of NLI begins with."""
    if kind == "sts":
        return losses.CosineSimilarityLoss(model)
    if kind == "triplets":
        return losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, TRIPLET_MARGIN)
    if kind == "pairs":
        return losses.MultipleNegativesRankingLoss(model)
    if classifier is None:
        raise ValueError("the loss of nli needs a classifier to begin with")
    weight, bias = (torch.from_numpy(array).float() for array in classifier)
    loss = losses.SoftmaxLoss(model, weight.shape[1] // 3, len(weight))
    loss.classifier.load_state_dict({"weight": weight, "bias": bias})
    return loss
