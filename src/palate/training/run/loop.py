"""The training loop: one run of transformers' Trainer or of a trainer made from it, from its first step or
from the checkpoint at which it was stopped.
"""

import json
import math
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback, TrainerState

from palate.device import torch_device
from palate.training.run.resume import (
    CHECKPOINTS,
    STATE_FILE,
    last_checkpoint,
    report_full_disk,
    require_space,
)
from palate.training.run.settings import TrainingSettings

SAVE_INTERVAL_S = 60.0  # seconds of work that a kill can cost, beside one step
# called with step, steps and epoch at every step, and with loss, rate and figures as they come
StepCallback = Callable[[Mapping[str, float]], None]


@dataclass(frozen=True)
class TrainingRun:
    """What a training logged and what it cost.

    history: the log in order, each entry with step and epoch. best_step: the step whose weights were kept.
    seconds, peak_mb: of the last process that worked on it, from step `resumed_step` on.
    """

    history: tuple[Mapping[str, float], ...]
    steps: int
    best_step: int
    resumed_step: int
    seconds: float
    peak_mb: float
    parameters: int
    trainable: int


def trainer_arguments(
    settings: TrainingSettings, out: Path, n_examples: int, *, best_figure: str, greater_is_better: bool
) -> dict[str, Any]:
    """Returns the arguments of transformers' TrainingArguments for these settings.

    best_figure: the figure that decides which weights are kept.
    """
    device = torch_device()
    steps = math.ceil(math.ceil(n_examples / settings.batch) / settings.accumulate)  # of an epoch
    interval = max(1, math.ceil(min(steps, steps * settings.epochs) / settings.checks))
    return {
        "output_dir": str((out / CHECKPOINTS).resolve()),
        "num_train_epochs": settings.epochs,
        "per_device_train_batch_size": settings.batch,
        "per_device_eval_batch_size": 2 * settings.batch,
        "gradient_accumulation_steps": settings.accumulate,
        "learning_rate": settings.peak_rate,
        "warmup_steps": math.ceil(settings.warmup * steps * settings.epochs),
        "weight_decay": settings.decay,
        "max_grad_norm": settings.clip,
        "lr_scheduler_type": "linear",
        "seed": settings.seed,
        "use_cpu": device == "cpu",
        "bf16": device == "cuda" and torch.cuda.is_bf16_supported(),
        "eval_strategy": "steps",
        "eval_steps": interval,
        "save_strategy": "steps",
        "save_steps": interval,
        "save_total_limit": 2,
        "logging_steps": max(1, interval // 10),
        "load_best_model_at_end": True,
        "metric_for_best_model": best_figure,
        "greater_is_better": greater_is_better,
        "restore_callback_states_from_checkpoint": True,
        "dataloader_pin_memory": device == "cuda",
        "report_to": "none",
        "disable_tqdm": True,
    }


def run_training(trainer: Any, out: Path, settings: TrainingSettings, on_step: StepCallback) -> TrainingRun:
    """Trains to the end and leaves the best weights in trainer.model.

    A kill costs what came after the last checkpoint; called again with the same arguments, the training ends
    in the same weights as if nothing had happened.

    trainer: made with `trainer_arguments` and the model in its first state. out: a folder that
    `resume.begin_training` made ready. Raises BadFolder where the disk has no room.
    """
    parameters = [(weight.numel(), weight.requires_grad) for weight in trainer.model.parameters()]
    total, trainable = sum(n for n, _ in parameters), sum(n for n, trained in parameters if trained)
    require_space(out, 4 * total if trainable == total else 4 * trainable)
    # transformers 5.3 divides by it, and accelerate would once more
    trainer.accelerator.gradient_accumulation_steps = 1
    # transformers 5.3 would save norms as gamma and beta, which it does not find again in a
    for part in trainer.model.modules():
        vars(part).pop("_weight_conversions", None)  # checkpoint, neither to go on nor for the best weights
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(_Progress(on_step))
    if settings.patience:
        trainer.add_callback(EarlyStoppingCallback(settings.patience))
    checkpoint = last_checkpoint(out)
    started = time.monotonic()
    with report_full_disk(out):
        if checkpoint and _stopped_early(checkpoint, settings.patience):
            trainer.state = TrainerState.load_from_json(str(checkpoint / STATE_FILE))
            trainer._load_best_model()
        else:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    state = trainer.state
    return TrainingRun(
        history=tuple(
            {name: value for name, value in logs.items() if isinstance(value, int | float)}
            for logs in state.log_history
        ),
        steps=state.global_step,
        best_step=state.best_global_step or state.global_step,
        resumed_step=int(checkpoint.name.split("-")[1]) if checkpoint else 0,
        seconds=time.monotonic() - started,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        parameters=total,
        trainable=trainable,
    )


def _stopped_early(checkpoint: Path, patience: int) -> bool:
    """Returns whether training had been stopped early when this checkpoint was written: transformers would
    train on from there.
    """
    callbacks = json.loads((checkpoint / STATE_FILE).read_text("utf-8"))["stateful_callbacks"]
    stopping = callbacks.get("EarlyStoppingCallback", {}).get("attributes", {})
    return bool(patience and stopping.get("early_stopping_patience_counter", 0) >= patience)


class _Progress(TrainerCallback):
    """Saves when there is much to lose, evaluates at the last step too, and reports to `on_step`."""

    def __init__(self, on_step: StepCallback) -> None:
        self._report = on_step
        self._saved_at = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        if state.global_step >= state.max_steps:
            control.should_evaluate = True
        if time.monotonic() - self._saved_at > SAVE_INTERVAL_S:
            control.should_save = True
        self._report({"step": state.global_step, "steps": state.max_steps, "epoch": state.epoch})
        return control

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        self._saved_at = time.monotonic()
        return control

    def on_log(self, args: Any, state: Any, control: Any, **extra: Any) -> Any:  # noqa: ARG002
        facts = {"step": state.global_step, "steps": state.max_steps, "epoch": state.epoch}
        self._report({**facts, **extra["logs"]})
        return control
