"""palate's estimators keep what scikit-learn asks of estimators, and learn texts."""

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

from palate.encoder.choose import make_encoder
from palate.errors import UnknownName
from palate.estimators import PalateClassifier, PalateVectorizer
from palate.estimators.classifier import TASTES
from palate.text import Text

PETS = ["A cat asleep in the sun", "Two kittens play with wool", "The old dog barks", "A puppy and its ball"]
MONEY = ["Yields of bonds rose", "The bank lends money", "Shares fell on Monday", "Taxes and budgets grow"]
COOKS = ["Bake the bread for an hour", "Salt the soup", "A cake with butter", "Boil the rice in milk"]
TEXTS, LABELS = [*PETS, *MONEY, *COOKS], ["pets"] * 4 + ["money"] * 4 + ["cooks"] * 4
SKIPPED = {"check_array_api_input"}  # runs only where SCIPY_ARRAY_API is set


def checks() -> list[Any]:
    # with xfail none is run here, and those that another environment must switch on are left out
    return [
        pytest.param(estimator, check, id=f"{estimator.taste}-{getattr(check, 'func', check).__name__}")
        for taste in TASTES
        for estimator, check in estimator_checks_generator(PalateClassifier(taste=taste))
        if getattr(check, "func", check).__name__ not in SKIPPED
    ]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("estimator", "check"), checks())
def test_the_classifier_passes_the_checks_of_scikit_learn(estimator: PalateClassifier, check: Any) -> None:
    check(estimator)


def test_vectors_are_those_of_the_encoder() -> None:
    vectorizer = PalateVectorizer().fit(TEXTS)
    vectors = vectorizer.transform(np.array(TEXTS, dtype=object))
    np.testing.assert_array_equal(vectors, make_encoder("static").encode(TEXTS))
    assert len(set(vectorizer.get_feature_names_out())) == vectors.shape[1]
    assert vectorizer.set_output(transform="default") is vectorizer
    np.testing.assert_array_equal(clone(vectorizer).fit_transform([Text.of(TEXTS[0])]), vectors[:1])
    copy = pickle.dumps(vectorizer)
    assert len(copy) < 1000
    np.testing.assert_array_equal(pickle.loads(copy).transform(TEXTS), vectors)


@pytest.mark.parametrize("given", [[], [[1.0, 2.0]], np.eye(2), 3, "one text"])
def test_the_vectorizer_refuses_what_is_no_list_of_texts(given: Any) -> None:
    with pytest.raises(ValueError, match="list"):
        PalateVectorizer().fit(given)


def test_what_was_not_fitted_says_so() -> None:
    with pytest.raises(NotFittedError):
        PalateVectorizer().transform(TEXTS)
    with pytest.raises(NotFittedError):
        PalateClassifier().predict(TEXTS)


def test_unknown_names_are_refused_with_the_choices() -> None:
    with pytest.raises(UnknownName, match="choose one of: bayes, gradient, margin"):
        PalateClassifier(taste="best").fit(TEXTS, LABELS)
    with pytest.raises(UnknownName, match="there is no encoder"):
        PalateVectorizer(encoder="best").fit(TEXTS)


@pytest.mark.parametrize("taste", TASTES)
def test_the_classifier_learns_texts(taste: str) -> None:
    classifier = PalateClassifier(taste=taste).fit(TEXTS, LABELS)
    assert classifier.classes_.tolist() == ["cooks", "money", "pets"]
    assert classifier.predict(["Kittens asleep", "Bonds and shares", "Butter for the bread"]).tolist() == [
        "pets",
        "money",
        "cooks",
    ]
    chances = classifier.predict_proba(TEXTS)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert classifier.score(TEXTS, LABELS) == 1
    copy = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(copy.predict_proba(TEXTS), chances)


def test_likes_and_dislikes_are_one_taste() -> None:
    classifier = PalateClassifier().fit([*PETS, *MONEY], [1] * 4 + [0] * 4)
    assert classifier.predict(["A kitten", "A bond"]).tolist() == [1, 0]
    turned = PalateClassifier().fit([*PETS, *MONEY], [0] * 4 + [1] * 4)
    np.testing.assert_allclose(
        classifier.predict_proba(TEXTS), turned.predict_proba(TEXTS)[:, ::-1], atol=1e-9
    )


def test_batches_of_vectors_end_as_all_at_once() -> None:
    """The first batch fixes average and spread; with these, learning in parts is learning at once."""
    X, y = make_blobs(120, centers=3, random_state=0)
    first = PalateClassifier().partial_fit(X, y, classes=[0, 1, 2])
    begun = PalateClassifier().partial_fit(X, y, classes=[0, 1, 2])
    for start in range(0, 120, 40):
        begun.partial_fit(X[start : start + 40], y[start : start + 40])
    first.partial_fit(X, y)
    np.testing.assert_allclose(begun.predict_proba(X), first.predict_proba(X), atol=1e-9)


def test_partial_fit_refuses_classes_that_it_was_not_told_of() -> None:
    with pytest.raises(ValueError, match="classes must be given"):
        PalateClassifier().partial_fit(PETS, ["pets"] * 4)
    classifier = PalateClassifier().partial_fit(TEXTS, LABELS, classes=["cooks", "money", "pets"])
    with pytest.raises(ValueError, match=r"not among the classes .*sport"):
        classifier.partial_fit(["A goal"], ["sport"])
    with pytest.raises(ValueError, match="not those of the first"):
        classifier.partial_fit(["A goal"], ["pets"], classes=["pets", "sport"])
    classifier.partial_fit(["A hamster in its wheel"], ["pets"])
    assert classifier.predict(["a hamster"]).tolist() == ["pets"]


def test_texts_and_vectors_are_not_mixed() -> None:
    vectors = PalateVectorizer().fit_transform(TEXTS)
    with pytest.raises(ValueError, match="fitted on vectors and got texts"):
        PalateClassifier().fit(vectors, LABELS).predict(TEXTS)
    with pytest.raises(ValueError, match="fitted on texts and got vectors"):
        PalateClassifier().fit(TEXTS, LABELS).predict(vectors)
    with pytest.raises(ValueError, match="a list of texts"):
        PalateClassifier().fit(TEXTS, LABELS).predict("one text")
    with pytest.raises(ValueError, match="inconsistent numbers"):
        PalateClassifier().fit(TEXTS, LABELS[:-1])


def test_a_column_of_a_frame_is_texts() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": TEXTS, "label": LABELS})
    fitted = PalateClassifier().fit(frame["text"], frame["label"])
    np.testing.assert_array_equal(
        fitted.predict_proba(frame["text"]), PalateClassifier().fit(TEXTS, LABELS).predict_proba(TEXTS)
    )


def test_they_work_in_pipelines_and_searches() -> None:
    for pipeline in (
        make_pipeline(PalateVectorizer(), LogisticRegression()),
        make_pipeline(PalateVectorizer(), PalateClassifier()),
        make_pipeline(PalateClassifier()),
    ):
        assert cross_val_score(clone(pipeline), TEXTS, LABELS, cv=2).mean() > 0.6
    search = GridSearchCV(PalateClassifier(), {"taste": ["gradient", "bayes"]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_params_["taste"] in TASTES


def test_without_scikit_learn_the_mend_is_told_and_palate_imports() -> None:
    program = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import palate\n"
        "from palate.errors import MissingExtra\n"
        "try:\n    import palate.estimators\nexcept MissingExtra as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'palate[insight]'" in done.stdout
