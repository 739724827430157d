"""`palate chat`: a conversation with a model, line by line."""

from __future__ import annotations

import sys

import typer

from palate.cli import show
from palate.cli.drafts_view import streaming, tell_usage
from palate.cli.model_options import (
    BudgetOption,
    ModelOption,
    PrecisionOption,
    SystemOption,
    load_model,
    model_name,
)
from palate.cli.options import JsonOption, StoreOption, wants_json
from palate.cli.sampling_options import with_sampling
from palate.errors import BadValue
from palate.model.sampling import Sampling

PROMPT_MARK = "> "


@with_sampling
def chat(
    ctx: typer.Context,
    model: ModelOption = None,
    system: SystemOption = None,
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    precision: PrecisionOption = "bfloat16",
    budget: BudgetOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Talks with a model: each line is a message, the answer comes as it is written. An empty line is passed
    over; /new forgets what was said, Ctrl-D ends.

    Nothing is kept, and no text of the store goes to the model.

    Example: palate chat --system "Answer in one sentence."
    """
    loaded, as_json = load_model(model_name(ctx, model, store), precision, budget), wants_json(ctx, json)
    from palate.model.draft import Prompt, Turn

    before: list[Turn] = []
    answered = 0
    while (line := _read_line()) is not None:
        message = line.strip()
        if message == "/new":
            before = []
        elif message:
            prompt = Prompt.chat(message, system=system, before=before)
            with streaming(as_json=as_json) as on_text:
                draft = loaded.write([prompt], sampling, on_text=on_text)[0]
            tell_usage(draft, sampling, as_json=as_json)
            before += [Turn("user", message), Turn("assistant", draft.text)]
            answered += 1
    if not answered:
        raise BadValue("nothing was said; type a message, or pipe lines in")


def _read_line() -> str | None:
    """Returns the next line, with a mark before it in a terminal; None at the end of the input."""
    if sys.stdin.isatty() and show.is_terminal():
        try:
            return input(PROMPT_MARK)
        except EOFError:
            return None
    return sys.stdin.readline() or None
