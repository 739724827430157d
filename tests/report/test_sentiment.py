from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource, BadValue
from palate.feature.polarity import polarity
from palate.report.pile import pile_of
from palate.report.sentiment import SentimentTotal, sentiment_of
from palate.text import Text

TEXTS = [
    Text.of("A delightful film.", source="one", published=datetime(2026, 1, 3, tzinfo=UTC)),
    Text.of("An awful, boring film.", source="one", published=datetime(2026, 2, 3, tzinfo=UTC)),
    Text.of("A film about trains.", source="other", published=datetime(2026, 2, 9, tzinfo=UTC)),
    Text.of("I love it, a wonderful day."),
]


def test_a_text_has_its_polarity_and_the_words_that_carried_it() -> None:
    found = sentiment_of(pile_of(TEXTS))
    assert np.sign(found.polarities).tolist() == [1, -1, 0, 1]
    assert [[word for word, _ in words] for words in found.words[:3]] == [
        ["delightful"],
        ["boring", "awful"],
        [],
    ] or ({word for word, _ in found.words[1]} == {"awful", "boring"})
    assert found.shape()[2] == {"id": TEXTS[2].id, "polarity": 0.0, "words": {}}


def test_totals_are_those_of_their_texts() -> None:
    found = sentiment_of(pile_of(TEXTS))
    values = found.polarities
    assert found.totals("source") == (
        SentimentTotal("", 1, 1, 0, float(values[3])),
        SentimentTotal("one", 2, 1, 1, float(values[:2].mean())),
        SentimentTotal("other", 1, 0, 0, 0.0),
    )
    assert [(total.name, total.n) for total in found.totals("month")] == [
        ("", 1),
        ("2026-01", 1),
        ("2026-02", 2),
    ]


@pytest.mark.parametrize(
    ("one", "sign"),
    [
        ("not a good film", -1),
        ("it isn't bad", 1),
        ("it isn’t bad", 1),
        ("never boring", 1),
        ("does n't help", -1),
        ("slow, but wonderful", 1),
        ("wonderful, but slow and boring", -1),
        ("Überraschend", 0),
        ("", 0),
    ],
)
def test_negations_and_turns_are_heeded(one: str, sign: int) -> None:
    assert np.sign(polarity(one).value) == sign


def test_emphasis_counts() -> None:
    plain, more, less = (polarity(text).value for text in ("good", "very good", "somewhat good"))
    assert more > plain > less > 0


def test_a_frame_and_a_table_are_made() -> None:
    pytest.importorskip("pandas")
    found = sentiment_of(pile_of(TEXTS))
    assert found.to_frame()["polarity"].tolist() == found.polarities.tolist()
    assert "delightful" in found._repr_html_()


def test_no_texts_have_no_polarity() -> None:
    found = sentiment_of(pile_of([]))
    assert (found.shape(), found.totals("source")) == ([], ())


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with pytest.raises(BadSource, match="holds no model that palate trained"):
        sentiment_of(pile_of(TEXTS), model=tmp_path)


def test_a_classifier_needs_a_class_that_is_positive(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from palate.training.run.trained_model import TrainedModel, write_trained_model

    write_trained_model(TrainedModel(tmp_path, "classify", "minilm", labels=("cat", "dog")))
    with pytest.raises(
        BadValue, match="has the classes cat, dog; sentiment needs one that is called positive"
    ):
        sentiment_of(pile_of(TEXTS), model=tmp_path)
