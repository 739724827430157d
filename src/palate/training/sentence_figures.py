"""Figures of sentence vectors: similarity, triplets, retrieval of partners, and entailment."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from palate.encoder.windows import unit
from palate.parts import Vector
from palate.training.example_sets import (
    READERS,
    ExampleKind,
    ExampleSet,
    read_nli,
)
from palate.training.nli_classifier import (
    NliClassifier,
    fit_nli_classifier,
    nli_features,
    read_nli_classifier,
)
from palate.training.run.start import model_folder_of
from palate.training.run.table import Table
from palate.training.sentences import cosines, encode_unique, load_sentence_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAIN_FIGURES: Mapping[ExampleKind, str] = {
    "sts": "sts_spearman",
    "triplets": "triplet_accuracy",
    "pairs": "pairs_mrr",
    "nli": "nli_accuracy",
}


def sentence_figures(
    model: "SentenceTransformer | str",
    *,
    sts: Table | None = None,
    nli: Table | None = None,
    triplets: Table | None = None,
    pairs: Table | None = None,
    nli_train: Table | None = None,
) -> dict[str, float]:
    """Returns how good sentence vectors are, each figure in [-1, 1] or [0, 1] and better the higher.

    sts_spearman, sts_pearson: of the cosines with the scores. triplet_accuracy: share of triplets whose
    anchor has the higher cosine with the positive. pairs_mrr: mean reciprocal rank of the first partner of
    each anchor among the partners of all. nli_accuracy: of the classifier that was trained with the model,
    else of a logistic regression over (u, v, |u - v|) fitted on nli_train; absent without either.

    model: a loaded one, or a name as of `load_sentence_model`. Costs one encoding of each different text.
    Source: Reimers and Gurevych, Sentence-BERT (2019), sections 3 and 4.
    """
    tables: Mapping[ExampleKind, Table | None] = {
        "sts": sts,
        "nli": nli,
        "triplets": triplets,
        "pairs": pairs,
    }
    example_sets = [READERS[kind]([table]) for kind, table in tables.items() if table is not None]
    classifier = None
    if isinstance(model, str):
        folder = model_folder_of(model)
        classifier = read_nli_classifier(folder)
        model = load_sentence_model(model)
    if classifier is None and nli is not None and nli_train is not None:
        classifier = fit_nli_classifier(model, read_nli([nli_train]))
    return figures_of(model, example_sets, classifier)


def figures_of(
    model: "SentenceTransformer", example_sets: Sequence[ExampleSet], classifier: NliClassifier | None = None
) -> dict[str, float]:
    """Returns the figures of `sentence_figures` on examples that are read already."""
    vectors = encode_unique(
        model, [text for examples in example_sets for column in examples.texts for text in column]
    )
    figures: dict[str, float] = {}
    for examples in example_sets:
        columns = [np.stack([vectors[text] for text in column]) for column in examples.texts]
        targets = np.array(examples.targets)
        if examples.kind == "sts":
            figures |= _correlations(cosines(columns[0], columns[1]), targets)
        elif examples.kind == "triplets":
            nearer = cosines(columns[0], columns[1]) > cosines(columns[0], columns[2])
            figures["triplet_accuracy"] = float(nearer.mean())
        elif examples.kind == "pairs":
            figures["pairs_mrr"] = reciprocal_rank(examples, vectors)
        elif classifier is not None:
            weight, bias = classifier
            logits = nli_features(columns[0], columns[1]) @ weight.T + bias
            figures["nli_accuracy"] = float((logits.argmax(axis=1) == targets).mean())
    return figures


def reciprocal_rank(pairs: ExampleSet, vectors: Mapping[str, Vector]) -> float:
    """Returns the mean over different anchors of 1 / the rank of their first partner by cosine; of equal
    cosines all count as ranked before it.
    """
    partners: dict[str, set[str]] = {}
    for anchor, candidate, target in zip(*pairs.texts, pairs.targets, strict=True):
        if target:
            partners.setdefault(anchor, set()).add(candidate)
    candidates = list(dict.fromkeys(pairs.texts[1]))
    index_of = {text: index for index, text in enumerate(candidates)}
    anchor_rows = unit(np.stack([vectors[text] for text in partners]))
    candidate_rows = unit(np.stack([vectors[text] for text in candidates]))
    ranks = []
    for (anchor, own_partners), row in zip(partners.items(), anchor_rows @ candidate_rows.T, strict=True):
        competes = np.array([text != anchor for text in candidates])  # a text is no answer to itself
        best = max(row[index_of[text]] for text in own_partners)
        competes[[index_of[text] for text in own_partners]] = False
        ranks.append(1 + int((row[competes] >= best).sum()))
    return float(np.mean(1 / np.array(ranks)))


def main_figure(kinds: Sequence[ExampleKind]) -> str:
    """Returns the figure that chooses among weights: that of the first kind there is of sts, triplets, pairs
    and nli.
    """
    return next(figure for kind, figure in MAIN_FIGURES.items() if kind in kinds)


def _correlations(cosine: Vector, scores: Vector) -> dict[str, float]:
    from scipy.stats import pearsonr, spearmanr

    return {
        "sts_spearman": float(spearmanr(cosine, scores)[0]),
        "sts_pearson": float(pearsonr(cosine, scores)[0]),
    }
