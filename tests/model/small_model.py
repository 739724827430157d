"""A small network that writes nonsense, for tests: two layers, 300 tokens, drawn weights."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from palate.model.network import Network

SPECIAL = ("<|start|>", "<|end|>")
VOCABULARY = 300
TEMPLATE = (
    "{% for turn in messages %}<|start|>{{ turn.role }}\n{{ turn.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)


@cache
def small_network() -> Network:
    """A Llama in float32 on the CPU with a byte-level tokenizer and a chat template; <|end|> ends a draft."""
    from palate.model.network import Network

    return Network("small", small_causal(), small_tokenizer())


def small_causal() -> Any:
    """The weights of `small_network`, for tests that change them."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = small_tokenizer()
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.4,  # so large that some tokens are much likelier than others
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaForCausalLM(config)  # type: ignore[no-untyped-call]
    return model.train(False)


@cache
def small_encoder_decoder() -> Network:
    """A T5 in float32 with the same tokenizer, but no chat template."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    from palate.model.network import Network

    tokenizer = small_tokenizer()
    tokenizer.chat_template = None
    config = T5Config(  # type: ignore[no-untyped-call]
        vocab_size=VOCABULARY,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        decoder_start_token_id=tokenizer.bos_token_id,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = T5ForConditionalGeneration(config)
    with torch.no_grad():
        model.lm_head.weight.mul_(20.0)
    return Network("small encoder-decoder", model.train(False), tokenizer)


def save(network: Network, folder: Path) -> Path:
    """Saves a network as transformers does."""
    network.model.save_pretrained(folder)
    network.tokenizer.save_pretrained(folder)
    return folder


def small_tokenizer() -> Any:
    """Every byte is a token, and so are 42 pairs of letters and two special ones."""
    from tokenizers import Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE
    from transformers import PreTrainedTokenizerFast

    pairs = list(product("Ġtashr", "theoain"))
    names = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet()), *map("".join, pairs)]
    bpe = Tokenizer(BPE({name: number for number, name in enumerate(names)}, pairs))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bpe, bos_token=SPECIAL[0], eos_token=SPECIAL[1], pad_token=SPECIAL[1]
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer
