"""Prediction: a text as the number that a trained model gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def prediction_report(folder: Path, text: str) -> dict[str, Any]:
    """Predicts the class of a text, as its number in the model's list of labels, with its probability; or
    the number that a regression gives it.

    folder: of a model that palate train classify or regress made. Raises BadSource where it is none,
    MissingExtra without [bert]."""
    from palate.training import classify, regress
    from palate.training.run.trained_model import read_trained_model

    model = read_trained_model(folder)
    if model.kind == "regress":
        return {"number": float(regress.predict(folder, [text])[0]), "label": model.columns["label"]}
    (probabilities,) = classify.predict(folder, [text])
    number = int(probabilities.argmax())
    return {"number": number, "label": model.labels[number], "probability": float(probabilities[number])}
