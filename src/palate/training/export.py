"""Export: a trained model as a folder of its own, for those who do not have palate."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from palate.errors import BadFolder, BadSource, MissingExtra
from palate.training.export_writer import Form, export_writer, writer_folder
from palate.training.run.hub import HUB_ENTRIES, HUB_NAMES
from palate.training.run.resume import CHECKPOINTS, report_full_disk
from palate.training.run.start import model_folder_of
from palate.training.run.trained_model import read_trained_model

ADAPTER_FOLDER = "adapter"
FAMILIES = {
    "classify": "AutoModelForSequenceClassification",
    "regress": "AutoModelForSequenceClassification",
    "tokens": "AutoModelForTokenClassification",
    "masked": "AutoModelForMaskedLM",
    "reward": "AutoModelForSequenceClassification",
}
CARD = """---
library_name: peft
pipeline_tag: {task}
tags:
- palate
- lora
---

# {name}, the adapter alone

What palate trained beside the frozen weights of {start} to make a model that {purpose}. In this folder:

```python
from peft import PeftModel
{code}
```
"""


@dataclass(frozen=True)
class Exported:
    """An exported model. max_difference: of ONNX, the largest from torch on the texts that were tried, else
    0.
    """

    folder: Path
    form: Form
    megabytes: float
    max_difference: float


def export(name: str, out: Path, form: Form = "folder") -> Exported:
    """Writes the model of this name, see palate.training.run.start, into the new folder `out`.

    folder: what plain transformers or sentence-transformers load; of a model trained with LoRA, adapters are
    merged in. onnx: model.onnx, for batches and lengths of any size, and tokenizer.json, which truncates and
    pads as it must; compared with torch before it is kept. adapter: the adapter of a model trained with LoRA
    alone, as peft loads it. Of a model that `palate train align` made, folder merges and
    onnx is refused. Raises BadFolder where `out` is not empty or full, BadSource for a model that has
    no such form, MissingExtra without [bert].
    """
    writer = writer_folder(name)
    folder = writer or model_folder_of(name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadFolder(f"{out} is there already and not an empty folder; name another with --out")
    max_difference = 0.0
    with report_full_disk(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        # so that a stop leaves nothing half-written
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as partial:
            made = Path(partial) / out.name
            if writer:
                export_writer(name, writer, made, form)
            elif form == "onnx":
                max_difference = _export_onnx(name, folder, made)
            elif form == "adapter":
                _export_adapter(name, folder, made)
            else:
                shutil.copytree(folder, made, ignore=_left_out)
            made.replace(out)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Exported(out, form, round(size / 1e6, 1), max_difference)


def _export_onnx(name: str, folder: Path, made: Path) -> float:
    try:
        from palate.training.onnx_folder import write_onnx
    except ImportError:
        raise MissingExtra("an ONNX file", "bert") from None
    return write_onnx(name, folder, made)


def _export_adapter(name: str, folder: Path, made: Path) -> None:
    if not (folder / ADAPTER_FOLDER / "adapter_config.json").is_file():
        raise BadSource(f"{name} has no adapter: it was not trained with --lora; leave --adapter out")
    shutil.copytree(folder / ADAPTER_FOLDER, made)
    config = json.loads((made / "adapter_config.json").read_text("utf-8"))
    trained = read_trained_model(folder)
    # no folder of this machine's packages
    start = HUB_NAMES.get(trained.start, trained.start.removeprefix("sbert:"))
    config["base_model_name_or_path"] = start
    (made / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    entry = HUB_ENTRIES[trained.kind]
    card = CARD.format(
        task=entry.task,
        name=folder.resolve().name,
        purpose=entry.purpose,
        start=start,
        code=_adapter_code(trained.kind, start, len(trained.labels)),
    )
    (made / "README.md").write_text(card, "utf-8")


def _adapter_code(kind: str, start: str, n_labels: int) -> str:
    """Returns code that loads the start and merges the adapter into it."""
    if family := FAMILIES.get(kind, ""):
        size = "" if kind == "masked" else f", num_labels={n_labels or 1}"
        return (
            f"from transformers import {family}\n\n"
            f"model = {family}.from_pretrained({start!r}{size})\n"
            'print(PeftModel.from_pretrained(model, ".").merge_and_unload())'
        )
    return (
        "from sentence_transformers import SentenceTransformer\n\n"
        f"model = SentenceTransformer({start!r})\n"
        'model[0].model = PeftModel.from_pretrained(model[0].model, ".").merge_and_unload()\n'
        "print(model)"
    )


def _left_out(_folder: str, names: Sequence[str]) -> set[str]:
    """Returns what a copy leaves out: checkpoints, the adapter that is merged in, and pickles."""
    pickles = (".bin", ".pkl", ".pt")
    return {name for name in names if name in (CHECKPOINTS, ADAPTER_FOLDER) or name.endswith(pickles)}
