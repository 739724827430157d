"""The start of a command that takes a while: what is missing is said at once, and so is what comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.silence import silenced
from palate.device import Device, on_device
from palate.errors import BadSource
from palate.model.promise import DEFAULT_MODEL

DeviceOption = Annotated[
    Device,
    typer.Option("--device", help="Where it computes. auto: cuda if there is one, else mps, else cpu."),
]


@contextmanager
def working(
    doing: str, *files: Path | None, model: str | None = None, device: Device = "auto"
) -> Iterator[None]:
    """Says what begins, before anything heavy is imported; inside, heavy packages are silent.

    files: that must be there, where they are given. model: a model or encoder that must be there. Raises
    BadSource or UnknownName for one that is not, BadValue for a device that torch cannot use.
    """
    for file in files:
        if file is not None and not file.is_file():
            raise BadSource(f"there is no file {file}; check its name")
    show.note(f"{doing} ...")
    with silenced(), on_device(device):
        if model not in (None, DEFAULT_MODEL) and not Path(model).is_dir():
            from palate.training.run.start import model_folder_of

            model_folder_of(model)
        yield
