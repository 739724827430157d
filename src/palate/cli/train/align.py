"""`palate train align`: a thin door to palate.align.align."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show
from palate.cli.model_options import model_name, read_prompts
from palate.cli.options import (
    MAIN,
    ME,
    JsonOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    speakable,
    wants_json,
)
from palate.cli.train.options import OutOption
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.align.raters import Raters
    from palate.library import Library
    from palate.reader import Reader

TITLE_PROMPT = 'Write a short abstract of a text titled "{title}".'
MAX_TITLES = 2000  # of the store's texts, from the newest, that prompts are made of


def align(
    ctx: typer.Context,
    out: OutOption,
    for_reader: Annotated[
        str, typer.Option("--for", metavar="READER", help="Whose taste rewards.", callback=speakable)
    ] = ME,
    reward: Annotated[
        Path | None,
        typer.Option("--reward", metavar="DIR", help="A model of palate train reward, in place of a taste."),
    ] = None,
    judge: Annotated[
        list[Path] | None,
        typer.Option("--judge", metavar="DIR", help="With --reward: another one that judges; two or more."),
    ] = None,
    prompts: Annotated[
        Path | None,
        typer.Option(
            "--prompts", metavar="FILE", help="Prompts, one a line. Default: of the store's titles."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="NAME", help="Start: smollm2, a folder or a hub name.", callback=speakable
        ),
    ] = None,
    method: Annotated[
        Literal["dpo", "kto", "rloo", "grpo"], typer.Option("--method", help="How it is trained.")
    ] = "dpo",
    leash: Annotated[
        float, typer.Option("--leash", metavar="NATS", help="Most KL divergence from the start, a draft.")
    ] = 2.0,
    minutes: Annotated[
        float, typer.Option("--minutes", metavar="N", help="About how long the whole may take.")
    ] = 20.0,
    max_new_tokens: Annotated[
        int, typer.Option("--max-new-tokens", min=1, metavar="N", help="Of a draft, at most.")
    ] = 48,
    rate: Annotated[float, typer.Option("--rate", metavar="X", help="Learning rate.")] = 1e-4,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same weights.")] = 0,
    device: DeviceOption = "auto",
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Trains a model to write what a reader values, held near its start, and keeps it only if others see the
    gain.

    Half of the reader's judgements reward; five tastes of the other half judge, each in its own sd. Kept is
    the last model within the leash, if the judges' mean gain is beyond noise and length, variety, perplexity
    and nearness to the prompt hold. palate write --model DIR then uses it. Best of n needs no training: try
    palate write --for me --n 8 first.

    Example: palate train align --for me --minutes 20 --out my-writer
    """
    from palate.align.settings import AlignSettings

    settings = AlignSettings(
        method=method, leash=leash, minutes=minutes, new_tokens=max_new_tokens, rate=rate, seed=seed
    )
    messages, as_json = MessageLog(), wants_json(ctx, json)
    name = model_name(ctx, model, store)
    doing = f"reading the store, loading {name}"
    with working(doing, prompts, device=device), open_library(ctx, store) as library:
        from palate.align.align import align as align_model
        from palate.threads import use_torch_threads

        use_torch_threads()
        reader = open_reader(ctx, library, for_reader, taste)
        asked = read_prompts(prompts) if prompts else _titles(library)
        aligned = align_model(
            out,
            _raters(library, reader, reward, judge or [], seed),
            asked,
            library.encode,
            start=name,
            settings=settings,
            on_check=lambda one: messages(
                f"step {one['step']:.0f}: {one['kl']:.2f} nats from the start, reward {one['gain']:+.2f} sd"
            ),
            on_message=messages,
        )
    last_line = f"kept: palate write PROMPT --model {out}" if aligned.kept else f"not kept: {aligned.verdict}"
    show_summary(aligned.model, messages, show.clean(last_line), as_json=as_json)


def _raters(library: Library, reader: Reader, reward: Path | None, judges: list[Path], seed: int) -> Raters:
    from palate.align.raters import Raters, halves_of, model_rater

    if reward is None:
        if judges:
            raise BadValue("--judge goes with --reward; a reader's own judgements bring their judges")
        return halves_of(library, reader, seed)
    if len(judges) < 2:
        raise BadValue(
            "a reward model takes two judges or more that it was not trained with: give --judge DIR"
        )
    return Raters(model_rater(reward), {folder.name: model_rater(folder) for folder in judges})


def _titles(library: Library) -> list[str]:
    """Returns prompts made of the titles in the store, newest first. Raises BadValue where there are none."""
    found = [TITLE_PROMPT.format(title=text.title) for text in library.texts() if text.title]
    if not found:
        raise BadValue("no text of the store has a title to make a prompt of; give --prompts FILE")
    return found[::-1][:MAX_TITLES]
