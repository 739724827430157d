"""`palate train distil`: a thin door to palate.training.distil and palate.training.shallow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.cli.silence import silenced
from palate.cli.train.options import FORMATS, OutOption, TextColumnOption, with_settings
from palate.cli.train.progress import StepCallback, training_progress
from palate.cli.train.reduce import StsOption
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, figure, show_summary, show_table
from palate.errors import BadValue
from palate.training.run.settings import SHALLOW_DEFAULTS, TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.training.distil import Distilled
    from palate.training.run.trained_model import TrainedModel


@with_settings(SHALLOW_DEFAULTS)
def distil(
    ctx: typer.Context,
    out: OutOption,
    settings: TrainingSettings,
    layers: Annotated[
        int | None,
        typer.Option(
            "--layers", min=1, metavar="N", help="Layers of a shallow student. Default: static vectors."
        ),
    ] = None,
    texts: Annotated[
        list[Path] | None,
        typer.Option(
            "--texts",
            "--data",
            metavar="FILE",
            help=f"Texts to learn from, {FORMATS}; may be given several times for static vectors.",
        ),
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
            "--temperature",
            metavar="T",
            help="Of a classifier's probabilities: a higher one flattens them.",
        ),
    ] = 2.0,
    sts: StsOption = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Distil an encoder: into static vectors, thousands of texts a second, or with --layers into a shallower
    one.

    Static vectors take about 20 seconds on two cores. With --texts they then learn the teacher's vectors of
    these, which takes as long as the teacher needs to encode them: how the shipped encoder was made. A
    shallow student learns from one file of --texts; its teacher may also be a model that `palate train
    classify` made, and the student is then used like that one.

    Example: palate train distil --out my-encoder

    Example: palate train distil --texts texts.jsonl.gz --texts more.csv --out my-encoder

    Example: palate train distil --layers 3 --texts texts.jsonl.gz --out my-student
    """
    as_json = wants_json(ctx, json)
    files = texts or []
    if layers is not None:
        if len(files) != 1:
            raise BadValue(f"a student with fewer layers learns from one file of --texts, got {len(files)}")
        (data,) = files
        doing = f"reading {data}, loading {teacher}"
        with working(doing, data, sts, model=teacher, device=device), training_progress() as on_step:
            student = _student(out, data, layers, teacher, text_column, sts, temperature, settings, on_step)
        _show_student(student, out, layers, as_json=as_json)
        return
    if out.exists() and not out.is_dir():
        raise BadValue(f"{out} is a file; name a folder with --out")
    doing = f"reading {', '.join(map(str, files))}, loading {teacher}" if files else f"loading {teacher}"
    with working(doing, *files, sts, model=teacher, device=device), training_progress() as on_step:
        distilled, figures = _distil_static(teacher, out, dims, sts, files, text_column, on_step)
    _show_static(distilled, figures, as_json=as_json)


def _student(
    out: Path,
    data: Path,
    layers: int,
    teacher: str,
    column: str,
    sts: Path | None,
    temperature: float,
    settings: TrainingSettings,
    on_step: StepCallback,
) -> TrainedModel:
    """Trains a shallow student of a classifier or of a sentence model."""
    from palate.training.run.resume import MODEL_FILE
    from palate.training.run.start import model_folder_of
    from palate.training.run.trained_model import read_trained_model
    from palate.training.shallow import shallow
    from palate.training.shallow_classifier import shallow_classifier

    folder = model_folder_of(teacher)
    if (folder / MODEL_FILE).is_file() and read_trained_model(folder).kind == "classify":
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
            on_step=on_step,
        )
    return shallow(
        out, data, layers=layers, teacher=teacher, column=column, sts=sts, settings=settings, on_step=on_step
    )


def _show_student(model: TrainedModel, out: Path, layers: int, *, as_json: bool) -> None:
    teacher, student = model.figures["teacher"], model.figures["student"]
    speed = f"{student['texts_per_s'] / teacher['texts_per_s']:.1f} times as fast"
    quality = ""
    if "sts_spearman" in student:
        quality = f", sts_spearman {figure(teacher['sts_spearman'])} -> {figure(student['sts_spearman'])}"
    usage = f'palate number --model {out} "TEXT"' if model.labels else f"palate encoder use sbert:{out}"
    agreement = f"agreement {student['agreement']:.3f}"
    last_line = f"{out}: {layers} layers, {speed}, {agreement}{quality}; use it: {usage}"
    show_summary(model, MessageLog(), last_line, as_json=as_json)


def _distil_static(
    teacher: str,
    out: Path,
    dims: int,
    sts: Path | None,
    files: Sequence[Path],
    column: str,
    on_step: StepCallback,
) -> tuple[Distilled, dict[str, dict[str, Any]]]:
    with silenced(offline=True):
        from palate.training.distil import distil as distil_encoder
        from palate.training.run.start import model_folder_of
        from palate.training.run.table import read_table

        texts = [text for file in files for text in read_table(file).strings(column)]
        distilled = distil_encoder(model_folder_of(teacher), out, texts=texts, dims=dims, on_step=on_step)
        return distilled, _compared(teacher, out, sts) if sts else {}


def _show_static(distilled: Distilled, figures: dict[str, dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        fields = {
            "folder": str(distilled.folder),
            "pieces": distilled.pieces,
            "dims": distilled.dims,
            "megabytes": distilled.megabytes,
            "teacher_sha256": distilled.teacher_sha256,
            "texts": distilled.texts,
        }
        show.out_json({**fields, **({"figures": figures} if figures else {})})
        return
    if figures:
        rows = [(name, *(values[name] for values in figures.values())) for name in figures["static"]]
        show_table(("figure", *figures), rows)
    learned = f", learned from {show.plural(distilled.texts, 'text')}" if distilled.texts else ""
    size = f"{distilled.pieces} word pieces, {distilled.dims} dims, {distilled.megabytes} MB{learned}"
    show.out(f"{distilled.folder}: {size}; use it: palate encoder use static:{distilled.folder}")


def _compared(teacher: str, out: Path, sts: Path) -> dict[str, dict[str, Any]]:
    from palate.encoder.static import StaticEncoder
    from palate.training.compare import Encode, compare_encoders
    from palate.training.run.table import read_table
    from palate.training.sentences import load_sentence_model

    table = read_table(sts)
    encoders: dict[str, Encode] = {
        "teacher": load_sentence_model(teacher).encode,
        "static": StaticEncoder(out).encode,
    }
    return compare_encoders(encoders, table.strings("sentence1"), table)
