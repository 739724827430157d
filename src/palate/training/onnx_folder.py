"""A folder that ONNX Runtime alone can use: model.onnx, tokenizer.json that cuts and pads as it must,
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
from palate.training.onnx_graph import head_graph, sentence_graph
from palate.training.run.card import HUB_NAMES, LOOKS
from palate.training.run.finish import read_finished
from palate.training.run.resume import FINISHED
from palate.training.run.start import checkpoint_of, load_model
from palate.training.sentences import load_sentences

Said = Callable[[NDArray[Any], NDArray[Any]], torch.Tensor]  # what torch says of ids and mask

# of what ONNX Runtime says from what torch says, in units of the largest number said, 1 at least
TOLERANCE = 1e-4
TRIED = ("A text of yours.", "", "Texts of different lengths, " * 12, "word " * 600)
KINDS = {"SequenceClassification": "classify", "TokenClassification": "tokens", "MaskedLM": "masked"}

CARD = """---
library_name: onnx
pipeline_tag: {task}
tags:
- palate
- onnx
---

# {name}

A model that {does}, made from {start} by palate, as an ONNX graph. It gives out `{output}` {shape}.
On the texts that were tried it differs from torch by {apart:.1e} at most. It reads texts to their {window}th word piece.

In this folder, with onnxruntime and tokenizers alone:

```python
import numpy as np
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

read = Tokenizer.from_file("tokenizer.json").encode_batch(["A text of yours.", "Another one."])
given = {{"input_ids": np.array([one.ids for one in read]), "attention_mask": np.array([one.attention_mask for one in read])}}
(said,) = InferenceSession("model.onnx").run(None, given)
print(said.shape)
```
"""


def write_onnx(name: str, folder: Path, made: Path) -> float:
    """Make the folder `made` of the model `name`, which lies in `folder`; how far the graph is from torch,
    see `apart`.

    Raises BadSource for a model that is no BERT, or where the graph is further from torch than TOLERANCE.
    """
    family = _family(name, folder)
    graph, model, tokenizer, said = _of_sentences(name) if family is None else _of_head(name, folder, family)
    longest = model.config.max_position_embeddings
    window = min(tokenizer.model_max_length, longest)
    made.mkdir()
    onnx.save(graph, made / "model.onnx")
    model.config.save_pretrained(made)
    _save_tokenizer(tokenizer, window, made / "tokenizer.json")
    worst = apart(made, said)
    if worst > TOLERANCE:
        raise BadSource(
            f"the ONNX graph of {name} differs from torch by {worst:.1e}, more than {TOLERANCE:g}; none was kept"
        )
    finished = read_finished(folder) if (folder / FINISHED).is_file() else None
    look = LOOKS[finished.kind if finished else KINDS.get(family or "", "similarity")]
    start = finished.start if finished else name
    output = graph.graph.output[0]
    sizes = [size.dim_param or str(size.dim_value) for size in output.type.tensor_type.shape.dim]
    card = CARD.format(
        name=folder.name,
        task=look.task,
        does=look.does,
        start=HUB_NAMES.get(start, start),
        output=output.name,
        shape=f"({', '.join(sizes)})",
        apart=worst,
        window=window,
    )
    (made / "README.md").write_text(card, "utf-8")
    return worst


def apart(made: Path, said: Said) -> float:
    """The largest difference from torch on TRIED, in one batch and one by one, in units of the largest
    number, 1 at least.
    """
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    tokenizer, session = (
        Tokenizer.from_file(str(made / "tokenizer.json")),
        InferenceSession(made / "model.onnx"),
    )
    worst = 0.0
    for texts in (list(TRIED), *([text] for text in TRIED)):
        read = tokenizer.encode_batch(texts)
        ids, mask = np.array([one.ids for one in read]), np.array([one.attention_mask for one in read])
        with torch.inference_mode():
            other = said(ids, mask).numpy()
        (own,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
        if own.ndim == 3:  # word by word, where a padded place may say anything
            own, other = own[mask == 1], other[mask == 1]
        worst = max(worst, float(np.abs(own - other).max() / max(1.0, np.abs(other).max())))
    return worst


def _family(name: str, folder: Path) -> str | None:
    """The head of the checkpoint, as transformers calls it; None for a model of sentence vectors."""
    if (folder / "modules.json").is_file():
        return None
    architectures = json.loads((checkpoint_of(name) / "config.json").read_text("utf-8")).get(
        "architectures"
    ) or [""]
    return next((family for family in KINDS if architectures[0].endswith(family)), None)


def _of_sentences(name: str) -> tuple[Any, Any, Any, Said]:
    model: Any = load_sentences(name)
    model = model.cpu().eval()

    def said(ids: NDArray[Any], mask: NDArray[Any]) -> torch.Tensor:
        given = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        vectors: torch.Tensor = model(given)["sentence_embedding"]
        return vectors

    model.tokenizer.model_max_length = model.max_seq_length
    return sentence_graph(model), model[0].model, model.tokenizer, said


def _of_head(name: str, folder: Path, family: str) -> tuple[Any, Any, Any, Said]:
    model = load_model(name, getattr(transformers, f"AutoModelFor{family}")).eval()

    def said(ids: NDArray[Any], mask: NDArray[Any]) -> torch.Tensor:
        logits: torch.Tensor = model(
            input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)
        ).logits
        return logits

    return (
        head_graph(model),
        model,
        transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True),
        said,
    )


def _save_tokenizer(tokenizer: Any, window: int, path: Path) -> None:
    from tokenizers import Tokenizer

    own = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    own.enable_truncation(window)
    own.enable_padding(pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    own.save(str(path))
