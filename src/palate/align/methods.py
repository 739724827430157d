"""Methods: TRL's trainers, given the drafts that palate wrote and rated.

Imported only where an alignment runs: TRL takes seconds to load.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # before TRL, whose trainers report their use

from datasets import Dataset
from peft import LoraConfig
from transformers import TrainerCallback
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.kto_config import KTOConfig
from trl.trainer.kto_trainer import KTOTrainer
from trl.trainer.rloo_config import RLOOConfig
from trl.trainer.rloo_trainer import RLOOTrainer

from palate.align.raters import Rater
from palate.align.sampled import Sampled, labelled_of, pairs_of
from palate.align.settings import AlignSettings
from palate.errors import BadValue
from palate.model.network import Network

LORA_TARGETS = "all-linear"
WARMUP_STEPS = 2
PAIRS_AT_ONCE, ROWS_AT_ONCE = 2, 4  # in memory


class _SampledDPOTrainer(DPOTrainer):
    """Reads pairs as the tokens that were sampled: TRL would end every draft, also one that was cut off."""

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset


class _SampledKTOTrainer(KTOTrainer):
    """As the trainer of pairs, for drafts one by one."""

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset


def adapter_config(settings: AlignSettings) -> LoraConfig:
    """Returns an adapter beside all linear layers."""
    return LoraConfig(
        r=settings.rank, lora_alpha=2 * settings.rank, target_modules=LORA_TARGETS, task_type="CAUSAL_LM"
    )


def make_trainer(
    network: Network,
    sampled: Sampled,
    reward: Rater,
    settings: AlignSettings,
    out: Path,
    *,
    steps: int,
    callbacks: Sequence[TrainerCallback],
) -> Any:
    """Returns the trainer of a method, for the network's model with its adapter.

    sampled: drafts to learn from; of rloo and grpo only their prompts. out: for checkpoints. steps: so many
    are taken. Raises BadValue where no prompt has a better and a worse draft.
    """
    common: dict[str, Any] = {
        "output_dir": str(out),
        "max_steps": steps,
        **_micro_batches(settings),
        "learning_rate": settings.rate,
        "lr_scheduler_type": "constant_with_warmup",
        "warmup_steps": WARMUP_STEPS,
        "beta": settings.beta,
        "seed": settings.seed,
        "logging_steps": 1,
        "save_strategy": "no",  # the leash saves where it measures
        "save_total_limit": 2,
        "report_to": [],
        "disable_tqdm": True,
        "bf16": False,  # the weights are bfloat16 already, or float32 on purpose
        "gradient_checkpointing": False,
        "dataloader_pin_memory": False,
    }
    given: dict[str, Any] = {
        "model": network.model,
        "processing_class": network.tokenizer,
        "callbacks": list(callbacks),
    }
    if settings.method in ("rloo", "grpo"):
        return _online(network, sampled, reward, settings, common, given)
    ratings = sampled.rated(reward)
    if settings.method == "dpo":
        examples = pairs_of(sampled, ratings)
        config: Any = DPOConfig(**common, max_length=None, precompute_ref_log_probs=True)
        trainer: Any = _SampledDPOTrainer
    else:
        examples = labelled_of(sampled, ratings, settings.batch)
        config = KTOConfig(**common, max_length=None)
        trainer = _SampledKTOTrainer
    if not examples:
        raise BadValue("no prompt has a better and a worse draft: the reward tells no drafts apart")
    return trainer(args=config, train_dataset=Dataset.from_list(examples), **given)


def _micro_batches(settings: AlignSettings) -> dict[str, int]:
    """Returns in how many parts a step is computed: logits of a large vocabulary take the most memory."""
    wanted = {"dpo": PAIRS_AT_ONCE, "kto": ROWS_AT_ONCE}.get(settings.method, settings.drafts)
    size = max(size for size in range(1, wanted + 1) if settings.batch % size == 0)
    if settings.method in ("rloo", "grpo"):
        size = settings.drafts  # those of a prompt are compared with each other
    return {
        "per_device_train_batch_size": size,
        "gradient_accumulation_steps": max(1, settings.batch // size),
    }


def _online(
    network: Network,
    sampled: Sampled,
    reward: Rater,
    settings: AlignSettings,
    common: dict[str, Any],
    given: dict[str, Any],
) -> Any:
    kinds: dict[str, tuple[Any, Any]] = {
        "rloo": (RLOOConfig, RLOOTrainer),
        "grpo": (GRPOConfig, GRPOTrainer),
    }
    config, trainer = kinds[settings.method]
    arguments = config(
        **common,
        num_generations=settings.drafts,
        max_completion_length=settings.new_tokens,
        temperature=settings.temperature,
    )
    # the prompts' own tokens as text, which the tokenizer turns into the same tokens again
    rows = [
        {"prompt": network.tokenizer.decode(ids), "asked": asked}
        for ids, asked in zip(sampled.prompt_ids, sampled.asked, strict=True)
    ]

    def rewards(completions: Sequence[str], asked: Sequence[str], **_: Any) -> list[float]:
        return [float(value) for value in reward(asked, completions)]

    return trainer(args=arguments, train_dataset=Dataset.from_list(rows), reward_funcs=[rewards], **given)
