"""Prediction: texts as the numbers that a trained model gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from palate.text import Text


def predictions(
    folder: Path, texts: Sequence[Text]
) -> tuple[list[int | float | None], Mapping[str, list[Any]]]:
    """Predicts the class of each text, as its number in the model's list of labels, with its label and
    probability; or the number that a regression gives it, with the name of what it predicts.

    folder: of a model that palate train classify or regress made. Raises BadSource where it is none,
    MissingExtra without [bert]."""
    from palate.training import classify, regress
    from palate.training.run.trained_model import read_trained_model

    model, contents = read_trained_model(folder), [text.content for text in texts]
    if model.kind == "regress":
        return regress.predict(folder, contents).tolist(), {"label": [model.columns["label"]] * len(texts)}
    probabilities = classify.predict(folder, contents)
    numbers = probabilities.argmax(axis=1).tolist()
    return numbers, {
        "label": [model.labels[number] for number in numbers],
        "probability": probabilities.max(axis=1).tolist(),
    }
