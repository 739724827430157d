"""What commands that write share: the model, by name or from the store, and the prompt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show
from palate.cli.options import open_without_encoder, speakable, store_path
from palate.cli.silence import silenced
from palate.errors import BadValue, PalateError
from palate.model.promise import DEFAULT_MODEL

if TYPE_CHECKING:
    from palate.model.draft import Prompt
    from palate.model.local import LocalModel
    from palate.model.promise import Model

MODEL_SETTING = "model"  # of the store: the name that `palate model use` kept

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="smollm2, a folder, a hub name or URL#NAME. Default: what palate model use chose, or smollm2.",
        callback=speakable,
    ),
]
PrecisionOption = Annotated[
    Literal["bfloat16", "float32"],
    typer.Option(
        "--precision", help="Of the numbers in a model on this machine; float32 takes twice as long."
    ),
]
BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", min=0.0, metavar="USD", help="Refuses what may cost more, of a remote model."),
]
ChatOption = Annotated[
    bool,
    typer.Option("--chat", help="Asks the model by its chat template, in place of going on from PROMPT."),
]
SystemOption = Annotated[
    str | None,
    typer.Option("--system", metavar="TEXT", help="Says how to behave; implies --chat.", callback=speakable),
]


def model_name(ctx: typer.Context, own: str | None, store: Path | None) -> str:
    """Returns the model's name: what was given, else what the store remembers, else smollm2."""
    if own is not None:
        return own
    if not store_path(ctx, store).exists():
        return DEFAULT_MODEL
    with open_without_encoder(ctx, store) as opened:
        return opened.remembered(MODEL_SETTING) or DEFAULT_MODEL


def load_model(
    name: str, precision: Literal["bfloat16", "float32"] = "bfloat16", budget: float | None = None
) -> Model:
    """Loads a model by its name. Raises as `make_model`; BadValue for a budget of one on this machine."""
    from palate.model.choose import is_remote

    if is_remote(name):
        from palate.model.remote import make_remote

        return make_remote(name, on_send=_tell_leaving, budget=budget)
    if budget is not None:
        raise BadValue(f"--budget is for remote models; {name} runs on this machine and costs nothing")
    return load_local(name, precision)


def load_local(name: str, precision: Literal["bfloat16", "float32"] = "bfloat16") -> LocalModel:
    """Loads a model on this machine. Raises BadValue for a remote one, and as `load_network`."""
    from palate.model.choose import is_remote, load_network
    from palate.model.smollm2 import is_made

    if is_remote(name):
        raise BadValue(
            f"{name} is remote, and only what is on this machine can be looked into; take smollm2 or a folder"
        )
    if name == DEFAULT_MODEL and not is_made():
        show.note("smollm2 is made ready, once: it takes a while, and 270 MB of the cache")
    with silenced():
        network = load_network(name, precision)
        from palate.model.local import LocalModel
        from palate.threads import use_torch_threads

        use_torch_threads()
        return LocalModel(network)


def prompt_of(text: str, *, chat: bool, system: str | None) -> Prompt:
    """Returns a prompt as the options say. Raises BadValue for an empty one."""
    from palate.model.draft import Prompt

    return Prompt.chat(text, system=system) if chat or system else Prompt.plain(text)


def read_prompts(path: Path) -> list[str]:
    """Returns the prompts of a file: one a line, or of JSON Lines the values of "prompt".

    Raises PalateError where it cannot be read or holds none.
    """
    import json

    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise PalateError(f"{path} cannot be read as UTF-8: {error}; give a file of prompts") from None
    if path.suffix == ".jsonl":
        try:
            lines = [str(json.loads(line)["prompt"]) for line in lines]
        except (ValueError, KeyError, TypeError):
            raise PalateError(f'{path} has a line without a "prompt"; give each line one') from None
    if not lines:
        raise PalateError(f"{path} holds no prompt; write one a line")
    return lines


def _tell_leaving(host: str, characters: int) -> None:
    show.note(f"{characters:,} characters leave this machine for {host}")
