"""Each loss against its closed form on a small batch."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch.nn.functional import cross_entropy

from palate.parts import Matrix
from palate.training.example_sets import ExampleSet, read_nli, read_pairs, read_sts, read_triplets
from palate.training.nli_classifier import trained_nli_classifier
from palate.training.run.table import read_table
from palate.training.sentence_losses import TRIPLET_MARGIN, columns_of, dataset_of, loss_of
from palate.training.sentences import cosines, load_sentence_model
from training.sentence_files import nli_file, pairs_file, sts_file, triplets_file


@pytest.fixture(scope="module")
def model(tiny_bert: Path) -> SentenceTransformer:
    return load_sentence_model(str(tiny_bert)).eval()


def batch_of(
    model: SentenceTransformer, source: ExampleSet, n: int
) -> tuple[list[Any], torch.Tensor, list[Matrix]]:
    """Features as the collator makes them, labels, and the vectors of each column."""
    rows = dataset_of(source.take(range(n)))
    columns = [list(rows[name]) for name in columns_of(source.kind, len(source.texts))]
    labels = torch.tensor(list(rows["label"])) if "label" in rows.column_names else torch.zeros(n)
    return (
        [model.preprocess(column) for column in columns],
        labels,
        [model.encode(column).astype(float) for column in columns],
    )


def test_nli_is_the_cross_entropy_of_a_softmax_over_both_vectors_and_their_difference(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(3, 48)), rng.normal(size=3)
    loss = loss_of("nli", model, (weight, bias))
    features, labels, (u, v) = batch_of(model, read_nli([read_table(nli_file(tmp_path))]), 7)
    logits = np.hstack([u, v, abs(u - v)]) @ weight.T + bias
    expected = cross_entropy(torch.from_numpy(logits), labels)
    assert loss(features, labels).item() == pytest.approx(float(expected), rel=1e-4)
    kept = trained_nli_classifier({"nli": loss})
    assert kept is not None
    np.testing.assert_allclose(kept[0], weight, rtol=1e-6)
    np.testing.assert_allclose(kept[1], bias, rtol=1e-6)


def test_sts_is_the_squared_error_of_the_cosine(model: SentenceTransformer, tmp_path: Path) -> None:
    features, labels, (u, v) = batch_of(model, read_sts([read_table(sts_file(tmp_path))]), 9)
    expected = ((cosines(u, v) - labels.numpy()) ** 2).mean()
    assert loss_of("sts", model)(features, labels).item() == pytest.approx(expected, rel=1e-4)


def test_triplets_are_a_hinge_over_cosine_distances(model: SentenceTransformer, tmp_path: Path) -> None:
    features, labels, (a, p, n) = batch_of(model, read_triplets([read_table(triplets_file(tmp_path))]), 9)
    expected = np.maximum(0, TRIPLET_MARGIN + (1 - cosines(a, p)) - (1 - cosines(a, n))).mean()
    assert expected > 0
    assert loss_of("triplets", model)(features, labels).item() == pytest.approx(expected, rel=1e-4)


def test_pairs_are_told_from_the_partners_of_all_others_in_the_batch(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    features, labels, (a, p) = batch_of(model, read_pairs([read_table(pairs_file(tmp_path))]), 9)
    likeness = np.array([[cosines(one[None], other[None])[0] for other in p] for one in a])
    expected = cross_entropy(torch.from_numpy(20 * likeness), torch.arange(9))
    assert loss_of("pairs", model)(features, labels).item() == pytest.approx(float(expected), rel=1e-4)
