"""A tiny BERT with random weights, and the minilm encoder with its file made once for all tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from palate.encoder.minilm import MinilmEncoder

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session", autouse=True)
def _offline() -> None:
    """No test reaches the hub, whatever the environment says."""
    import huggingface_hub.constants

    huggingface_hub.constants.HF_HUB_OFFLINE = True


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's minilm file is kept."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def minilm(cache: Path) -> MinilmEncoder:
    return MinilmEncoder(cache=cache)


@pytest.fixture(scope="session")
def save_tiny_bert() -> Callable[[Path, int], Path]:
    """Saves a sentence-transformers model to a folder: one layer, 16 dims, a window of 12 word pieces, letters as pieces."""

    def save(folder: Path, seed: int) -> Path:
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer, normalizers, pre_tokenizers
        from tokenizers.models import WordPiece
        from tokenizers.processors import TemplateProcessing
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        pieces = [
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            *LETTERS,
            *(f"##{letter}" for letter in LETTERS),
            "the",
            "cat",
            "dog",
        ]
        tokenizer = Tokenizer(WordPiece({piece: place for place, piece in enumerate(pieces)}, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
        special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=12, **special)  # type: ignore[no-untyped-call]
        torch.manual_seed(seed)
        config = BertConfig(  # type: ignore[no-untyped-call]
            vocab_size=len(pieces),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=16,
            initializer_range=0.5,
        )
        plain = folder.with_name(folder.name + "-plain")
        BertModel(config).save_pretrained(plain)  # type: ignore[no-untyped-call]
        fast.save_pretrained(plain)
        SentenceTransformer(str(plain), device="cpu").save_pretrained(str(folder), create_model_card=False)
        return folder

    return save


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory, save_tiny_bert: Callable[[Path, int], Path]) -> Path:
    return save_tiny_bert(tmp_path_factory.mktemp("models") / "tiny", 0)
