"""The command line: a thin door. The list of commands, the options before them, and what becomes of
errors.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from palate.cli import (
    contest,
    crowd,
    encoders,
    fill,
    judging,
    progress,
    readers,
    replay,
    rules,
    texts,
    upkeep,
    xray,
)
from palate.cli.options import READER_HELP, STORE_HELP, Given, JsonOption
from palate.cli.show import note
from palate.cli.train import app as train
from palate.errors import PalateError


class Door(TyperGroup):
    """Where errors become exit codes: 1 for what a person can mend, 130 after Ctrl-C, 141 where nobody reads
    on (as SIGPIPE).
    """

    def invoke(self, ctx: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):  # what a terminal's encoding lacks is shown escaped
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
            return answer
        except PalateError as error:
            note(f"palate: {error}")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            note("palate: stopped; what was acknowledged before is kept")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            _drop_stdout()
            raise typer.Exit(141) from None


def _drop_stdout() -> None:
    """Let the interpreter's last flush go nowhere, so that it does not fail once more."""
    with contextlib.suppress(OSError, ValueError):  # a test's stdout is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


app = typer.Typer(
    name="palate",
    cls=Door,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from palate import __version__

        print(f"palate {__version__}")
        raise typer.Exit


@app.callback()
def palate(
    ctx: typer.Context,
    store: Annotated[
        Path | None, typer.Option("--store", envvar="PALATE_STORE", metavar="PATH", help=STORE_HELP)
    ] = None,
    reader: Annotated[str | None, typer.Option("--reader", metavar="NAME", help=READER_HELP)] = None,
    json: JsonOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """A trained taste for text: values every text for you and learns from each like and dislike.

    --store, --reader and --json may stand before the command or after it; after it wins.

    First steps:
      palate demo
      palate add papers.csv https://example.org/feed.xml
      palate rank
      palate judge TEXT_ID like
    """
    ctx.obj = Given(store, reader, json)


TEXTS, JUDGING, READERS, UPKEEP, MEASURING = "Texts", "Judging", "Readers", "Upkeep", "Training and measuring"
# so that -0.5 is a verdict; judging.judge refuses what is no number
NUMBERS = {"ignore_unknown_options": True}

app.command(rich_help_panel=TEXTS)(texts.demo)
app.command(rich_help_panel=TEXTS)(texts.add)
app.command(rich_help_panel=TEXTS)(texts.find)
app.command(rich_help_panel=TEXTS)(texts.value)
app.command(rich_help_panel=TEXTS)(texts.number)
app.command(rich_help_panel=TEXTS)(xray.xray)

app.command(rich_help_panel=JUDGING)(judging.rank)
app.command(rich_help_panel=JUDGING, context_settings=NUMBERS)(judging.judge)
app.command(rich_help_panel=JUDGING)(judging.undo)
app.command(rich_help_panel=JUDGING)(judging.ask)
app.command(rich_help_panel=JUDGING)(judging.why)
app.command(rich_help_panel=JUDGING)(progress.progress)
app.command(rich_help_panel=JUDGING)(contest.contest)

_readers = typer.Typer(no_args_is_help=True, help="Make, list and remove readers and their tastes.")
_readers.command("add")(readers.add)
_readers.command("list")(readers.list_)
_readers.command("remove")(readers.remove)
app.add_typer(_readers, name="reader", rich_help_panel=READERS)
app.command(rich_help_panel=READERS)(crowd.crowd)

_rules = typer.Typer(no_args_is_help=True, help="Block, keep or boost by word, author, source or pattern.")
_rules.command("add")(rules.add)
_rules.command("list")(rules.list_)
_rules.command("remove")(rules.remove)
_rules.command("suggest")(rules.suggest)
_rules.command("accept")(rules.accept)
_rules.command("veto")(rules.veto)
app.add_typer(_rules, name="rule", rich_help_panel=READERS)

app.command("export", rich_help_panel=UPKEEP)(upkeep.export)
app.command("import", rich_help_panel=UPKEEP)(upkeep.import_)
app.command(rich_help_panel=UPKEEP)(upkeep.backup)
app.command(rich_help_panel=UPKEEP)(upkeep.doctor)
_encoder = typer.Typer(no_args_is_help=True, help="Move a store to another encoder, and back.")
_encoder.command("list")(encoders.list_)
_encoder.command("use")(encoders.use)
_encoder.command("remove")(encoders.remove)
app.add_typer(_encoder, name="encoder", rich_help_panel=UPKEEP)

app.add_typer(train, name="train", rich_help_panel=MEASURING)
app.command(rich_help_panel=MEASURING)(fill.fill)
_replay = typer.Typer(
    no_args_is_help=True, help="Replay recorded feedback: how good are palate and its peers?"
)
_replay.command("ratings")(replay.ratings)
_replay.command("library")(replay.library)
_replay.command("screening")(replay.screening)
app.add_typer(_replay, name="replay", rich_help_panel=MEASURING)
