"""A random model of two layers with a tokenizer of bytes: all that a loop needs, in milliseconds."""

from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from palate.model.network import Network

SPECIAL = ["<s>", "</s>", "<pad>"]
WORDS = ["Ġthe", "Ġcat", "ing", "Ġa", "er"]
TEMPLATE = (
    "{% for message in messages %}{{ '<s>' + message['role'] + '\n' + message['content'] + '</s>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}"
)
SHARPNESS = 40.0  # of the output, so that the distributions are far from flat


def small_tokenizer(*, chats: bool = True) -> Any:
    """A tokenizer of single bytes and a few words."""
    pieces = [*SPECIAL, *sorted(ByteLevel.alphabet()), *WORDS]
    tokenizer = Tokenizer(BPE(vocab={piece: index for index, piece in enumerate(pieces)}, merges=[]))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        clean_up_tokenization_spaces=False,
    )
    if chats:
        wrapped.chat_template = TEMPLATE
    return wrapped


def small_causal(seed: int = 0) -> Any:
    """A causal model with random weights, in float32."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(small_tokenizer()),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        model.lm_head.weight.mul_(SHARPNESS)
    return model


@cache
def small_network(seed: int = 0) -> Network:
    """A causal model with its tokenizer. Cached: do not change it."""
    return Network("small", small_causal(seed), small_tokenizer())


@cache
def small_encoder_decoder(seed: int = 0) -> Network:
    """An encoder-decoder with its tokenizer. Cached: do not change it."""
    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=len(small_tokenizer()),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        eos_token_id=1,
        pad_token_id=2,
        decoder_start_token_id=2,
    )
    model = T5ForConditionalGeneration(config).eval()
    with torch.no_grad():
        model.lm_head.weight.mul_(SHARPNESS)
    return Network("small encoder-decoder", model, small_tokenizer(chats=False))


def save(network: Network, folder: Path) -> Path:
    """Saves a network as transformers does."""
    network.model.save_pretrained(folder)
    network.tokenizer.save_pretrained(folder)
    return folder
