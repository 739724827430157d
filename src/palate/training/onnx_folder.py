"""A folder that ONNX Runtime alone can use: model.onnx, tokenizer.json that truncates and pads as it must,
config.json and a card.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import transformers
from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.onnx_graph import classifier_graph, sentence_graph
from palate.training.run.hub import HUB_ENTRIES, HUB_NAMES
from palate.training.run.resume import MODEL_FILE
from palate.training.run.start import checkpoint_of, load_model
from palate.training.run.trained_model import read_trained_model
from palate.training.sentences import load_sentence_model

TorchModel = Callable[[NDArray[Any], NDArray[Any]], torch.Tensor]  # output for ids and mask

# of the outputs of ONNX Runtime from those of torch, in units of the largest output, 1 at least
TOLERANCE = 1e-4
TRIED_TEXTS = ("A text of yours.", "", "Texts of different lengths, " * 12, "word " * 600)
KINDS = {"SequenceClassification": "classify", "TokenClassification": "tokens", "MaskedLM": "masked"}

CARD = """---
library_name: onnx
pipeline_tag: {task}
tags:
- palate
- onnx
---

# {name}

A model that {purpose}, made from {start} by palate, as an ONNX graph. Its output is `{output}` {shape}.
On the texts that were tried it differs from torch by {difference:.1e} at most.
It reads texts to their {window}th word piece.

In this folder, with onnxruntime and tokenizers alone:

```python
import numpy as np
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

texts = ["A text of yours.", "Another one."]
encodings = Tokenizer.from_file("tokenizer.json").encode_batch(texts)
inputs = {{
    "input_ids": np.array([encoding.ids for encoding in encodings]),
    "attention_mask": np.array([encoding.attention_mask for encoding in encodings]),
}}
(outputs,) = InferenceSession("model.onnx").run(None, inputs)
print(outputs.shape)
```
"""


def write_onnx(name: str, folder: Path, made: Path) -> float:
    """Makes the folder `made` of the model `name`, which lies in `folder`, and returns how far the graph is
    from torch, see `max_difference`.

    Raises BadSource for a model that is no BERT, or where the graph is further from torch than TOLERANCE.
    """
    family = _family(name, folder)
    if family is None:
        graph, model, tokenizer, torch_model = _sentence_model(name)
    else:
        graph, model, tokenizer, torch_model = _classifier(name, folder, family)
    window = min(tokenizer.model_max_length, model.config.max_position_embeddings)
    made.mkdir()
    onnx.save(graph, made / "model.onnx")
    model.config.save_pretrained(made)
    _save_tokenizer(tokenizer, window, made / "tokenizer.json")
    difference = max_difference(made, torch_model)
    if difference > TOLERANCE:
        raise BadSource(
            f"the ONNX graph of {name} differs from torch by {difference:.1e}, more than {TOLERANCE:g}; "
            "none was kept"
        )
    trained = read_trained_model(folder) if (folder / MODEL_FILE).is_file() else None
    entry = HUB_ENTRIES[trained.kind if trained else KINDS.get(family or "", "similarity")]
    start = trained.start if trained else name
    output = graph.graph.output[0]
    sizes = [size.dim_param or str(size.dim_value) for size in output.type.tensor_type.shape.dim]
    card = CARD.format(
        name=folder.name,
        task=entry.task,
        purpose=entry.purpose,
        start=HUB_NAMES.get(start, start),
        output=output.name,
        shape=f"({', '.join(sizes)})",
        difference=difference,
        window=window,
    )
    (made / "README.md").write_text(card, "utf-8")
    return difference


def max_difference(made: Path, torch_model: TorchModel) -> float:
    """Returns the largest difference from torch on TRIED_TEXTS, in one batch and one by one, in units of the
    largest output, 1 at least.
    """
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(made / "tokenizer.json"))
    session = InferenceSession(made / "model.onnx")
    largest = 0.0
    for texts in (list(TRIED_TEXTS), *([text] for text in TRIED_TEXTS)):
        encodings = tokenizer.encode_batch(texts)
        ids = np.array([encoding.ids for encoding in encodings])
        mask = np.array([encoding.attention_mask for encoding in encodings])
        with torch.inference_mode():
            expected = torch_model(ids, mask).numpy()
        (output,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
        if output.ndim == 3:  # piece by piece, where the output of a padded position does not matter
            output, expected = output[mask == 1], expected[mask == 1]
        scale = max(1.0, np.abs(expected).max())
        largest = max(largest, float(np.abs(output - expected).max() / scale))
    return largest


def _family(name: str, folder: Path) -> str | None:
    """Returns the family of the checkpoint's classifier, as transformers calls it; None for a model of
    sentence vectors.
    """
    if (folder / "modules.json").is_file():
        return None
    config = json.loads((checkpoint_of(name) / "config.json").read_text("utf-8"))
    architectures = config.get("architectures") or [""]
    return next((family for family in KINDS if architectures[0].endswith(family)), None)


def _sentence_model(name: str) -> tuple[Any, Any, Any, TorchModel]:
    """Returns the graph, the transformer, its tokenizer, and the function of torch."""
    model: Any = load_sentence_model(name)
    model = model.cpu().eval()

    def torch_model(ids: NDArray[Any], mask: NDArray[Any]) -> torch.Tensor:
        inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        vectors: torch.Tensor = model(inputs)["sentence_embedding"]
        return vectors

    model.tokenizer.model_max_length = model.max_seq_length
    return sentence_graph(model), model[0].model, model.tokenizer, torch_model


def _classifier(name: str, folder: Path, family: str) -> tuple[Any, Any, Any, TorchModel]:
    """Returns the graph, the transformer, its tokenizer, and the function of torch."""
    model = load_model(name, getattr(transformers, f"AutoModelFor{family}")).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)

    def torch_model(ids: NDArray[Any], mask: NDArray[Any]) -> torch.Tensor:
        logits: torch.Tensor = model(
            input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)
        ).logits
        return logits

    return classifier_graph(model), model, tokenizer, torch_model


def _save_tokenizer(tokenizer: Any, window: int, path: Path) -> None:
    from tokenizers import Tokenizer

    copy = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    copy.enable_truncation(window)
    copy.enable_padding(pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    copy.save(str(path))
