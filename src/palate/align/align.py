"""Align: a model is trained towards a reader's taste, held near its base, and kept only if others see it."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PrinterCallback

from palate.align.figures import Gain, gains_of
from palate.align.finishing import finish, write_adapter
from palate.align.leash import WITHIN, Leash, Measured, has_ended, read_curve
from palate.align.likelihood import moved_from_base
from palate.align.measure import Encode, measured
from palate.align.plan import CHECKED_DRAFTS, CHECKED_PROMPTS, Plan, make_plan
from palate.align.raters import Raters
from palate.align.sampled import kept_sample, sample
from palate.align.settings import AlignSettings
from palate.align.verdict import judge_model
from palate.errors import BadValue
from palate.model.choose import full_model_name, load_network
from palate.model.local import LocalModel
from palate.model.sampling import Sampling
from palate.training.run.recipe import package_versions
from palate.training.run.resume import CHECKPOINTS, begin_training, last_checkpoint, report_full_disk
from palate.training.run.trained_model import TrainedModel

TIMED_DRAFTS = 32


@dataclass(frozen=True)
class Aligned:
    """The outcome. kept: whether it passed. verdict: why. gains: see `measure.Outcome`. model: the facts."""

    kept: bool
    verdict: str
    gains: Mapping[str, Gain]
    model: TrainedModel


def align(
    out: Path,
    raters: Raters,
    prompts: Sequence[str],
    encode: Encode,
    *,
    start: str = "smollm2",
    settings: AlignSettings = AlignSettings(),  # noqa: B008  # frozen
    on_check: Callable[[Measured], None] = lambda _: None,
    on_message: Callable[[str], None] = lambda _: None,
) -> Aligned:
    """Trains an adapter that moves a model towards a reward, and measures what others think of it.

    Use it when best of n is too slow: it takes minutes once, and then one draft does for several. The last
    model whose KL divergence is within the leash is measured on held-out prompts beside its base: it is kept
    if the mean gain of the judges is beyond noise, and length, variety, perplexity under the base and
    nearness to the prompt hold. Else it lies in out/not-kept, and `out` is not used as a model.

    raters: see `halves_of`. prompts: those to learn from and those to measure on, drawn by the seed. encode:
    texts to vectors of length 1. on_check: called with step, kl and gain at every check. Stopped and
    repeated, it goes on and ends in the same weights. Raises BadValue for too few prompts or minutes,
    BadFolder for an `out` that is taken or full, MissingExtra without [write].
    """
    start = full_model_name(start)
    recipe = {
        "kind": "align",
        "start": start,
        "prompts": list(prompts),
        "settings": asdict(settings),
        "judgements": [raters.n_reward, raters.n_judges],
        "versions": {**package_versions(), "trl": version("trl")},
        "data": [],
        "columns": {},
    }
    began = time.monotonic()
    model = LocalModel(load_network(start))
    begin_training(out, recipe)
    folder = out / CHECKPOINTS
    with report_full_disk(out):
        run = _Run(model, raters, settings, folder)
        order = np.random.default_rng([settings.seed, 12]).permutation(len(prompts))
        asked = [prompts[index] for index in order]
        plan = run.plan(asked)
        held_out = asked[: plan.held_out]
        base = kept_sample(folder / "base.json", model, held_out, settings.drafts, run.sampling(1))
        to_learn = asked[plan.held_out : plan.held_out + plan.prompts]
        learned_from = kept_sample(folder / "drafts.json", model, to_learn, settings.drafts, run.sampling(2))
        on_message(
            f"{plan.prompts} prompts to learn from and {plan.held_out} to measure on, "
            f"{settings.drafts} drafts each; {plan.steps} steps at most"
        )
        run.train(plan, learned_from, base, on_check)
        run.load_within()
        after = sample(model, held_out, settings.drafts, run.sampling(1))
        outcome = measured(model.network, raters, encode, base, after, settings.temperature)
        verdict = judge_model(outcome.gains, outcome.faithful, outcome.before, outcome.after)
        write_adapter(out, folder / WITHIN, start, kept=verdict.kept)
        trained = finish(
            out,
            recipe,
            outcome,
            verdict,
            read_curve(folder),
            seconds=time.monotonic() - began,
            parameters=run.parameters,
        )
    return Aligned(verdict.kept, verdict.reason, outcome.gains, trained)


class _Run:
    """One alignment under way: the model with its adapter, and what rates it."""

    def __init__(self, model: LocalModel, raters: Raters, settings: AlignSettings, folder: Path) -> None:
        from peft import get_peft_model

        from palate.align.methods import adapter_config

        self._model, self._raters, self._settings, self._folder = model, raters, settings, folder
        torch.manual_seed(settings.seed)  # of the adapter's first state
        model.network.model = get_peft_model(model.network.model, adapter_config(settings))
        weights = list(model.network.model.parameters())
        trainable = [weight for weight in weights if weight.requires_grad]
        self.parameters = sum(map(torch.numel, weights)), sum(map(torch.numel, trainable))
        if not trainable:
            raise BadValue("the adapter has no weight to train; the model has no linear layers")

    def sampling(self, salt: int) -> Sampling:
        """Returns how drafts are written; salt parts those to learn from, to check and to measure."""
        settings = self._settings
        return Sampling(
            temperature=settings.temperature,
            new_tokens=settings.new_tokens,
            seed=10 * settings.seed + salt,
        )

    def plan(self, asked: Sequence[str]) -> Plan:
        timed = (list(asked) * TIMED_DRAFTS)[:TIMED_DRAFTS]
        started = time.perf_counter()
        sample(self._model, timed, 1, self.sampling(0))
        draft_s = (time.perf_counter() - started) / TIMED_DRAFTS
        return make_plan(self._folder, self._model.network, self._settings, len(asked), draft_s)

    def train(self, plan: Plan, learned_from: Any, base: Any, on_check: Callable[[Measured], None]) -> None:
        """Trains to the last step or the leash, from the last checkpoint if there is one."""
        if has_ended(self._folder, self._settings.leash, plan.steps):
            return
        from palate.align.methods import make_trainer

        leash = Leash(
            lambda: self._check(base),
            self._folder,
            limit=self._settings.leash,
            interval=plan.interval,
            on_check=on_check,
        )
        trainer = make_trainer(
            self._model.network,
            learned_from,
            self._raters.reward,
            self._settings,
            self._folder,
            steps=plan.steps,
            callbacks=[leash],
        )
        trainer.remove_callback(PrinterCallback)
        checkpoint = last_checkpoint(self._folder.parent)
        before = self._adapter_sum()
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        if self._adapter_sum() == before:
            raise BadValue("training changed no weight; this method cannot train this model")

    def _adapter_sum(self) -> float:
        weights = self._model.network.model.named_parameters()
        return sum(float(weight.detach().double().abs().sum()) for name, weight in weights if "lora_" in name)

    def _check(self, base: Any) -> Measured:
        settings, network = self._settings, self._model.network
        asked = base.asked[:CHECKED_PROMPTS]
        drafts = sample(self._model, asked, CHECKED_DRAFTS, self.sampling(3))
        moved = moved_from_base(network, drafts.rows, drafts.new_ids, settings.temperature)
        reward = self._raters.reward
        gain = gains_of(drafts.rated(reward), base.rated(reward)[: len(asked)]).mean()
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"kl": float(moved.kl.mean()), "gain": float(gain), "peak_mb": peak_mb}

    def load_within(self) -> None:
        """Puts the last adapter within the leash in place. Raises BadValue where there is none."""
        from peft import set_peft_model_state_dict
        from safetensors.torch import load_file

        path = self._folder / WITHIN / "adapter_model.safetensors"
        if not path.is_file():
            first = read_curve(self._folder)[0]
            raise BadValue(
                f"after {first['step']:.0f} steps the model was {first['kl']:.1f} nats from its base, past "
                f"the leash of {self._settings.leash:g}; give a longer --leash or a lower --rate"
            )
        set_peft_model_state_dict(self._model.network.model, load_file(path))
        self._model.network.model.eval()
