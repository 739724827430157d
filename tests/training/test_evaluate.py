import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer
from transformers import pipeline

from palate.errors import BadSource, BadValue
from palate.training.evaluate import evaluate
from palate.training.run.table import read_table
from palate.training.run.trained_model import read_trained_model
from training.animals import animals
from training.made_models import examples, write_table
from training.sentence_files import nli_file, pairs_file, sts_file, triplets_file

Made = Callable[[str], Path]


def plain(folder: Path, texts: list[str], **settings: Any) -> list[Any]:
    """What a pipeline of transformers alone says."""
    say = pipeline("text-classification", model=str(folder), device="cpu", **settings)
    found: list[Any] = say(texts, truncation=True, batch_size=8)
    return found


@pytest.mark.parametrize("kind", ["classify", "lora"])
def test_the_accuracy_of_a_classifier_is_that_of_plain_transformers(
    kind: str, made: Made, tmp_path: Path
) -> None:
    texts, labels = animals(50, 7)
    table = read_table(write_table(tmp_path / "test.csv", text=texts, label=labels))
    what, figures = evaluate(str(made(kind)), table)
    said = [one["label"] for one in plain(made(kind), texts)]
    assert what == "classify"
    assert figures["accuracy"] == np.mean([one == other for one, other in zip(said, labels, strict=True)])
    assert {"f1", "precision", "recall", "ece", "brier", "log_loss", "per_class", "confusion"} <= set(figures)
    assert sum(map(sum, figures["confusion"])) == 50


def test_other_columns_may_be_named_and_a_part_of_the_classes_is_enough(made: Made, tmp_path: Path) -> None:
    texts, _ = animals(6, 8, names=("cat",))
    table = read_table(write_table(tmp_path / "test.csv", words=texts, kind=["cat"] * 6))
    _, figures = evaluate(str(made("classify")), table, text="words", label="kind")
    assert figures["per_class"]["cat"]["support"] == 6
    with pytest.raises(
        BadSource, match=r"test\.csv, row 2: there is no column text; the columns are: words, kind"
    ):
        evaluate(str(made("classify")), table, label="kind")


def test_a_label_that_the_model_does_not_know_is_refused_with_its_row(made: Made, tmp_path: Path) -> None:
    table = read_table(write_table(tmp_path / "test.csv", text=["a cat", "a cow"], label=["cat", "cow"]))
    with pytest.raises(
        BadSource, match=r"row 3: label is 'cow', which the model does not know; it knows: cat, dog"
    ):
        evaluate(str(made("classify")), table)


def test_the_error_of_a_regression_is_that_of_plain_transformers(made: Made, tmp_path: Path) -> None:
    table = read_table(examples("regress", tmp_path / "data", seed=5))
    _, figures = evaluate(str(made("regress")), table)
    said = [one["score"] for one in plain(made("regress"), table.strings("text"), function_to_apply="none")]
    assert figures["mae"] == pytest.approx(np.abs(np.subtract(said, table.floats("label"))).mean(), rel=1e-5)
    assert figures["spearman"] == pytest.approx(spearmanr(said, table.floats("label")).statistic, abs=1e-3)
    assert {"mse", "mae", "pearson", "spearman"} <= set(figures)


def test_a_tagger_is_measured_by_entities(made: Made, tmp_path: Path) -> None:
    table = read_table(examples("tokens", tmp_path / "data", seed=5))
    what, figures = evaluate(str(made("tokens")), table)
    assert what == "tokens"
    assert {"f1", "precision", "recall", "accuracy"} <= set(figures)
    assert figures["per_class"]["pet"]["support"] == 80
    strange = read_table(write_table(tmp_path / "strange.csv", tokens=["a cat"], tags=["O B-wild"]))
    with pytest.raises(
        BadSource, match=r"row 2: tags has 'B-wild', which the model does not know; it knows: O, B-pet"
    ):
        evaluate(str(made("tokens")), strange)


def test_a_masked_model_is_measured_by_its_perplexity(made: Made, tmp_path: Path) -> None:
    table = read_table(examples("masked", tmp_path / "data", seed=5))
    what, figures = evaluate(str(made("masked")), table)
    assert what == "masked"
    assert figures["perplexity"] == pytest.approx(np.exp(figures["loss"]))
    assert 1 < figures["perplexity"] < 200


@pytest.mark.parametrize("kind", ["similarity", "reduce", "start"])
def test_a_sentence_model_is_measured_by_what_the_columns_are(
    kind: str, made: Made, tiny_bert: Path, tmp_path: Path
) -> None:
    folder = tiny_bert if kind == "start" else made(kind)
    table = read_table(sts_file(tmp_path, seed=9))
    what, figures = evaluate(str(folder), table)
    model = SentenceTransformer(str(folder), device="cpu")
    one, other = (
        model.encode(table.strings(column), normalize_embeddings=True)
        for column in ("sentence1", "sentence2")
    )
    assert what == "sts"
    expected = spearmanr((one * other).sum(axis=1), table.floats("score")).statistic
    assert figures["spearman"] == pytest.approx(expected, abs=5e-3)  # equal texts change places by rounding
    assert set(figures) == {"spearman", "pearson"}
    for write, found in ((triplets_file, ("triplets", "accuracy")), (pairs_file, ("pairs", "mrr"))):
        what, figures = evaluate(str(folder), read_table(write(tmp_path)))
        assert (what, *figures) == found
        assert 0 <= figures[found[1]] <= 1


def test_entailment_needs_a_classifier_of_the_model_or_one_that_is_fitted(
    made: Made, tiny_bert: Path, tmp_path: Path
) -> None:
    table = read_table(nli_file(tmp_path))
    assert evaluate(str(made("similarity")), table)[1]["accuracy"] >= 0
    with pytest.raises(
        BadSource, match="has no classifier of entailment; name examples to fit one on with --fit"
    ):
        evaluate(str(tiny_bert), table)
    what, figures = evaluate(str(tiny_bert), table, fit=table)
    assert (what, *figures) == ("nli", "accuracy")


def test_columns_that_say_nothing_about_sentences_are_listed(tiny_bert: Path, tmp_path: Path) -> None:
    table = read_table(write_table(tmp_path / "test.csv", text=["a"], label=["b"]))
    with pytest.raises(
        BadSource, match=r"is a sentence model, which is measured by columns .*; .*test\.csv has text, label"
    ):
        evaluate(str(tiny_bert), table)
    with pytest.raises(BadValue, match="leave --text-column and --label-column out"):
        evaluate(str(tiny_bert), table, text="text")


def test_an_nli_classifier_cannot_be_fitted_on_a_classifier(made: Made, tmp_path: Path) -> None:
    table = read_table(nli_file(tmp_path))
    with pytest.raises(BadValue, match="was made by palate train classify"):
        evaluate(str(made("classify")), table, fit=table)


@pytest.mark.parametrize("kind", ["classify", "regress", "tokens", "masked"])
def test_figures_are_json(kind: str, made: Made, tmp_path: Path) -> None:
    _, figures = evaluate(str(made(kind)), read_table(examples(kind, tmp_path / "data", seed=3, n=9)))
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert read_trained_model(made(kind)).kind == kind
