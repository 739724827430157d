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

from palate.training.example_sets import ExampleSet, read_pairs
from palate.training.run.table import read_table
from palate.training.sentence_figures import main_figure, reciprocal_rank, sentence_figures
from palate.training.sentences import cosines, load_sentence_model
from training.sentence_files import pairs_file, sts_file, triplets_file


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


def test_sts_decides_before_all_others() -> None:
    assert (main_figure(["nli", "sts"]), main_figure(["nli"]), main_figure(["nli", "pairs"])) == (
        "sts_spearman",
        "nli_accuracy",
        "pairs_mrr",
    )
