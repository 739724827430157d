"""`palate predict`: what a trained model says of every text of a file."""

from __future__ import annotations

import csv
import io
import json as json_
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import JsonOption, speakable, wants_json
from palate.cli.train.start import DeviceOption, working
from palate.errors import BadSource

if TYPE_CHECKING:
    from palate.report.prediction import Predictor

AT_ONCE = 256  # rows in memory
JSON_LINES = (".jsonl", ".ndjson")

Shape = dict[str, Any]
Write = Callable[[Shape], None]


def predict(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="What palate add reads: a table, a feed, a folder; - is standard input.",
            callback=speakable,
            show_default=False,
        ),
    ],
    model: Annotated[
        Path,
        typer.Option("--model", metavar="DIR", help="A model that palate trained.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Writes there: JSON Lines where it ends in .jsonl, else CSV."
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(
            "--text", metavar="COLUMN", help="The column with the text. Default: title and text, as guessed."
        ),
    ] = None,
    id: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="Names the id column.")] = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Predicts for every text of a file: its class or labels with probabilities, or a number.

    Works with models of palate train classify, regress, reward (columns prompt and answer) and of sentence
    vectors (columns sentence1 and sentence2: the cosine). Rows come as CSV, with --json as JSON Lines, batch
    by batch.

    Example: palate predict tickets.csv --model my-kinds --out kinds.csv
    """
    if not model.is_dir():
        raise BadSource(f"there is no folder {model}; give the folder that palate train wrote")
    if file != "-" and not Path(file).exists() and "://" not in file:
        raise BadSource(f"there is no file {file}; check its name")
    with working(f"reading {file}, loading {model}", device=device):
        from palate.report.prediction import load_predictor

        predictor = load_predictor(model)
        pairs = predictor.pair is not None
        rows = _pairs(predictor, file) if pairs else _texts(file, text, id)
        n = 0
        with _writer(out, as_json=wants_json(ctx, json), labels_by=predictor.model.labels_by) as write:
            for names, contents in _batches(rows):
                for name, shape in zip(names, predictor.predict(contents), strict=True):
                    write({**name, **shape})
                n += len(names)
    if not n:
        raise BadSource(f"{file} gives no text; give a file that palate add can read")
    show.note(f"{show.plural(n, 'pair' if pairs else 'text')} by {model}" + (f", in {out}" if out else ""))


def _texts(file: str, column: str | None, id: str | None) -> Iterator[tuple[Shape, str]]:
    """Yields the names and the content of each text; what is skipped is told."""
    from palate.shapes import title_shape
    from palate.source import Columns, Skipped, open_source

    for row in open_source(file, columns=Columns(text=column, id=id)):
        if isinstance(row, Skipped):
            show.note(f"skipped {row.where}: {row.reason}")
        else:
            yield title_shape(row), row.body if column else row.content


def _pairs(predictor: Predictor, file: str) -> Iterator[tuple[Shape, tuple[str, str]]]:
    for number, pair in enumerate(predictor.pairs(Path(file)), 1):
        yield {"row": number}, pair


def _batches(rows: Iterable[tuple[Shape, Any]]) -> Iterator[tuple[list[Shape], list[Any]]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, AT_ONCE)):
        yield [name for name, _ in batch], [content for _, content in batch]


@contextmanager
def _writer(out: Path | None, *, as_json: bool, labels_by: str | None) -> Iterator[Write]:
    """Yields what writes a row: to a file, or to stdout."""
    if out is None:
        yield show.out_json if as_json else _csv(show.out, labels_by)
        return
    with whole_file(out) as file:

        def line(text: str) -> None:
            file.write(text + "\n")

        if as_json or out.suffix in JSON_LINES:
            yield lambda shape: line(json_.dumps(shape, ensure_ascii=False))
        else:
            yield _csv(line, labels_by)


def _csv(line: Callable[[str], None], labels_by: str | None) -> Write:
    """Returns what writes a row as CSV, the names of the columns before the first."""
    begun: list[bool] = []

    def write(shape: Shape) -> None:
        cells = {name: value for name, value in shape.items() if name != "probabilities"}
        if "labels" in cells:
            cells["labels"] = (labels_by or "").join(cells["labels"])
        cells |= {f"p({label})": value for label, value in shape.get("probabilities", {}).items()}
        if not begun:
            line(_row(cells))
            begun.append(True)
        line(_row(cells.values()))

    return write


def _row(cells: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(map(_cell, cells))
    return buffer.getvalue()


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else show.clean(str(value))
