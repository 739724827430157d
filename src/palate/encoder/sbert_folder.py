"""The folder of a sentence-transformers model: where it is, that nothing in it needs unpickling, and its
content hash.
"""

import hashlib
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from palate.errors import BadSource, MissingExtra, UnknownName

# what is fetched and hashed: weights, settings, vocabularies; no pickle
MODEL_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
PICKLES = {"pytorch_model*.bin": "model*.safetensors", "adapter_model*.bin": "adapter_model*.safetensors"}


def model_folder(name_or_path: str) -> tuple[Path, str | None]:
    """Returns the model's folder, and the revision if it comes from the hub.

    A folder of this name is taken before a hub model of this name. Raises BadSource, UnknownName, and
    MissingExtra for a hub model without [bert].
    """
    folder, revision = Path(name_or_path).expanduser(), None
    if not folder.is_dir():
        if folder.exists():
            raise BadSource(f"{name_or_path} is a file; give the folder of a sentence-transformers model")
        if folder.is_absolute() or name_or_path.startswith((".", "~")) or name_or_path.count("/") > 1:
            raise BadSource(
                f"there is no folder {name_or_path}; "
                "give the folder of a sentence-transformers model or a hub name"
            )
        folder = _from_hub(name_or_path)
        revision = folder.name
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise BadSource(
            f"{name_or_path} is no sentence-transformers model: "
            "it holds neither modules.json nor config.json; give the folder that holds them"
        )
    _refuse_pickles(name_or_path, folder)
    return folder, revision


def model_version(name_or_path: str) -> str:
    """Returns what tells a model's vectors from those of others: its revision on the hub, else its content
    hash. Raises as `model_folder`.
    """
    folder, revision = model_folder(name_or_path)
    return f"{name_or_path}@{revision}" if revision else f"sha256-{content_hash(folder)[:16]}"


def content_hash(folder: Path) -> str:
    """Returns the SHA-256 over the names and contents of all files that make the model's vectors."""
    sha256 = hashlib.sha256()
    for part in _parts(folder):
        for path in sorted(path for pattern in MODEL_FILES for path in part.glob(pattern)):
            sha256.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    sha256.update(block)
    return sha256.hexdigest()


def _from_hub(name: str) -> Path:
    """Returns the folder in the hub's cache; fetched first if it is not there. Its name is the revision."""
    if find_spec("sentence_transformers") is None:  # it would be fetched in vain
        raise MissingExtra("a model from the hub", "bert")
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    ignored = ["onnx/*", "openvino/*"]
    try:
        try:
            cached = Path(
                snapshot_download(
                    name, allow_patterns=list(MODEL_FILES), ignore_patterns=ignored, local_files_only=True
                )
            )
            if any(cached.rglob("*.safetensors")):  # another program may have fetched a few files only
                return cached
        except LocalEntryNotFoundError:
            pass  # not there yet
        return Path(snapshot_download(name, allow_patterns=list(MODEL_FILES), ignore_patterns=ignored))
    except HFValidationError:
        raise UnknownName(
            f"{name!r} is neither a folder nor a name on the hub, such as intfloat/e5-small-v2"
        ) from None
    except RepositoryNotFoundError:
        raise UnknownName(
            f"the hub has no model {name!r} that is open to you; check the name, or run: hf auth login"
        ) from None
    # no network, or HF_HUB_OFFLINE, which is an OSError too
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise BadSource(
            f"the model {name!r} is not on this machine and cannot be fetched from the hub; "
            f"go online once without HF_HUB_OFFLINE, or give the path of its folder ({type(error).__name__})"
        ) from None


def _refuse_pickles(name_or_path: str, folder: Path) -> None:
    """Raises BadSource where weights are there as a pickle only, or not at all."""
    for part in _parts(folder):
        for pickled, safe in PICKLES.items():
            if any(part.glob(pickled)) and not any(part.glob(safe)):
                pickle = next(part.glob(pickled)).relative_to(folder)
                raise BadSource(
                    f"{name_or_path} has its weights as a pickle only ({pickle}), "
                    "which palate does not open; save the model as safetensors"
                )
    if not any(any(part.glob("*.safetensors")) for part in _parts(folder)):
        raise BadSource(f"{name_or_path} holds no weights as safetensors; save the model as safetensors")


def _parts(folder: Path) -> Iterator[Path]:
    """Yields the folder and all folders of its modules. Other folders, such as checkpoints, are no part of
    the model.
    """
    yield folder
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        paths = sorted({str(module["path"]) for module in modules} - {"", "."})
    except FileNotFoundError:
        return  # a plain transformers model
    except (ValueError, TypeError, KeyError):
        raise BadSource(
            f"{folder / 'modules.json'} is not a list of modules with a path each; save the model again"
        ) from None
    for path in paths:
        part = (folder / path).resolve()
        if not part.is_relative_to(folder.resolve()):
            raise BadSource(f"{folder / 'modules.json'} names {path}, which lies outside the model")
        if (folder / path).is_dir():
            yield folder / path
            yield from sorted(inner for inner in (folder / path).rglob("*") if inner.is_dir())
