"""Losses of sentence models: which one of sentence-transformers' a kind of examples is learned by."""

from collections.abc import Mapping
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses
from torch import nn

from palate.parts import Matrix, Vector
from palate.training.sources import Kind, Source

MARGIN = 0.5  # of triplets, in cosine distance


def columns_of(kind: Kind, n: int = 2) -> tuple[str, ...]:
    """Names of the n columns with texts in a data set of this kind; usual ones make sentence-transformers
    guess and warn.

    >>> columns_of("pairs")
    ('pairs_1', 'pairs_2')
    """
    return tuple(f"{kind}_{place}" for place in range(1, n + 1))


def dataset_of(source: Source) -> Dataset:
    """Texts in the order of the losses of sentence-transformers, and label."""
    columns: dict[str, Any] = dict(zip(columns_of(source.kind, len(source.texts)), source.texts, strict=True))
    if source.kind == "nli":
        columns["label"] = [int(target) for target in source.targets]
    elif source.kind == "sts":
        columns["label"] = list(source.targets)
    return Dataset.from_dict(columns)


def loss_of(kind: Kind, model: SentenceTransformer, head: tuple[Matrix, Vector] | None = None) -> nn.Module:
    """The loss of a kind. head: weight and bias that the one of NLI begins with, a row for each of LABELS."""
    if kind == "sts":
        return losses.CosineSimilarityLoss(model)
    if kind == "triplets":
        return losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, MARGIN)
    if kind == "pairs":
        return losses.MultipleNegativesRankingLoss(model)
    if head is None:
        raise ValueError("the loss of nli needs a head to begin with")
    weight, bias = (torch.from_numpy(array).float() for array in head)
    loss = losses.SoftmaxLoss(model, weight.shape[1] // 3, len(weight))
    loss.classifier.load_state_dict({"weight": weight, "bias": bias})
    return loss


def nli_head(heads: Mapping[str, nn.Module]) -> tuple[Matrix, Vector] | None:
    """Weight and bias of the NLI head among these losses."""
    if "nli" not in heads:
        return None
    classifier: Any = heads["nli"].classifier
    return classifier.weight.detach().cpu().double().numpy(), classifier.bias.detach().cpu().double().numpy()
