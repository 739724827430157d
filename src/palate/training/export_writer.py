"""Export of a model that writes: the adapter that aligning made, merged into its start or alone."""

import shutil
from pathlib import Path
from typing import Literal

from palate.errors import BadSource
from palate.model.choose import ADAPTER_FILE, NOT_KEPT, load_network, network_folder

Form = Literal["folder", "onnx", "adapter"]


def writer_folder(name: str) -> Path | None:
    """Returns the folder of an adapter for a model that writes; None where the name is of another model.

    Raises BadSource for one that was not kept.
    """
    folder = Path(name).expanduser()
    aligned = (folder / ADAPTER_FILE).is_file() or (folder / NOT_KEPT).is_dir()
    return network_folder(name) if aligned else None


def export_writer(name: str, folder: Path, made: Path, form: Form) -> None:
    """Writes the model with its adapter merged in, which transformers loads alone, or the adapter.

    Raises BadSource for ONNX, which has no loop that writes.
    """
    if form == "onnx":
        raise BadSource(f"{name} writes, and palate has no ONNX form of that; leave --onnx out")
    if form == "adapter":
        made.mkdir()
        for path in (ADAPTER_FILE, "adapter_model.safetensors"):
            shutil.copyfile(folder / path, made / path)
        return
    network = load_network(name)
    network.model.save_pretrained(made)
    network.tokenizer.save_pretrained(made)
