"""Run: one training with transformers' Trainer or one made from it, from its first step or from where it was
stopped.
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

from palate.training.run.resume import CHECKPOINTS, STATE, ask_room, full_disk, last_checkpoint
from palate.training.run.settings import Settings

SAVE_EVERY_S = 60.0  # seconds of work that a kill can cost, beside one step
# told step, steps and epoch at every step, and loss, rate and figures as they come
Watch = Callable[[Mapping[str, float]], None]


@dataclass(frozen=True)
class Run:
    """What a training came to. history: what was logged, in order, with step and epoch. best: step whose
    weights were kept.

    seconds, peak_mb: of the last process that worked on it, from step `resumed` on.
    """

    history: tuple[Mapping[str, float], ...]
    steps: int
    best: int
    resumed: int
    seconds: float
    peak_mb: float
    parameters: int
    trainable: int


def arguments(settings: Settings, out: Path, n: int, *, best: str, greater: bool) -> dict[str, Any]:
    """The TrainingArguments of these settings for n examples. best: the figure that decides which weights are
    kept.
    """
    steps = math.ceil(math.ceil(n / settings.batch) / settings.accumulate)  # of an epoch
    every = max(1, math.ceil(min(steps, steps * settings.epochs) / settings.checks))
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
        "bf16": torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
        "eval_strategy": "steps",
        "eval_steps": every,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        "logging_steps": max(1, every // 10),
        "load_best_model_at_end": True,
        "metric_for_best_model": best,
        "greater_is_better": greater,
        "restore_callback_states_from_checkpoint": True,
        "dataloader_pin_memory": torch.cuda.is_available(),
        "report_to": "none",
        "disable_tqdm": True,
    }


def run(trainer: Any, out: Path, settings: Settings, watch: Watch) -> Run:
    """Train to the end and leave the best weights in trainer.model.

    trainer: made with `arguments` and the model in its first state. out: a folder that `resume.begin` made
    ready. A kill costs what came after the last checkpoint; called again with the same, it ends in the same
    weights as if nothing had happened. Raises BadFolder where the disk has no room."""
    parameters = [(weight.numel(), weight.requires_grad) for weight in trainer.model.parameters()]
    total, trainable = sum(n for n, _ in parameters), sum(n for n, trained in parameters if trained)
    ask_room(out, 4 * total if trainable == total else 4 * trainable)
    # transformers 5.3 divides by it, and accelerate would once more
    trainer.accelerator.gradient_accumulation_steps = 1
    # transformers 5.3 would save norms as gamma and beta, which it does not find again in a
    for part in trainer.model.modules():
        vars(part).pop("_weight_conversions", None)  # checkpoint, neither to go on nor for the best weights
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(_Pace(watch))
    if settings.patience:
        trainer.add_callback(EarlyStoppingCallback(settings.patience))
    checkpoint = last_checkpoint(out)
    started = time.monotonic()
    with full_disk(out):
        if checkpoint and _is_over(checkpoint, settings.patience):
            trainer.state = TrainerState.load_from_json(str(checkpoint / STATE))
            trainer._load_best_model()
        else:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    state = trainer.state
    return Run(
        history=tuple(
            {name: told for name, told in logs.items() if isinstance(told, int | float)}
            for logs in state.log_history
        ),
        steps=state.global_step,
        best=state.best_global_step or state.global_step,
        resumed=int(checkpoint.name.split("-")[1]) if checkpoint else 0,
        seconds=time.monotonic() - started,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        parameters=total,
        trainable=trainable,
    )


def _is_over(checkpoint: Path, patience: int) -> bool:
    """Whether training had been stopped early when this was written: transformers would train on from
    there.
    """
    stopping = json.loads((checkpoint / STATE).read_text("utf-8"))["stateful_callbacks"].get(
        "EarlyStoppingCallback", {}
    )
    return bool(
        patience and stopping.get("attributes", {}).get("early_stopping_patience_counter", 0) >= patience
    )


class _Pace(TrainerCallback):
    """Saves when there is much to lose, looks at the last step too, and tells the watch."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._saved = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        if state.global_step >= state.max_steps:
            control.should_evaluate = True
        if time.monotonic() - self._saved > SAVE_EVERY_S:
            control.should_save = True
        self._watch({"step": state.global_step, "steps": state.max_steps, "epoch": state.epoch})
        return control

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> Any:  # noqa: ARG002
        self._saved = time.monotonic()
        return control

    def on_log(self, args: Any, state: Any, control: Any, **others: Any) -> Any:  # noqa: ARG002
        self._watch(
            {"step": state.global_step, "steps": state.max_steps, "epoch": state.epoch, **others["logs"]}
        )
        return control
