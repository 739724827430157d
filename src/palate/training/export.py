"""Export: a trained model as a folder of its own, for those who do not have palate."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from palate.errors import BadFolder, BadSource, MissingExtra
from palate.training.run.card import HUB_NAMES, LOOKS
from palate.training.run.finish import read_finished
from palate.training.run.resume import CHECKPOINTS, full_disk
from palate.training.run.start import folder_of

Form = Literal["folder", "onnx", "adapter"]
ADAPTER = "adapter"
FAMILIES = {
    "classify": "AutoModelForSequenceClassification",
    "regress": "AutoModelForSequenceClassification",
    "tokens": "AutoModelForTokenClassification",
    "masked": "AutoModelForMaskedLM",
}
CARD = """---
library_name: peft
pipeline_tag: {task}
tags:
- palate
- lora
---

# {name}, the adapter alone

What palate trained beside the frozen weights of {start} to make a model that {does}. In this folder:

```python
from peft import PeftModel
{code}
```
"""


@dataclass(frozen=True)
class Exported:
    """What was made. apart: of ONNX, the largest difference from torch on the texts that were tried, else
    0.
    """

    folder: Path
    form: Form
    megabytes: float
    apart: float


def export(name: str, out: Path, form: Form = "folder") -> Exported:
    """Write the model of this name, see palate.training.run.start, into the new folder `out`.

    folder: what plain transformers or sentence-transformers load; of a model trained with LoRA, adapters are
    merged in. onnx: model.onnx, for batches and lengths of any size, and tokenizer.json, which cuts and pads
    as it must; compared with torch before it is kept. adapter: the adapter of a model trained with LoRA
    alone, as peft loads it. Raises BadFolder where `out` is not empty or full, BadSource for a model that has
    no such form, MissingExtra without [bert]."""
    folder = folder_of(name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadFolder(f"{out} is there already and not an empty folder; name another with --out")
    apart = 0.0
    with full_disk(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        # so that a stop leaves nothing half-written
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as partial:
            made = Path(partial) / out.name
            if form == "onnx":
                apart = _onnx(name, folder, made)
            elif form == "adapter":
                _adapter(name, folder, made)
            else:
                shutil.copytree(folder, made, ignore=_unneeded)
            made.replace(out)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Exported(out, form, round(size / 1e6, 1), apart)


def _onnx(name: str, folder: Path, made: Path) -> float:
    try:
        from palate.training.onnx_folder import write_onnx
    except ImportError:
        raise MissingExtra("an ONNX file", "bert") from None
    return write_onnx(name, folder, made)


def _adapter(name: str, folder: Path, made: Path) -> None:
    if not (folder / ADAPTER / "adapter_config.json").is_file():
        raise BadSource(f"{name} has no adapter: it was not trained with --lora; leave --adapter out")
    shutil.copytree(folder / ADAPTER, made)
    config = json.loads((made / "adapter_config.json").read_text("utf-8"))
    finished = read_finished(folder)
    # no folder of this machine's packages
    start = HUB_NAMES.get(finished.start, finished.start.removeprefix("sbert:"))
    config["base_model_name_or_path"] = start
    (made / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    family = FAMILIES.get(finished.kind, "")
    if family:
        sized = "" if finished.kind == "masked" else f", num_labels={len(finished.labels) or 1}"
        code = f"from transformers import {family}\n\nmodel = {family}.from_pretrained({start!r}{sized})\n"
        code += 'print(PeftModel.from_pretrained(model, ".").merge_and_unload())'
    else:
        code = f"from sentence_transformers import SentenceTransformer\n\nmodel = SentenceTransformer({start!r})\n"
        code += (
            'model[0].model = PeftModel.from_pretrained(model[0].model, ".").merge_and_unload()\nprint(model)'
        )
    look = LOOKS[finished.kind]
    card = CARD.format(task=look.task, name=folder.resolve().name, does=look.does, start=start, code=code)
    (made / "README.md").write_text(card, "utf-8")


def _unneeded(folder: str, names: Sequence[str]) -> set[str]:  # noqa: ARG001
    """What a copy leaves out: checkpoints, the adapter that is merged in, and pickles."""
    return {
        name for name in names if name in (CHECKPOINTS, ADAPTER) or name.endswith((".bin", ".pkl", ".pt"))
    }
