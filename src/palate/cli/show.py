"""How answers are printed: JSON Lines for programs, tables in a terminal, lines with tabs elsewhere; notes go
to stderr.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

from palate.errors import PalateError

if TYPE_CHECKING:
    from rich.console import Console

    from palate.text import Text

SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?", re.DOTALL
)
# with the marks that turn the direction of writing
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BAR_CELLS = 24
BETWEEN = " · "  # what is told of a text in one line
TITLE_CHARACTERS = 200  # of a body that stands for a missing title


def clean(text: str) -> str:
    """Returns text from outside as one line that is safe for a terminal: no escape sequences, no control
    characters, single blanks.

    >>> clean("red \\x1b[31malert\\x1b[0m, title\\x1b]0;gone\\x07\\nnext\\u202e")
    'red alert, title next'
    """
    return " ".join(CONTROLS.sub("", " ".join(SEQUENCES.sub("", text).split())).split())


def clean_lines(text: str) -> str:
    """Returns text of a model as it is safe for a terminal, with its line breaks, also piece by piece: what
    makes a sequence of characters one is taken out.

    >>> clean_lines("one\\x1b[31m\\ntwo")
    'one[31m\\ntwo'
    """
    return "\n".join(CONTROLS.sub("", line.expandtabs(4)) for line in text.split("\n"))


def note(line: str) -> None:
    """Prints one line on stderr: all that is not the answer."""
    print(clean(line), file=sys.stderr)


def note_dimly(line: str) -> None:
    """Prints a remark on stderr, dim in a terminal."""
    if sys.stderr.isatty():
        from rich.console import Console

        Console(stderr=True, markup=False, emoji=False, highlight=False).print(clean(line), style="dim")
    else:
        note(line)


@contextmanager
def stdout(encoding: str | None = None) -> Iterator[TextIO]:
    """Yields standard output. Raises PalateError where it cannot be written; a closed pipe is left to the
    door.
    """
    if encoding and (sys.stdout.encoding or "").lower() != encoding and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding=encoding)
    try:
        yield sys.stdout
    except BrokenPipeError:
        raise
    except OSError as error:
        raise PalateError(
            f"the answer cannot be written to standard output: {error.strerror or error}"
        ) from None


def out(line: str) -> None:
    """Prints one line of the answer."""
    with stdout() as file:
        print(line, file=file)


def out_json(shape: Any) -> None:
    """Prints one JSON object as one line of UTF-8."""
    with stdout("utf-8") as file:
        print(json.dumps(shape, ensure_ascii=False, allow_nan=False), file=file)


def is_terminal() -> bool:
    """Tells whether the answer goes to a terminal."""
    return sys.stdout.isatty()


def terminal() -> Console:
    """Returns a console that prints texts as they are: no markup, no emoji codes, no guessed colours."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def out_table(
    headings: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    left: Sequence[str] = (),
    overflow: Literal["fold", "ellipsis"] = "fold",
    no_wrap: bool = False,
) -> None:
    """Prints lines of cells: a table in a terminal, fields with tabs elsewhere.

    left: headings whose column is aligned to the left; empty for all columns."""
    if not is_terminal():
        for line in lines:
            out("\t".join(line))
        return
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for heading in headings:
        right = left and heading not in left
        table.add_column(heading, justify="right" if right else "left", overflow=overflow, no_wrap=no_wrap)
    for line in lines:
        table.add_row(*line)
    terminal().print(table)


def title_of(text: Text) -> str:
    """Returns what a person calls a text: its title, else how it begins."""
    return clean(text.title) or clean(text.body[: 2 * TITLE_CHARACTERS])[:TITLE_CHARACTERS] or text.id


def plural(count: int, noun: str) -> str:
    """Returns a count with its noun.

    >>> plural(1, "text"), plural(2, "text"), plural(2, "near-copy")
    ('1 text', '2 texts', '2 near-copies')
    """
    if count != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun}"
