"""The classifier of natural language inference on top of sentence vectors: weight (3 labels, 3 d) and bias
(3) over u, v and |u - v|.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.parts import Matrix, Vector
from palate.training.example_sets import NLI_LABELS, ExampleSet
from palate.training.sentences import encode_unique

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import nn

NLI_CLASSIFIER_FILE = Path("nli") / "head.safetensors"  # in the model's folder
# of the logistic regression, and the bias of a label without examples
INVERSE_PENALTY, ABSENT_LABEL_BIAS = 0.002, -20.0

NliClassifier = tuple[Matrix, Vector]  # weight and bias, a row for each of NLI_LABELS


def nli_features(left: Matrix, right: Matrix) -> Matrix:
    """Returns (n, 3 d) rows of u, v and |u - v|, the input of the classifier.

    >>> nli_features(np.array([[1.0]]), np.array([[3.0]])).tolist()
    [[1.0, 3.0, 2.0]]
    """
    return np.hstack([left, right, np.abs(left - right)])


def fit_nli_classifier(model: "SentenceTransformer", examples: ExampleSet) -> NliClassifier:
    """Fits a logistic regression over (u, v, |u - v|): what a model that was not trained on NLI knows of it.

    A label without examples has no weights and the bias ABSENT_LABEL_BIAS.
    """
    from sklearn.linear_model import LogisticRegression

    vectors = encode_unique(model, [text for column in examples.texts for text in column])
    premises, hypotheses = (np.stack([vectors[text] for text in column]) for column in examples.texts)
    features = nli_features(premises, hypotheses)
    # so that the penalty is the same for vectors of any length
    scale = float(np.sqrt((features**2).mean())) or 1.0
    targets = np.array(examples.targets, dtype=int)
    regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000).fit(features / scale, targets)
    rows, biases = regression.coef_ / scale, regression.intercept_
    if len(regression.classes_) == 2:  # of two labels scikit-learn keeps the row of the second alone
        rows, biases = np.vstack([-rows, rows]) / 2, np.hstack([-biases, biases]) / 2
    weight, bias = np.zeros((len(NLI_LABELS), rows.shape[1])), np.full(len(NLI_LABELS), ABSENT_LABEL_BIAS)
    weight[regression.classes_], bias[regression.classes_] = rows, biases
    return weight, bias


def read_nli_classifier(folder: Path) -> NliClassifier | None:
    """Reads the NLI classifier that was trained with the model in this folder; None where there is none."""
    from safetensors.numpy import load_file

    if not (folder / NLI_CLASSIFIER_FILE).is_file():
        return None
    arrays = load_file(folder / NLI_CLASSIFIER_FILE)
    return arrays["weight"].astype(np.float64), arrays["bias"].astype(np.float64)


def trained_nli_classifier(losses: Mapping[str, "nn.Module"]) -> NliClassifier | None:
    """Returns the NLI classifier among the losses of a training, by kind of examples; None without NLI."""
    if "nli" not in losses:
        return None
    classifier: Any = losses["nli"].classifier
    return classifier.weight.detach().cpu().double().numpy(), classifier.bias.detach().cpu().double().numpy()
