"""`palate train adapt`: a thin door to palate.adapt.adapt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import ME, JsonOption, StoreOption, given, open_library, speakable, wants_json
from palate.cli.progress_bar import progress_bar
from palate.cli.train.options import OutOption, with_settings
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.errors import BadValue
from palate.training.run.settings import ADAPT_DEFAULTS, LoraSettings, TrainingSettings

if TYPE_CHECKING:
    from palate.adapt.adapt import Adapted
    from palate.library import Library


@with_settings(ADAPT_DEFAULTS)
def adapt(
    ctx: typer.Context,
    out: OutOption,
    settings: TrainingSettings,
    reader: Annotated[
        list[str] | None,
        typer.Option(
            "--reader", metavar="NAME", help="Whose feedback; may be given more than once. Default: me."
        ),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="The feedback of all readers who are not private.")
    ] = False,
    encoder: Annotated[
        str | None,
        typer.Option(
            "--encoder",
            metavar="NAME",
            help="Start, in place of the store's encoder or, if that is static, minilm.",
        ),
    ] = None,
    sts: Annotated[
        list[Path] | None,
        typer.Option(
            "--sts",
            metavar="FILE",
            help="Pairs with scores (sentence1, sentence2, score) that it must not forget.",
        ),
    ] = None,
    use: Annotated[
        bool, typer.Option("--use/--no-use", help="Move the store to an encoder that is kept.")
    ] = True,
    device: DeviceOption = "auto",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Tune the store's encoder on what readers liked and disliked, and keep it only if they are served better
    beyond noise.

    The latest quarter of the judgements is held out to decide that. An encoder that is kept is put to use:
    its vectors are made while everybody ranks with the old ones, which stay for the way back (palate encoder
    list). Adapters are trained, not all weights; --lora with --rank sets their size.

    Example: palate train adapt --all --out my-encoder
    """
    if everyone and reader:
        raise BadValue("give --reader or --all, not both")
    readers = () if everyone else [speakable(name) for name in reader or [given(ctx).reader or ME]]
    settings = replace(settings, lora=settings.lora or LoraSettings())
    messages = MessageLog()
    doing = "reading the judgements of the store"
    with working(doing, *(sts or ()), model=encoder, device=device), open_library(ctx, store) as library:
        from palate.adapt.adapt import adapt as tune

        before = str(library.encoder_name)
        with training_progress() as on_step, progress_bar("judging", unit="done") as progress:
            adapted = tune(
                library,
                out,
                readers=readers,
                start=encoder,
                sts=sts or (),
                settings=settings,
                on_step=on_step,
                on_message=messages,
                progress=progress,
            )
        last_line = _use(library, adapted, before) if adapted.kept and use else _left_as_it_was(adapted)
    if not adapted.kept:
        messages(adapted.verdict)
    show_summary(adapted.model, messages, last_line, as_json=wants_json(ctx, json))


def _use(library: Library, adapted: Adapted, before: str) -> str:
    with progress_bar(f"encoding with {adapted.name}") as progress:
        try:
            library.use_encoder(adapted.name, progress)
        except KeyboardInterrupt:
            show.note(f"stopped: the store keeps {before}; to go on: palate encoder use {adapted.name}")
            raise typer.Exit(130) from None
    return f"kept: the store uses {adapted.name}; the way back: palate encoder use {before}"


def _left_as_it_was(adapted: Adapted) -> str:
    folder = adapted.model.folder
    if adapted.kept:
        return f"kept: it lies in {folder}; to use it: palate encoder use {adapted.name}"
    return f"not kept: the store stays as it was; the tuned encoder lies in {folder}"
