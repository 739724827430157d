"""Finishing an alignment: the adapter in its folder, the curve, and the facts about it."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from palate.align.leash import Measured
from palate.align.measure import Outcome
from palate.align.verdict import Verdict
from palate.model.choose import ADAPTER_FILE, NOT_KEPT
from palate.training.run.card import write_card
from palate.training.run.resume import remove_checkpoints
from palate.training.run.trained_model import TrainedModel, read_trained_model, write_trained_model


def write_adapter(out: Path, within: Path, start: str, *, kept: bool) -> None:
    """Copies the adapter to `out`, or to out/not-kept, with the name of the model that it belongs to."""
    folder = out if kept else out / NOT_KEPT
    folder.mkdir(exist_ok=True)
    for name in ("adapter_model.safetensors", ADAPTER_FILE):
        shutil.copyfile(within / name, folder / name)
    path = folder / ADAPTER_FILE
    config = json.loads(path.read_text("utf-8"))
    config["base_model_name_or_path"] = start
    path.write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def finish(
    out: Path,
    recipe: Mapping[str, Any],
    outcome: Outcome,
    verdict: Verdict,
    curve: Sequence[Measured],
    *,
    seconds: float,
    parameters: tuple[int, int],
) -> TrainedModel:
    """Writes curve, report, card and palate.json, removes the checkpoints, and returns the facts."""
    (out / "report").mkdir(exist_ok=True)
    history = [{"step": one["step"], "eval_kl": one["kl"], "eval_gain": one["gain"]} for one in curve]
    (out / "report" / "history.json").write_text(json.dumps(history, indent=1) + "\n", "utf-8")
    gains = {
        name.replace(" ", "_"): value
        for rater, gain in outcome.gains.items()
        for name, value in ((rater, gain.mean), (f"{rater} low", gain.low), (f"{rater} high", gain.high))
    }
    model = TrainedModel(
        out,
        "align",
        recipe["start"],
        figures={"base": dict(outcome.before), "aligned": {**outcome.after, **gains}},
        settings=dict(recipe["settings"]),
        notes=(
            f"kept: {verdict.reason}"
            if verdict.kept
            else f"not kept: {verdict.reason}; the adapter lies in {NOT_KEPT}, and by that name it is used",
            f"{recipe['judgements'][0]} judgements reward and {recipe['judgements'][1]} others judge",
            "gains are in sds of a rater within a prompt, over held-out prompts, with 95 % intervals",
        ),
        versions=recipe["versions"],
        seconds=round(seconds, 1),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        parameters=parameters[0],
        trainable=parameters[1],
    )
    write_card(model)
    write_trained_model(model)
    remove_checkpoints(out)
    return read_trained_model(out)
