"""The command line: the list of commands, the options before them, and the exit codes of errors."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from palate.cli.commands import Commands
from palate.cli.help import HELP_OPTIONS, mend_help
from palate.cli.options import READER_HELP, STORE_HELP, Given, JsonOption
from palate.cli.show import note
from palate.errors import CacheNotice, PalateError, ReadNotice


class Door(TyperGroup):
    """The commands, with errors turned into exit codes: 1 for errors that a person can mend, 130 after
    Ctrl-C, 141 where nobody reads on (as SIGPIPE).
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        mend_help(self)

    def invoke(self, ctx: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):  # characters that the encoding lacks are escaped
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            with notices_told():
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


class MainDoor(Door):
    """The door to all commands of palate."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands()


@contextlib.contextmanager
def notices_told() -> Iterator[None]:
    """Tells each notice of a store's cache or a source once, as one line, in place of Python's warning."""
    told: set[str] = set()
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, CacheNotice | ReadNotice):
                shown(message, category, filename, lineno, file, line)
            elif str(message) not in told:
                told.add(str(message))
                note(f"palate: {message}")

        warnings.showwarning = show
        warnings.simplefilter("always", CacheNotice)
        warnings.simplefilter("always", ReadNotice)
        yield


def _drop_stdout() -> None:
    """Sends the interpreter's last flush nowhere, so that it does not fail once more."""
    with contextlib.suppress(OSError, ValueError):  # stdout is no file in tests
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


app = typer.Typer(
    name="palate",
    cls=MainDoor,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP_OPTIONS},
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
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Shows the version.")
    ] = False,
) -> None:
    """A trained taste for text: values every text for you and learns from each like and dislike.

    --store, --reader and --json may stand before the command or after it; those after it win.

    First steps:
      palate demo
      palate add papers.csv https://example.org/feed.xml
      palate rank
      palate like 1
    """
    ctx.obj = Given(store, reader, json)
