"""Plan: how many prompts and steps there is time for; made once, so that a stopped run goes on alike."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from palate.align.settings import AlignSettings
from palate.errors import BadValue
from palate.model.network import Network

PLAN_FILE = "plan.json"
# of the time: drafts to learn from, those that measure base and model, and training with its checks
DRAFTING_SHARE, MEASURING_SHARE, TRAINING_SHARE = 0.2, 0.25, 0.5
MIN_PROMPTS, MAX_PROMPTS, CHECKS = 16, 400, 10
MIN_HELD_OUT, MAX_HELD_OUT = 12, 40
CHECKED_PROMPTS, CHECKED_DRAFTS = 12, 2  # at a check: held-out prompts, and drafts of each
READING_FACTOR = 1.5  # what a draft costs with the passes that measure how far the model has moved
TIMED_ROWS = 2
# passes forward and back over a row that a step takes, beside what it writes
ROWS_A_STEP = {"dpo": 2.0, "kto": 1.5, "rloo": 1.4, "grpo": 1.4}


@dataclass(frozen=True)
class Plan:
    """prompts: to learn from. held_out: to measure on. steps: of training. interval: steps between checks."""

    prompts: int
    held_out: int
    steps: int
    interval: int


def make_plan(
    folder: Path, network: Network, settings: AlignSettings, n_prompts: int, draft_s: float
) -> Plan:
    """Returns the plan that a folder holds; made first, and kept there, if there is none.

    n_prompts: that there are. draft_s: seconds that a draft takes. Raises BadValue where the minutes or the
    prompts are too few.
    """
    path = folder / PLAN_FILE
    if path.is_file():
        return Plan(**json.loads(path.read_text("utf-8")))
    seconds = 60 * settings.minutes
    prompt_s = settings.drafts * draft_s
    measurable = int(MEASURING_SHARE * seconds / (2 * READING_FACTOR * prompt_s))
    held_out = max(MIN_HELD_OUT, min(MAX_HELD_OUT, measurable, n_prompts // 4))
    affordable = int(DRAFTING_SHARE * seconds / prompt_s)
    prompts = min(MAX_PROMPTS, affordable, n_prompts - held_out)
    if n_prompts - held_out < MIN_PROMPTS:
        raise BadValue(
            f"there are {n_prompts} prompts, and aligning takes {MIN_PROMPTS + held_out}; "
            "give more with --prompts"
        )
    step_s = _row_seconds(network, settings) * settings.batch * ROWS_A_STEP[settings.method]
    if settings.method in ("rloo", "grpo"):
        step_s += draft_s * settings.batch
    check_s = READING_FACTOR * CHECKED_PROMPTS * CHECKED_DRAFTS * draft_s
    steps = int((TRAINING_SHARE * seconds - CHECKS * check_s) / step_s)
    if prompts < MIN_PROMPTS or steps < 2:
        raise BadValue(
            f"{settings.minutes:g} minutes are too few: a draft takes {draft_s:.1f} s, a step "
            f"{step_s:.0f} s; give more with --minutes"
        )
    plan = Plan(prompts, held_out, steps, max(1, steps // CHECKS))
    path.write_text(json.dumps(asdict(plan)) + "\n", "utf-8")
    return plan


def _row_seconds(network: Network, settings: AlignSettings) -> float:
    """Returns the seconds of a pass forward and back over a row as long as a prompt and a draft."""
    model: Any = network.model
    ids = torch.zeros((TIMED_ROWS, settings.new_tokens + 48), dtype=torch.long, device=network.device)
    started = time.perf_counter()
    model(input_ids=ids).logits.float().logsumexp(-1).mean().backward()
    model.zero_grad()
    return (time.perf_counter() - started) / TIMED_ROWS
