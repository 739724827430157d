"""`palate train reward`: a thin door to palate.training.reward."""

from __future__ import annotations

import json as json_
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.drafts import ranking_shapes
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    open_library,
    open_reader,
    wants_json,
)
from palate.cli.train.options import DevOption, OutOption, with_settings
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.errors import BadValue
from palate.training.run.settings import REWARD_DEFAULTS, TrainingSettings


@with_settings(REWARD_DEFAULTS)
def reward(
    ctx: typer.Context,
    out: OutOption,
    settings: TrainingSettings,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FILE", help="Rankings as JSON Lines. Default: those of the store's reader."
        ),
    ] = None,
    dev: DevOption = None,
    encoder: Annotated[
        str,
        typer.Option(
            "--encoder",
            metavar="NAME",
            help="Start: minilm, smollm2 (adapters), a model's folder or a hub name.",
        ),
    ] = "minilm",
    device: DeviceOption = "auto",
    reader: ReaderOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Train a model that scores answers to a prompt, on rankings of answers: a reward.

    Rows: prompt, chosen, rejected; or prompt, a, b, preference (a, b or tie); or prompt, ranking (a list,
    best first; answers in one inner list are as good). Without --data it learns from the drafts that the
    reader ranked. Held-out accuracy stands by source and gap in length beside simple rules.

    Example: palate train reward --data pairs.jsonl.gz --out my-reward
    """
    messages = MessageLog()
    doing = f"reading {data or 'the rankings of the store'}, loading {encoder}"
    with working(doing, data, dev, model=encoder, device=device):
        from palate.training.preferences import read_preferences
        from palate.training.reward import reward as train_reward

        if data is None:
            with open_library(ctx, store) as library, tempfile.TemporaryDirectory() as folder:
                drafts = library.drafts(open_reader(ctx, library, reader, MAIN))
                path = Path(folder) / "rankings.jsonl"
                shapes = ranking_shapes(drafts)
                path.write_text("".join(json_.dumps(shape) + "\n" for shape in shapes), "utf-8")
                preferences = [read_preferences(path)]
        else:
            if reader is not None:
                raise BadValue("give --data or a --reader of the store, not both")
            preferences = [read_preferences(data)]
        preferences += [read_preferences(dev)] if dev else []
        with training_progress() as on_step:
            trained = train_reward(
                preferences, out, start=encoder, settings=settings, on_step=on_step, on_message=messages
            )
    last_line = f"palate train align --reward {out} --judge DIR --judge DIR trains a writer with it"
    show_summary(trained, messages, show.clean(last_line), as_json=wants_json(ctx, json))
