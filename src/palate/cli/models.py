"""`palate model`: lists, chooses and describes the models that write."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli import show
from palate.cli.model_options import MODEL_SETTING, load_local, model_name
from palate.cli.options import JsonOption, StoreOption, open_library, speakable, wants_json

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="smollm2, a folder, a hub name or URL#NAME.",
        callback=speakable,
        show_default=False,
    ),
]


def list_(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Lists the models that need no download: smollm2, those in the hub's cache, and which one is in use.

    Example: palate model list
    """
    from palate.model.choose import known_models

    in_use = model_name(ctx, None, store)
    found = known_models()
    models = [*found, *([] if any(name == in_use for name, _ in found) else [(in_use, "chosen")])]
    for name, state in models:
        mark = "in use" if name == in_use else ""
        if wants_json(ctx, json):
            show.out_json({"name": name, "state": state, "in_use": bool(mark)})
        else:
            show.out("\t".join(filter(None, (show.clean(name), state, mark))))


def use(ctx: typer.Context, name: NameArgument, store: StoreOption = None, json: JsonOption = False) -> None:
    """Chooses the model that writes where none is named. It is remembered with the store.

    Example: palate model use smollm2
    """
    from palate.model.choose import check_model, full_model_name

    name = full_model_name(name)
    check_model(name)
    with open_library(ctx, store, create=True, any_encoder=True) as library:
        library.remember(MODEL_SETTING, name)
    if wants_json(ctx, json):
        show.out_json({"name": name, "in_use": True})
    else:
        show.note(f"{name} writes from now on")


def show_(ctx: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Describes a model on this machine: its family, size, window, how it ends, and whether it chats.

    Example: palate model show smollm2
    """
    facts = load_local(name).network.facts()
    if wants_json(ctx, json):
        show.out_json(facts)
        return
    for key, value in facts.items():
        shown = f"{value:,}" if type(value) is int else ", ".join(value) if isinstance(value, list) else value
        show.out(f"{key}\t{shown}")


app = typer.Typer(no_args_is_help=True, help="Lists, chooses and describes the models that write.")
app.command("list")(list_)
app.command("use")(use)
app.command("show")(show_)
