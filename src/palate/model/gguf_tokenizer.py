"""The tokenizer of a GGUF file, built from its metadata: byte-level BPE of the SmolLM family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

from palate.errors import BadSource

CONTROL = 3  # the type of tokens that no text holds, such as those between turns
NAMES = {"bos_token": "bos_token_id", "eos_token": "eos_token_id", "pad_token": "padding_token_id"}


def gguf_tokenizer(metadata: Mapping[str, Any]) -> Tokenizer:
    """Builds the tokenizer that a GGUF file describes.

    transformers 5.3 makes another of the same file: with a space before the text, invented tokens and the
    wrong end. Digits stand alone, words are parted by GPT-2's pattern, and bytes are the letters.
    metadata: what `gguf.GGUFReader` gives under tokenizer.ggml, by the last part of its name. Raises
    BadSource for another kind of tokenizer.
    Source: llama.cpp, the pre-tokenizer "smollm".
    """
    kind = metadata["model"], metadata.get("pre")
    if kind != ("gpt2", "smollm"):
        raise BadSource(
            f"the GGUF file has a tokenizer of the kind {kind[0]} with {kind[1]}, of which palate knows only "
            "gpt2 with smollm; save the model with transformers and give its folder"
        )
    tokens = metadata["tokens"]
    merges = [tuple(merge.split(" ")) for merge in metadata["merges"]]
    tokenizer = Tokenizer(BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = Sequence(
        [Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = ByteLevelDecoder()
    special = [token for token, type_ in zip(tokens, metadata["token_type"], strict=True) if type_ == CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer


def tokenizer_settings(metadata: Mapping[str, Any], window: int) -> dict[str, Any]:
    """Returns transformers' tokenizer_config.json for it: which tokens begin, end and fill, the window, and
    the chat template.
    """
    named = {name: metadata["tokens"][metadata[key]] for name, key in NAMES.items() if key in metadata}
    return {
        **named,
        "tokenizer_class": "PreTrainedTokenizerFast",  # else transformers builds one of its own
        "model_max_length": window,
        "clean_up_tokenization_spaces": False,
        "chat_template": metadata["chat_template"],
    }
