"""A small language and tiny BERTs that can read it, for the tests of masked-language training."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForMaskedLM, BertModel, PreTrainedTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SUBJECTS, VERBS, PLACES = (
    "cat dog bird fish".split(),
    "sees hears smells finds".split(),
    "tree river stone hill".split(),
)
WORDS = [*SUBJECTS, *VERBS, *PLACES, "the", "a", "old", "new", "under", "over", ".", "##s"]


def sentence(rng: np.random.Generator) -> str:
    """Such as "the old cat sees a new river ." A verb belongs to each subject and a preposition to each
    place.
    """
    who, where = rng.integers(4, size=2)
    preposition = ("under", "over")[where % 2]
    return f"the old {SUBJECTS[who]} {VERBS[who]} a new {PLACES[where]} {preposition} the {SUBJECTS[who]} ."


def write_texts(path: Path, n: int, seed: int = 0) -> Path:
    """n rows of one to four sentences, with a title."""
    rng = np.random.default_rng(seed)
    rows = [
        {"title": "old cats", "text": " ".join(sentence(rng) for _ in range(rng.integers(1, 5)))}
        for _ in range(n)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def tokenizer_of() -> Any:
    tokenizer = Tokenizer(
        WordPiece({piece: place for place, piece in enumerate([*SPECIAL, *WORDS])}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=32, **names)  # type: ignore[no-untyped-call]


def config_of() -> BertConfig:
    return BertConfig(  # type: ignore[no-untyped-call]
        vocab_size=len(SPECIAL) + len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=32,
        initializer_range=0.1,
    )


def save_bert(folder: Path, *, output_layer: bool, seed: int = 0) -> Path:
    """A BERT with random weights, with a masked-language output layer or without."""
    torch.manual_seed(seed)
    (BertForMaskedLM if output_layer else BertModel)(config_of()).save_pretrained(folder)
    tokenizer_of().save_pretrained(folder)
    return folder
