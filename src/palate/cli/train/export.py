"""`palate train export`: a thin door to palate.training.export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, wants_json
from palate.cli.train.evaluate import ModelOption
from palate.cli.train.start import working
from palate.errors import BadValue

USAGE = {
    "folder": "it opens with plain transformers or sentence-transformers; README.md in it shows how",
    "onnx": "it runs with onnxruntime and tokenizers alone; README.md in it shows how",
    "adapter": "it opens with peft.PeftModel.from_pretrained(the model it was trained on, this folder)",
}


def export(
    ctx: typer.Context,
    model: ModelOption,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="A new folder for it.", show_default=False)
    ],
    onnx: Annotated[
        bool, typer.Option("--onnx", help="As an ONNX graph with its tokenizer, without torch.")
    ] = False,
    adapter: Annotated[
        bool, typer.Option("--adapter", help="Of a model trained with --lora the adapter alone.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write a trained model, or an encoder, into a folder for those who do not have palate.

    Adapters are merged in. An ONNX graph takes batches and texts of any length, and is compared with torch
    before it is kept.

    Example: palate train export --model my-kinds --out my-kinds-onnx --onnx
    """
    if onnx and adapter:
        raise BadValue("--onnx and --adapter are two exports; give one of them")
    with working(f"loading {model}", model=model):
        from palate.training.export import export as write

        exported = write(model, out, "onnx" if onnx else "adapter" if adapter else "folder")
    is_onnx = exported.form == "onnx"
    if wants_json(ctx, json):
        difference = {"apart": exported.max_difference} if is_onnx else {}
        show.out_json(
            {"folder": str(out), "form": exported.form, "megabytes": exported.megabytes, **difference}
        )
        return
    likeness = f", within {exported.max_difference:.1e} of torch" if is_onnx else ""
    show.out(f"{out}: {exported.megabytes} MB{likeness}; {USAGE[exported.form]}")
