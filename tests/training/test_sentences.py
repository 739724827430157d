from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import (
    InformationRetrievalEvaluator,
    TripletEvaluator,
)
from sklearn.linear_model import LogisticRegression

from palate.errors import BadSource, UnknownName
from palate.training.example_sets import ExampleSet, read_nli, read_pairs
from palate.training.nli_classifier import fit_nli_classifier, nli_features
from palate.training.run.table import read_table
from palate.training.sentence_figures import main_figure, reciprocal_rank, sentence_figures
from palate.training.sentences import cosines, load_sentence_model
from training.sentence_files import nli_file, pairs_file, sts_file, texts, triplets_file, write


@pytest.fixture(scope="module")
def model(tiny_bert: Path) -> SentenceTransformer:
    return load_sentence_model(str(tiny_bert))


def test_likeness_is_the_correlation_of_cosines_with_scores(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    table = read_table(sts_file(tmp_path))
    figures = sentence_figures(model, sts=table)
    left, right = (model.encode(table.strings(column)) for column in ("sentence1", "sentence2"))
    cosine = model.similarity_pairwise(left, right)
    scores = table.floats("score")
    assert figures["sts_spearman"] == pytest.approx(spearmanr(cosine, scores)[0], abs=1e-3)
    assert figures["sts_pearson"] == pytest.approx(pearsonr(cosine, scores)[0], abs=1e-5)


def test_triplets_are_right_as_often_as_sentence_transformers_says(
    model: SentenceTransformer, tmp_path: Path
) -> None:
    table = read_table(triplets_file(tmp_path))
    anchors, near, far = (table.strings(name) for name in ("anchor", "positive", "negative"))
    expected = TripletEvaluator(anchors, near, far)(model)["cosine_accuracy"]
    assert sentence_figures(model, triplets=table) == {"triplet_accuracy": pytest.approx(expected)}


def test_partners_rank_as_sentence_transformers_says(model: SentenceTransformer, tmp_path: Path) -> None:
    table = read_table(pairs_file(tmp_path))
    source = read_pairs([table])
    corpus: dict[str, Any] = {str(place): text for place, text in enumerate(source.texts[1])}
    queries: dict[str, Any] = {
        str(place): text for place, text in enumerate(source.texts[0]) if source.targets[place]
    }
    judge = InformationRetrievalEvaluator(
        queries, corpus, {place: {place} for place in queries}, mrr_at_k=[len(corpus)]
    )
    expected = judge(model)[f"cosine_mrr@{len(corpus)}"]
    assert sentence_figures(model, pairs=table)["pairs_mrr"] == pytest.approx(expected, abs=1e-6)


@given(seed=st.integers(0, 999))
def test_the_rank_is_that_of_the_best_partner_among_the_others(seed: int) -> None:
    """Against a slow loop; an anchor that is itself among the candidates is no answer to itself."""
    names = dict(zip("abcxyz", np.random.default_rng(seed).normal(size=(6, 2)), strict=True))
    source = ExampleSet("pairs", (tuple("aabbc"), tuple("xyzya")), (1, 1, 1, 0, 1))
    found = []
    for anchor, right in {"a": "xy", "b": "z", "c": "a"}.items():
        near = {text: cosines(names[anchor][None], names[text][None])[0] for text in "xyza" if text != anchor}
        best = max(near[text] for text in right)
        found.append(1 / (1 + sum(near[text] > best for text in near if text not in right)))
    assert reciprocal_rank(source, names) == pytest.approx(np.mean(found))


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


def test_a_plain_transformer_gets_a_fresh_mean_pooling(tiny_bert: Path) -> None:
    plain = load_sentence_model(str(tiny_bert.with_name(tiny_bert.name + "-plain")))
    both = ["a b c", "the cat"]
    np.testing.assert_allclose(
        plain.encode(both), load_sentence_model(f"sbert:{tiny_bert}").encode(both), atol=1e-6
    )


def test_the_window_is_never_longer_than_the_model_can_take(tiny_bert: Path) -> None:
    assert (
        load_sentence_model(str(tiny_bert), 6).max_seq_length,
        load_sentence_model(str(tiny_bert), 99).max_seq_length,
    ) == (6, 12)


def test_sts_decides_before_all_others() -> None:
    assert (main_figure(["nli", "sts"]), main_figure(["nli"]), main_figure(["nli", "pairs"])) == (
        "sts_spearman",
        "nli_accuracy",
        "pairs_mrr",
    )


def test_what_is_no_sentence_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(BadSource, match="is no model that sentence-transformers can load"):
        load_sentence_model(str(tmp_path))
    with pytest.raises(UnknownName, match="start from minilm"):
        load_sentence_model("static")
