"""Tiny models with random weights, made once: two layers of four heads, 32 dims, a window of 16 pieces."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    "the",
    "cat",
    "##s",
    "sat",
    ".",
    "✓",
]

SaveTiny = Callable[..., Path]


@pytest.fixture(scope="session")
def _calm() -> None:
    """No test reaches the hub or draws bars."""
    import huggingface_hub.constants
    import transformers

    huggingface_hub.constants.HF_HUB_OFFLINE = True
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def save_tiny(tmp_path_factory: pytest.TempPathFactory, _calm: None) -> SaveTiny:
    """Saves a sentence-transformers model of a family of transformers, such as Bert, with a pooling."""

    def save(family: str = "Bert", pooling: str = "mean", seed: int = 0) -> Path:
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
        from tokenizers import Tokenizer, normalizers, pre_tokenizers
        from tokenizers.models import WordPiece
        from tokenizers.processors import TemplateProcessing

        pieces = list(dict.fromkeys(PIECES))
        tokenizer = Tokenizer(
            WordPiece({piece: index for index, piece in enumerate(pieces)}, unk_token="[UNK]")
        )
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
        )
        names = ["input_ids", *(["token_type_ids"] if family == "Bert" else []), "attention_mask"]
        special = {
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
        }
        transformers: Any = import_module("transformers")  # its classes have no types
        fast = transformers.PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, model_max_length=16, model_input_names=names, **special
        )
        torch.manual_seed(seed)
        sizes = {
            "vocab_size": len(pieces),
            "max_position_embeddings": 20,
            "pad_token_id": 0,
            "initializer_range": 0.5,
        }
        if family == "DistilBert":
            sizes |= {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48}
        else:
            sizes |= {
                "hidden_size": 32,
                "num_hidden_layers": 2,
                "num_attention_heads": 4,
                "intermediate_size": 48,
            }
        plain = tmp_path_factory.mktemp("plain")
        model = getattr(transformers, f"{family}Model")(getattr(transformers, f"{family}Config")(**sizes))
        for parameter in model.parameters():  # biases and norms too, so that nothing is 0 or 1 by chance
            torch.nn.init.normal_(parameter, std=0.5)
        model.save_pretrained(plain)
        fast.save_pretrained(plain)
        folder = tmp_path_factory.mktemp(f"{family}-{pooling}")
        transformer = Transformer(str(plain))
        SentenceTransformer(
            modules=[transformer, Pooling(32, pooling_mode=pooling), Normalize()], device="cpu"
        ).save_pretrained(str(folder), create_model_card=False)
        return folder

    return save


@pytest.fixture(scope="session")
def tiny(save_tiny: SaveTiny) -> Path:
    return save_tiny()
