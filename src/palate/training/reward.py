"""Reward: a model that scores answers to prompts, learned from rankings of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments, set_seed

from palate.errors import BadSource
from palate.model.choose import network_folder
from palate.model.promise import DEFAULT_MODEL
from palate.training.examples import CHOSEN_NOTE, SHARES, MessageCallback, no_op
from palate.training.preferences import Preferences, Ranked
from palate.training.reward_figures import baselines, reward_figures
from palate.training.reward_loss import rankings_loss
from palate.training.reward_model import scores_of
from palate.training.reward_rows import RewardRow, reward_batch, reward_rows
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback, run_training, trainer_arguments
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.recipe import package_versions
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import REWARD_DEFAULTS, LoraSettings, TrainingSettings
from palate.training.run.start import dropout_config, load_model, load_tokenizer
from palate.training.run.trained_model import TrainedModel

CAUSAL_TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj")  # what LoRA adapts in a model that writes
MIN_PROMPTS = 10  # with fewer no part is large enough to say anything


def reward(
    preferences: Sequence[Preferences],
    out: Path,
    *,
    start: str = "minilm",
    settings: TrainingSettings = REWARD_DEFAULTS,
    on_step: StepCallback = no_op,
    on_message: MessageCallback = no_op,
) -> TrainedModel:
    """Trains a cross-encoder that reads prompt and answer together and gives the answer a score; saves it in
    `out`.

    Use it where people ranked answers, such as drafts: `palate train align --reward` moves a model towards
    it. The difference of two scores is the log odds that the first is better; see `ranking_loss`. A model
    that writes, such as smollm2, is trained by adapters. Figures on held-out prompts stand beside those of
    simple rules, by source and gap in length.

    preferences: one file, of which a tenth of the prompts chooses the weights and a tenth is measured on; or
    two, the second of which chooses and is measured on. Raises BadSource for too few prompts, BadFolder where
    `out` is taken or full, and what palate.training.run.start raises.
    Source: Bradley and Terry (1952); Christiano et al., Deep RL from human preferences (2017).
    """
    rankings = [ranked for one in preferences for ranked in one.rankings]
    parts = _parts([one.rankings for one in preferences], settings.seed)
    writes = start == DEFAULT_MODEL
    settings = _with_adapters(settings) if writes else settings
    loaded = str(network_folder(start)) if writes else start
    tokenizer = load_tokenizer(loaded, settings.window)
    rows = [reward_rows(tokenizer, [one.asked] * len(one.answers), one.answers) for one in rankings]
    n_cut = sum(row.cut for answers in rows for row in answers)
    n_answers = sum(map(len, rows))
    counts = ", ".join(f"{len(part):,} for {name}" for name, part in parts.items())
    on_message(f"{len(rankings):,} rankings: {counts}")
    set_seed(settings.seed)  # of an output layer that is not stored
    config = {"num_labels": 1, "pad_token_id": tokenizer.pad_token_id, **dropout_config(settings.dropout)}
    model = load_model(loaded, AutoModelForSequenceClassification, ignore_mismatched_sizes=True, **config)
    if settings.lora:
        model = with_adapters(model, settings.lora, "SEQ_CLS")
    recipe = _recipe(preferences, start, settings)
    begin_training(out, recipe)
    arguments = trainer_arguments(
        settings, out, len(parts["training"]), best_figure="loss", greater_is_better=False
    )
    examples = {
        name: [{"rows": rows[index], "ranking": rankings[index]} for index in part]
        for name, part in parts.items()
    }
    trainer = _RankingTrainer(
        model=model,
        args=TrainingArguments(**arguments, remove_unused_columns=False),
        train_dataset=examples["training"],
        eval_dataset=examples["validation"],
        data_collator=lambda batch: _collated(tokenizer, batch),
        processing_class=tokenizer,
    )
    run = run_training(trainer, out, settings, on_step)
    model = trainer.model
    with report_full_disk(out):
        if settings.lora:
            model = save_merged(model, out)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    model.eval()
    named = {name: [rankings[index] for index in part] for name, part in parts.items()}
    last = list(parts)[-1]
    figures = {
        last: reward_figures(named[last], lambda asked, given: scores_of(model, tokenizer, asked, given)),
        **baselines(named["training"], named[last]),
    }
    notes = _notes(figures[last], n_cut, n_answers, preferences)
    trained = TrainedModel.of_recipe(recipe, out, figures=figures, settings=asdict(settings), notes=notes)
    return finish(trained, run, "loss")


def _with_adapters(settings: TrainingSettings) -> TrainingSettings:
    """Returns settings that train adapters of a model that writes: of its attention, where no other modules
    are named, and at the rate of adapters, where none is.
    """
    usual = LoraSettings()
    lora = settings.lora or usual
    rate = None if settings.rate == REWARD_DEFAULTS.rate else settings.rate
    targets = CAUSAL_TARGETS if lora.targets == usual.targets else lora.targets
    return replace(settings, rate=rate, lora=replace(lora, targets=targets))


def _recipe(preferences: Sequence[Preferences], start: str, settings: TrainingSettings) -> dict[str, Any]:
    files = [{"file": one.path.name, "sha256": one.sha256, "rows": len(one.rankings)} for one in preferences]
    return {
        "kind": "reward",
        "start": start,
        "data": files,
        "settings": asdict(settings),
        "versions": package_versions(),
        "columns": {},
    }


def _parts(rankings: Sequence[Sequence[Ranked]], seed: int) -> dict[str, list[int]]:
    """Returns the indices of the rankings of each part; no prompt is in two."""
    n_first = len(rankings[0])
    if len(rankings) == 2:
        return {
            "training": list(range(n_first)),
            "validation": list(range(n_first, n_first + len(rankings[1]))),
        }
    prompts = list(dict.fromkeys(one.prompt for one in rankings[0]))
    if len(prompts) < MIN_PROMPTS:
        raise BadSource(
            f"the rankings are of {len(prompts)} prompts, and {MIN_PROMPTS} are needed to hold some out; "
            "rank drafts of more, or give --dev"
        )
    order = np.random.default_rng(seed).permutation(len(prompts))
    ends = np.maximum(1, np.round(np.array([SHARES["test"], SHARES["validation"]]) * len(prompts))).astype(
        int
    )
    part_of = dict.fromkeys(prompts, "training")
    part_of |= {prompts[index]: "test" for index in order[: ends[0]]}
    part_of |= {prompts[index]: "validation" for index in order[ends[0] : ends.sum()]}
    return {
        name: [index for index, one in enumerate(rankings[0]) if part_of[one.prompt] == name]
        for name in SHARES
    }


def _notes(
    figures: Mapping[str, Any], n_cut: int, n_answers: int, preferences: Sequence[Preferences]
) -> tuple[str, ...]:
    notes = []
    if figures["low"] <= 0.5:
        notes.append(
            f"accuracy {figures['accuracy']:.3f} [{figures['low']:.3f}, {figures['high']:.3f}] is not beyond "
            f"chance on {figures['pairs']:,} pairs: nothing can be said for it"
        )
    if n_cut:
        notes.append(f"{n_cut:,} of {n_answers:,} answers had a prompt too long to be read whole")
    if n_left_out := sum(one.n_left_out for one in preferences):
        notes.append(f"{n_left_out:,} rows were left out: their answers are the same")
    return (*notes, *((CHOSEN_NOTE,) if len(preferences) == 2 else ()))


def _collated(tokenizer: Any, batch: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows: list[RewardRow] = [row for one in batch for row in one["rows"]]
    return {
        **reward_batch(tokenizer, rows),
        "ranks": [one["ranking"].ranks for one in batch],
        "margins": [one["ranking"].margin for one in batch],
    }


class _RankingTrainer(Trainer):
    """transformers' Trainer on rankings: TRL's RewardTrainer knows pairs alone, without ties; on pairs the
    losses are equal.
    """

    def compute_loss(
        self,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,  # noqa: ARG002
    ) -> Any:
        ranks, margins = inputs["ranks"], inputs["margins"]
        read = {name: value for name, value in inputs.items() if isinstance(value, torch.Tensor)}
        outputs = model(**read)
        loss = rankings_loss(outputs.logits.squeeze(-1), ranks, margins)
        if self.args.gradient_accumulation_steps > 1 and model.training:
            loss = loss / self.args.gradient_accumulation_steps
        return (loss, outputs) if return_outputs else loss

    def prediction_step(
        self,
        model: Any,
        inputs: Any,
        prediction_loss_only: bool,  # noqa: ARG002
        ignore_keys: list[str] | None = None,  # noqa: ARG002
    ) -> tuple[torch.Tensor, None, None]:
        with torch.no_grad():
            return self.compute_loss(model, self._prepare_inputs(inputs)).detach(), None, None
