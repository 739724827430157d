"""Prediction: what a trained model says of texts, or of pairs of texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.errors import BadSource, BadValue
from palate.shapes import Shape

if TYPE_CHECKING:
    from palate.text import Text
    from palate.training.run.trained_model import TrainedModel

Pair = tuple[str, str]
# of models of pairs, by kind: the names that the columns of both texts may have
PAIR_COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reward": (("prompt",), ("answer", "chosen", "text")),
    **dict.fromkeys(
        ("similarity", "shallow", "reduce", "adapt"),
        (("sentence1", "question1", "anchor"), ("sentence2", "question2", "positive")),
    ),
}
# kinds that predict nothing of a text, and what to use in their place
OTHER_USES = {
    "tokens": "it names the entities in a text: from palate.training.tokens import predict",
    "masked": "it fills gaps: palate fill",
    "align": "it writes: palate write",
    "static": "it gives vectors: palate encoder use",
}


@dataclass(frozen=True)
class Predictor:
    """A trained model in memory.

    pair: the columns of both texts, of a model of pairs; None of one of texts. predict: n shapes of n texts
    or pairs. Of classify label, its number in the model's list, probability and probabilities by label; with
    several labels a text labels and probabilities; of regress label, what is predicted, and number; of reward
    number, the score of the second as an answer to the first; of an encoder number, the cosine.
    """

    model: TrainedModel
    pair: tuple[tuple[str, ...], tuple[str, ...]] | None
    predict: Callable[[Sequence[Any]], list[Shape]]

    def pairs(self, file: Path) -> Iterator[Pair]:
        """Reads the pairs of a table. Raises BadSource where it lacks the columns."""
        from palate.training.run.table import read_table

        for line in read_table(file).lines:
            first, second = self.pair or ((), ())
            yield line.value(*first), line.value(*second)


def load_predictor(folder: Path) -> Predictor:
    """Loads a model that palate trained, on the device of `palate.device.on_device`.

    Raises BadSource where the folder holds none, or one that predicts nothing of a text; MissingExtra without
    [bert].
    """
    from palate.training.run.trained_model import read_trained_model

    model = read_trained_model(folder)
    if model.kind in OTHER_USES:
        raise BadSource(
            f"{folder} was made by palate train {model.kind} and predicts nothing of a text; "
            f"{OTHER_USES[model.kind]}"
        )
    make: dict[str, Any] = {"classify": _of_classes, "regress": _of_quantities, "reward": _of_answers}
    return Predictor(model, PAIR_COLUMNS.get(model.kind), make.get(model.kind, _of_likeness)(model))


def predictions(
    folder: Path, texts: Sequence[Text]
) -> tuple[list[int | float | None], Mapping[str, list[Any]]]:
    """Predicts the class of each text, as its number in the model's list of labels, with its label and
    probability; or the number that a regression gives it, with the name of what it predicts.

    folder: of a model that palate train classify or regress made. Raises BadSource where it is none,
    BadValue where it gives a text several labels, MissingExtra without [bert]."""
    predictor = load_predictor(folder)
    if predictor.model.kind not in ("classify", "regress"):
        raise BadSource(f"{folder} gives a text no number; give a model of palate train classify or regress")
    if predictor.model.labels_by is not None:
        raise BadValue(
            f"{folder} gives a text several labels, no one number; use: palate predict FILE --model"
        )
    shapes = predictor.predict([text.content for text in texts])
    names = ("label", "probability") if predictor.model.kind == "classify" else ("label",)
    return [shape["number"] for shape in shapes], {name: [shape[name] for shape in shapes] for name in names}


def _of_classes(model: TrainedModel) -> Callable[[Sequence[str]], list[Shape]]:
    from palate.training.classify import load_predict
    from palate.training.run.metrics import THRESHOLD

    predict = load_predict(model.folder)

    def shapes(texts: Sequence[str]) -> list[Shape]:
        found = []
        for row in predict(texts).tolist():
            probabilities = dict(zip(model.labels, row, strict=True))
            if model.labels_by is not None:
                labels = [label for label, probability in probabilities.items() if probability >= THRESHOLD]
                found.append({"labels": labels, "probabilities": probabilities})
                continue
            number = max(range(len(row)), key=row.__getitem__)
            best = {"label": model.labels[number], "number": number, "probability": row[number]}
            found.append({**best, "probabilities": probabilities})
        return found

    return shapes


def _of_quantities(model: TrainedModel) -> Callable[[Sequence[str]], list[Shape]]:
    from palate.training.regress import load_predict

    predict, name = load_predict(model.folder), model.columns["label"]
    return lambda texts: [{"label": name, "number": number} for number in predict(texts).tolist()]


def _of_answers(model: TrainedModel) -> Callable[[Sequence[Pair]], list[Shape]]:
    from palate.training.reward_model import RewardModel

    value = RewardModel(model.folder).value

    def shapes(pairs: Sequence[Pair]) -> list[Shape]:
        scores = value([first for first, _ in pairs], [second for _, second in pairs])
        return [{"number": score} for score in scores.tolist()]

    return shapes


def _of_likeness(model: TrainedModel) -> Callable[[Sequence[Pair]], list[Shape]]:
    import numpy as np

    from palate.training.sentences import cosines, encode_unique, load_sentence_model

    network = load_sentence_model(str(model.folder))

    def shapes(pairs: Sequence[Pair]) -> list[Shape]:
        vectors = encode_unique(network, [text for pair in pairs for text in pair])
        first, second = (np.stack([vectors[pair[side]] for pair in pairs]) for side in (0, 1))
        return [{"number": cosine} for cosine in cosines(first, second).tolist()]

    return shapes
