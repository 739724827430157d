"""RewardModel: what answers are worth by a model that `palate train reward` made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification

from palate.device import torch_device
from palate.errors import BadSource
from palate.training.reward_rows import reward_batch, reward_rows
from palate.training.run.start import load_model, load_tokenizer
from palate.training.run.trained_model import read_trained_model

BATCH = 32


class RewardModel:
    """Scores answers to prompts; higher is better, and the difference of two is the log odds of the first.

    folder: that `palate train reward` wrote. Raises BadSource where it holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        trained = read_trained_model(folder)
        if trained.kind != "reward":
            raise BadSource(f"{folder} was made by palate train {trained.kind}, expected palate train reward")
        self._tokenizer = load_tokenizer(str(folder), trained.window)
        self._model = load_model(str(folder), AutoModelForSequenceClassification).to(torch_device()).eval()

    def value(self, prompts: Sequence[str], answers: Sequence[str]) -> NDArray[np.float64]:
        """Returns (n,) scores. Costs a pass of the model over each prompt with its answer."""
        return scores_of(self._model, self._tokenizer, prompts, answers)


def scores_of(
    model: Any, tokenizer: Any, prompts: Sequence[str], answers: Sequence[str]
) -> NDArray[np.float64]:
    """Returns (n,) scores of a model in memory, in batches of similar length."""
    rows = reward_rows(tokenizer, prompts, answers)
    order = sorted(range(len(rows)), key=lambda index: len(rows[index].ids))
    scores = np.zeros(len(rows))
    with torch.inference_mode():
        for first in range(0, len(order), BATCH):
            part = order[first : first + BATCH]
            batch = reward_batch(tokenizer, [rows[index] for index in part])
            logits = model(**{name: tensor.to(model.device) for name, tensor in batch.items()}).logits
            scores[part] = logits.squeeze(-1).double().cpu().numpy()
    return scores
