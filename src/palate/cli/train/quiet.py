"""Quiet: where the heavy packages do their work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from palate.errors import MissingExtra

QUIET = {"TQDM_DISABLE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
OFFLINE = {"HF_HUB_OFFLINE": "1"}
# what [bert] brings
BERT = {"torch", "transformers", "sentence_transformers", "peft", "accelerate", "model2vec", "datasets"}


@contextmanager
def quiet(*, offline: bool = False) -> Iterator[None]:
    """Without the bars and notes of other packages; import them inside. offline: without a look at the hub.

    Raises MissingExtra where the extra [bert] is not installed.
    """
    wanted = {**QUIET, **(OFFLINE if offline else {})}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in BERT:
            raise
        raise MissingExtra("training", "bert") from None
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
