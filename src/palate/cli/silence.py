"""Silence around the heavy packages: none of their progress bars and notes reach the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from palate.errors import MissingExtra

SILENT_ENV = {"TQDM_DISABLE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
OFFLINE_ENV = {"HF_HUB_OFFLINE": "1"}
# the modules that [bert] brings
BERT_MODULES = {
    "torch",
    "transformers",
    "sentence_transformers",
    "peft",
    "accelerate",
    "model2vec",
    "datasets",
}


@contextmanager
def silenced(*, offline: bool = False) -> Iterator[None]:
    """Hides the bars and notes of other packages, which are to be imported inside. offline: without a look at
    the hub.

    Raises MissingExtra where the extra [bert] is not installed.
    """
    wanted = {**SILENT_ENV, **(OFFLINE_ENV if offline else {})}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in BERT_MODULES:
            raise
        raise MissingExtra("training", "bert") from None
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
