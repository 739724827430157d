"""Examples that a tiny BERT learns in seconds: cats and dogs among letters."""

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from training.animals import animals

Write = Callable[..., Path]


@pytest.fixture(autouse=True, scope="session")
def _calm() -> Iterator[None]:
    """No test reaches the hub or draws bars; small sums need one thread."""
    import huggingface_hub.constants
    import torch
    import transformers

    huggingface_hub.constants.HF_HUB_OFFLINE = True
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a CSV: its name, then columns by name."""

    def write(name: str, **columns: Sequence[object]) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(columns)
            table.writerows(zip(*columns.values(), strict=True))
        return path

    return write


@pytest.fixture
def cats(write: Write) -> Path:
    """120 texts with a label."""
    texts, labels = animals(120, 0)
    return write("cats.csv", text=texts, label=labels)


@pytest.fixture(scope="session")
def made(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny finished model of a kind, trained on first use; read it, do not write to it."""
    from training.made_models import make_model

    folder = tmp_path_factory.mktemp("made")

    def made(kind: str) -> Path:
        if not (folder / kind).is_dir():
            make_model(kind, folder / kind, tiny_bert)
        return folder / kind

    return made
