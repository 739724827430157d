"""A sentence-transformers model, loaded from its folder and from nowhere else."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from palate.device import torch_device
from palate.errors import BadSource, MissingExtra

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def load_sbert(
    folder: Path, name: str, *, device: str | None = None, config: Mapping[str, Any] = MappingProxyType({})
) -> "SentenceTransformer":
    """Loads a model in float32, without any code of its own; of a plain transformer the mean over its word
    pieces.

    name: for messages. device: that of `on_device` if None. config: of the transformer, in place of
    its own. Raises BadSource where it cannot be loaded, MissingExtra without [bert].
    """
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise MissingExtra("a sentence-transformers model", "bert") from None
    loading: dict[str, Any] = {"use_safetensors": True, "dtype": torch.float32}
    try:
        return SentenceTransformer(
            str(folder),
            device=device or torch_device(),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs=loading,
            config_kwargs=dict(config),
        )
    except (
        AttributeError,
        ImportError,
        LookupError,
        OSError,
        RuntimeError,
        SafetensorError,
        TypeError,
        ValueError,
    ) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BadSource(f"{name} is no model that sentence-transformers can load: {reason}") from None
