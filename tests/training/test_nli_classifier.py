from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

from palate.training.example_sets import read_nli
from palate.training.nli_classifier import fit_nli_classifier, nli_features
from palate.training.run.table import read_table
from palate.training.sentence_figures import sentence_figures
from palate.training.sentences import load_sentence_model
from training.sentence_files import nli_file, texts, write


@pytest.fixture(scope="module")
def model(tiny_bert: Path) -> SentenceTransformer:
    return load_sentence_model(str(tiny_bert))


def test_without_a_classifier_a_model_is_judged_by_one_fitted_to_training_pairs(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    table = read_table(nli_file(tmp_path))
    assert sentence_figures(model, nli=table) == {}
    found = sentence_figures(model, nli=table, nli_train=table)["nli_accuracy"]
    weight, bias = fit_nli_classifier(model, read_nli([table]))
    seen = nli_features(
        *(model.encode(table.strings(name)).astype(float) for name in ("premise", "hypothesis"))
    )
    scale = np.sqrt((seen**2).mean())
    own = LogisticRegression(C=0.002, max_iter=1000).fit(seen / scale, read_nli([table]).targets)
    np.testing.assert_allclose(weight * scale, own.coef_, atol=1e-4)
    np.testing.assert_allclose(bias, own.intercept_, atol=1e-4)
    assert found == pytest.approx(own.score(seen / scale, read_nli([table]).targets))


def test_a_classifier_fitted_on_two_labels_never_predicts_the_third(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    labels = ["contradiction", "entailment"] * 15
    table = read_table(
        write(tmp_path / "two.csv", {"premise": texts(30, 1), "hypothesis": texts(30, 2), "label": labels})
    )
    weight, bias = fit_nli_classifier(model, read_nli([table]))
    seen = nli_features(
        *(model.encode(table.strings(name)).astype(float) for name in ("premise", "hypothesis"))
    )
    logits = seen @ weight.T + bias
    assert set(logits.argmax(axis=1)) <= {0, 2}
    own = LogisticRegression(C=0.002, max_iter=1000).fit(seen / np.sqrt((seen**2).mean()), labels)
    # log odds of entailment, the later name
    expected = own.decision_function(seen / np.sqrt((seen**2).mean()))
    np.testing.assert_allclose(logits[:, 0] - logits[:, 2], expected, atol=1e-4)
