import os
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_expit, logsumexp

from palate.training.reward_loss import ranking_loss, rankings_loss

SCORES = st.lists(st.floats(-4, 4), min_size=2, max_size=5)


@given(better=st.floats(-5, 5), worse=st.floats(-5, 5), margin=st.floats(0, 2))
def test_two_answers_are_bradley_and_terrys(better: float, worse: float, margin: float) -> None:
    expected = -log_expit(better - worse - margin)
    scores = torch.tensor([worse, better], dtype=torch.float64)
    assert float(ranking_loss(scores, [1, 0], margin)) == pytest.approx(expected, abs=1e-9)


@given(one=st.floats(-5, 5), two=st.floats(-5, 5))
def test_a_tie_of_two_is_half_a_win_for_each(one: float, two: float) -> None:
    expected = -(log_expit(one - two) + log_expit(two - one)) / 2
    assert float(ranking_loss(torch.tensor([one, two], dtype=torch.float64), [0, 0])) == pytest.approx(
        expected
    )


@given(SCORES)
def test_longer_rankings_are_plackett_and_luces(scores: list[float]) -> None:
    """Against choosing the best from what is left, and their chances sum to 1 over all orders."""
    values = torch.tensor(scores, dtype=torch.float64)
    expected = -sum(scores[i] - logsumexp(scores[i:]) for i in range(len(scores)))
    assert float(ranking_loss(values, list(range(len(scores))))) == pytest.approx(expected, abs=1e-9)
    if len(scores) <= 4:
        chances = [
            np.exp(-float(ranking_loss(values[list(order)], list(range(len(scores))))))
            for order in permutations(range(len(scores)))
        ]
        assert sum(chances) == pytest.approx(1)


def test_the_loss_of_pairs_equals_trls(tmp_path: Path) -> None:
    """TRL's RewardTrainer computes the loss of one batch of a small model."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForSequenceClassification
    from trl.trainer.reward_config import RewardConfig
    from trl.trainer.reward_trainer import RewardTrainer

    from model.small_model import small_tokenizer

    tokenizer = small_tokenizer()
    config = LlamaConfig(
        vocab_size=300,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_labels=1,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(0)
    model: Any = LlamaForSequenceClassification(config)  # type: ignore[no-untyped-call]
    rows = [{"chosen": "the cat", "rejected": "a dog barks"}, {"chosen": "one", "rejected": "two three"}]
    arguments = RewardConfig(
        output_dir=str(tmp_path),
        report_to=[],
        bf16=False,
        gradient_checkpointing=False,
        dataloader_pin_memory=False,
        disable_tqdm=True,
    )
    trainer: Any = RewardTrainer(
        model=model, args=arguments, train_dataset=Dataset.from_list(rows), processing_class=tokenizer
    )
    batch = next(iter(trainer.get_train_dataloader()))
    model.eval()
    theirs = float(trainer.compute_loss(model, batch).detach())
    with torch.no_grad():
        scores = model(batch["input_ids"], attention_mask=batch["attention_mask"]).logits.squeeze(-1)
    half = len(scores) // 2
    pairs = torch.stack([scores[:half], scores[half:]], dim=1).flatten()
    assert float(rankings_loss(pairs, [[0, 1]] * half, [0.0] * half)) == pytest.approx(theirs, abs=1e-4)
