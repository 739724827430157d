"""`palate train adapt`: a thin door to palate.adapt.adapt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show, waiting
from palate.cli.options import ME, JsonOption, StoreOption, given, open_library, speakable, wants_json
from palate.cli.train.options import OutOption, with_settings
from palate.cli.train.outcome import Teller, show_outcome
from palate.cli.train.quiet import quiet
from palate.cli.train.watching import watching
from palate.errors import BadValue
from palate.training.run.settings import ADAPT, LoraSettings, Settings

if TYPE_CHECKING:
    from palate.adapt.adapt import Adapted
    from palate.library import Library


@with_settings(ADAPT)
def adapt(
    ctx: typer.Context,
    out: OutOption,
    settings: Settings,
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
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Tune the store's encoder on what readers liked and disliked, and keep it only if they are served better
    beyond noise.

    The latest quarter of the judgements is held out to decide that. An encoder that is kept is put to use:
    its vectors are made while everybody ranks with the old ones, which stay for the way back (palate encoder
    list). It is adapters that are trained; --lora with --rank sets their size.

    Example: palate train adapt --all --out my-encoder
    """
    if everyone and reader:
        raise BadValue("give --reader or --all, not both")
    readers = () if everyone else [speakable(name) for name in reader or [given(ctx).reader or ME]]
    settings = replace(settings, lora=settings.lora or LoraSettings())
    tell = Teller()
    with open_library(ctx, store) as library:
        with library.store.reading() as tables:
            before = tables.state().encoder_name
        with quiet():
            from palate.adapt.adapt import adapt as tune

            with watching() as watch, waiting.progress("judging", unit="done") as progress:
                done = tune(
                    library,
                    out,
                    readers=readers,
                    start=encoder,
                    sts=sts or (),
                    settings=settings,
                    watch=watch,
                    tell=tell,
                    progress=progress,
                )
            last = _moved(library, done, str(before)) if done.kept and use else _as_it_was(done)
    if not done.kept:
        tell(done.verdict)
    show_outcome(done.finished, tell, last, as_json=wants_json(ctx, json))


def _moved(library: Library, done: Adapted, before: str) -> str:
    with waiting.progress(f"encoding with {done.name}") as progress:
        try:
            library.use_encoder(done.name, progress)
        except KeyboardInterrupt:
            show.note(f"stopped: the store keeps {before}; to go on: palate encoder use {done.name}")
            raise typer.Exit(130) from None
    return f"kept: the store uses {done.name}; the way back: palate encoder use {before}"


def _as_it_was(done: Adapted) -> str:
    if done.kept:
        return f"kept: it lies in {done.finished.folder}; to use it: palate encoder use {done.name}"
    return f"not kept: the store stays as it was; what was tuned lies in {done.finished.folder}"
