"""One training by transformers' Trainer: what is optimised how, which weights are kept, and what it is
told.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file
from transformers import (
    AutoModelForSequenceClassification,
    DataCollatorWithPadding,
    TrainingArguments,
    get_scheduler,
)

from palate.training.classifier import cross_entropy, tokenise
from palate.training.run.lengths import LengthTrainer
from palate.training.run.loop import run_training, trainer_arguments
from palate.training.run.resume import begin_training
from palate.training.run.settings import TrainingSettings
from palate.training.run.start import load_model, load_tokenizer
from training.animals import animals

SETTINGS = TrainingSettings(epochs=3, batch=8, rate=1e-2, checks=2, patience=0, dropout=0.0)


def trainer_of(
    out: Path, start: Path, settings: TrainingSettings, *, held: Sequence[int] | None = None, **others: Any
) -> LengthTrainer:
    """A trainer for 60 texts of two classes. held: labels of the validation texts in place of the true
    ones.
    """
    tokenizer = load_tokenizer(str(start), 12)
    parts = []
    for n, seed in ((60, 0), (20, 1)):
        texts, labels = animals(n, seed)
        rows, _ = tokenise(tokenizer, texts)
        parts.append(
            [{**row, "labels": int(label == "dog")} for row, label in zip(rows, labels, strict=True)]
        )
    if held:
        parts[1] = [{**row, "labels": label} for row, label in zip(parts[1], held, strict=True)]
    begin_training(out, {"held": held})
    transformers.set_seed(settings.seed)
    model = load_model(
        str(start),
        AutoModelForSequenceClassification,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    made = TrainingArguments(
        **{
            **trainer_arguments(settings, out, 60, best_figure="loss", greater_is_better=False),
            "use_cpu": True,
            **others,
        },
        remove_unused_columns=False,
    )
    return LengthTrainer(
        model=model,
        args=made,
        train_dataset=parts[0],
        eval_dataset=parts[1],
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_loss_func=cross_entropy(),
    )


def weights(trainer: LengthTrainer) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in trainer.model.state_dict().items()}  # type: ignore[union-attr]


def test_the_rate_rises_and_falls_as_transformers_linear_schedule_says(
    tiny_bert: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, warmup=0.25, checks=1, accumulate=2)
    told: list[Mapping[str, float]] = []
    trainer = trainer_of(tmp_path, tiny_bert, settings, logging_steps=1)
    run = run_training(trainer, tmp_path, settings, told.append)
    steps = 3 * math.ceil(8 / 2)
    assert run.steps == steps
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=settings.peak_rate)
    schedule = get_scheduler("linear", optimizer, num_warmup_steps=steps // 4, num_training_steps=steps)
    expected = []
    for _ in range(steps):
        optimizer.step()
        expected.append(schedule.get_last_lr()[0])
        schedule.step()
    assert [facts["learning_rate"] for facts in run.history if "learning_rate" in facts] == pytest.approx(
        expected
    )
    assert list(dict.fromkeys(facts["step"] for facts in told)) == list(range(1, steps + 1))
    assert all(facts["steps"] == steps for facts in told)


def test_biases_and_norms_do_not_decay(tiny_bert: Path, tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, tiny_bert, replace(SETTINGS, decay=0.3))
    optimizer: Any = trainer.create_optimizer()
    decay = {
        id(weight): group["weight_decay"] for group in optimizer.param_groups for weight in group["params"]
    }
    for name, weight in trainer.model.named_parameters():  # type: ignore[union-attr]
        assert decay[id(weight)] == (0.0 if name.endswith("bias") or "LayerNorm" in name else 0.3), name


@pytest.mark.parametrize("clip", [0.0, 0.5])
def test_batches_that_are_accumulated_equal_one_large_batch(
    tiny_bert: Path, tmp_path: Path, clip: float
) -> None:
    """With the same examples in each step: here all 60 of them."""
    found = []
    for batch, accumulate in ((60, 1), (7, 9)):
        settings = replace(SETTINGS, batch=batch, accumulate=accumulate, checks=1, clip=clip)
        out = tmp_path / f"{batch}"
        trainer = trainer_of(out, tiny_bert, settings, load_best_model_at_end=False, optim="sgd")
        assert run_training(trainer, out, settings, lambda _: None).steps == 3
        found.append(weights(trainer))
    for name, weight in found[0].items():
        torch.testing.assert_close(weight, found[1][name])


def test_the_weights_of_the_best_evaluation_are_kept_to_the_last_norm(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """The validation labels are turned around, so that the first evaluation is the best."""
    held = [int(label == "cat") for label in animals(20, 1)[1]]
    trainer = trainer_of(tmp_path, tiny_bert, SETTINGS, held=held)
    run = run_training(trainer, tmp_path, SETTINGS, lambda _: None)
    losses = {int(facts["step"]): facts["eval_loss"] for facts in run.history if "eval_loss" in facts}
    assert run.best_step == min(losses, key=lambda step: losses[step]) < run.steps
    kept = weights(trainer)
    stored = load_file(tmp_path / "checkpoints" / f"checkpoint-{run.best_step}" / "model.safetensors")
    assert stored.keys() == kept.keys()
    for name, weight in kept.items():
        assert torch.equal(weight, stored[name]), name


def test_a_training_that_stopped_early_is_over_also_after_a_kill(tiny_bert: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=9, patience=2)
    held = [int(label == "cat") for label in animals(20, 1)[1]]
    first = trainer_of(tmp_path, tiny_bert, settings, held=held)
    run = run_training(first, tmp_path, settings, lambda _: None)
    assert run.steps < 9 * 8
    second = trainer_of(tmp_path, tiny_bert, settings, held=held)
    again = run_training(second, tmp_path, settings, lambda _: None)
    assert (again.steps, again.best_step, again.history[:-1]) == (
        run.steps,
        run.best_step,
        run.history[: len(again.history) - 1],
    )
    for name, weight in weights(first).items():
        assert torch.equal(weight, weights(second)[name]), name


@pytest.mark.parametrize("clip", [0.01, 1.0])
def test_no_step_is_longer_than_the_clipped_gradient_allows(
    tiny_bert: Path, tmp_path: Path, clip: float
) -> None:
    settings = replace(SETTINGS, clip=clip, epochs=0.1, decay=0.0, warmup=0.0, rate=1.0)
    trainer = trainer_of(tmp_path, tiny_bert, settings, optim="sgd", load_best_model_at_end=False)
    before = weights(trainer)
    assert run_training(trainer, tmp_path, settings, lambda _: None).steps == 1
    moved = [
        (weight - before[name]).double().square().sum().item() for name, weight in weights(trainer).items()
    ]
    assert np.sqrt(sum(moved)) <= clip * 1.001
