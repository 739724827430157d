"""`palate train distil`: a thin door to palate.training.distil and palate.training.shallow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import FILE, OutOption, TextColumnOption, with_settings
from palate.cli.train.outcome import Teller, show_outcome, show_table
from palate.cli.train.quiet import quiet
from palate.cli.train.reduce import StsOption
from palate.cli.train.watching import Watch, watching
from palate.errors import BadValue
from palate.training.run.settings import SHALLOW, Settings

if TYPE_CHECKING:
    from palate.training.run.finish import Finished


@with_settings(SHALLOW)
def distil(
    ctx: typer.Context,
    out: OutOption,
    settings: Settings,
    layers: Annotated[
        int | None,
        typer.Option(
            "--layers", min=1, metavar="N", help="Layers of a shallow student. Default: static vectors."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help=f"Texts that a shallow student learns from: {FILE}."),
    ] = None,
    teacher: Annotated[
        str,
        typer.Option(
            "--teacher", "--encoder", metavar="NAME", help="minilm, a sentence model's folder, or a hub name."
        ),
    ] = "minilm",
    dims: Annotated[
        int, typer.Option("--dims", min=1, metavar="N", help="Dimensions of static vectors.")
    ] = 256,
    text_column: TextColumnOption = "text",
    temperature: Annotated[
        float,
        typer.Option(
            "--temperature", metavar="T", help="Of a classifier's probabilities: higher shows more doubts."
        ),
    ] = 2.0,
    sts: StsOption = None,
    json: JsonOption = False,
) -> None:
    """Distil an encoder: into static vectors, thousands of texts a second, or with --layers into a shallower
    one.

    Static vectors take about 20 seconds on two cores: how the shipped encoder was made. A shallow student is
    trained on --data; its teacher may also be what `palate train classify` made, and it is then used as that
    is.

    Example: palate train distil --out my-encoder

    Example: palate train distil --layers 3 --data texts.jsonl.gz --out my-student
    """
    if layers is not None:
        if data is None:
            raise BadValue("a student with fewer layers learns from texts; give them with --data")
        with quiet(), watching() as watch:
            done = _student(out, data, layers, teacher, text_column, sts, temperature, settings, watch)
        whole, student = done.figures["teacher"], done.figures["student"]
        speed = f"{student['texts_per_s'] / whole['texts_per_s']:.1f} times as fast"
        use = f'palate number --model {out} "TEXT"' if done.labels else f"palate encoder use sbert:{out}"
        quality = (
            f", sts_spearman {whole['sts_spearman']:.3f} -> {student['sts_spearman']:.3f}" if sts else ""
        )
        last = f"{out}: {layers} layers, {speed}, agreement {student['agreement']:.3f}{quality}"
        show_outcome(done, Teller(), f"{last}; use it: {use}", as_json=wants_json(ctx, json))
        return
    if data is not None:
        raise BadValue(
            "static vectors are made without texts; leave --data out, or give --layers for a shallow student"
        )
    if out.exists() and not out.is_dir():
        raise BadValue(f"{out} is a file; name a folder with --out")
    with quiet(offline=True):
        from palate.training.distil import distil as distil_encoder
        from palate.training.run.start import folder_of

        made = distil_encoder(folder_of(teacher), out, dims=dims)
        weighed = _weighed(teacher, out, sts) if sts else {}
    if wants_json(ctx, json):
        fields = {
            "folder": str(made.folder),
            "pieces": made.pieces,
            "dims": made.dims,
            "megabytes": made.megabytes,
        }
        show.out_json(
            {**fields, "teacher_sha256": made.teacher_sha256, **({"figures": weighed} if weighed else {})}
        )
        return
    if weighed:
        show_table(
            ("figure", *weighed),
            [(name, *(one[name] for one in weighed.values())) for name in weighed["static"]],
        )
    size = f"{made.pieces} word pieces, {made.dims} dims, {made.megabytes} MB"
    show.out(f"{made.folder}: {size}; use it: palate encoder use static:{out}")


def _student(
    out: Path,
    data: Path,
    layers: int,
    teacher: str,
    column: str,
    sts: Path | None,
    temperature: float,
    settings: Settings,
    watch: Watch,
) -> Finished:
    """A shallow student of a classifier or of a sentence model."""
    from palate.training.run.finish import read_finished
    from palate.training.run.start import folder_of
    from palate.training.shallow import shallow
    from palate.training.shallow_classifier import shallow_classifier

    folder = folder_of(teacher)
    if (folder / "palate.json").is_file() and read_finished(folder).kind == "classify":
        if sts:
            raise BadValue("a classifier has no sentence vectors to measure; leave --sts out")
        return shallow_classifier(
            out,
            data,
            layers=layers,
            teacher=folder,
            column=column,
            temperature=temperature,
            settings=settings,
            watch=watch,
        )
    return shallow(
        out, data, layers=layers, teacher=teacher, column=column, sts=sts, settings=settings, watch=watch
    )


def _weighed(teacher: str, out: Path, sts: Path) -> dict[str, dict[str, float]]:
    from palate.encoder.static import StaticEncoder
    from palate.training.sentences import load_sentences
    from palate.training.table import read_table
    from palate.training.weighed import Encode, weigh

    table = read_table(sts)
    encoders: dict[str, Encode] = {
        "teacher": load_sentences(teacher).encode,
        "static": StaticEncoder(out).encode,
    }
    return weigh(encoders, table.words("sentence1"), table)
