"""Distilling a tiny BERT, against model2vec's own model; int8 rows against what they stand for."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from model2vec.distill import distill
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from palate.encoder.static import StaticEncoder
from palate.errors import BadSource, MissingExtra
from palate.parts import Matrix
from palate.training.distil import distil, quantise

WORDS = "the a cat dog tree river stone light old new runs sees falls under over quickly"
CONTENTS = [
    "the old cat sees a new dog",
    "a river falls over stone",
    "light",
    "the tree, the tree; under stone quickly",
]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model with random weights: one layer, 32 dims, words and letters as pieces."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *WORDS.split(),
        *letters[1:],
        *(f"##{letter}" for letter in letters),
        ",",
        ";",
    ]
    tokenizer = Tokenizer(WordPiece({piece: place for place, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    torch.manual_seed(0)
    config = BertConfig(  # type: ignore[no-untyped-call]
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.5,
    )
    plain, folder = tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("teacher")
    BertModel(config).save_pretrained(plain)  # type: ignore[no-untyped-call]
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **special).save_pretrained(plain)  # type: ignore[no-untyped-call]
    SentenceTransformer(str(plain), device="cpu").save_pretrained(str(folder), create_model_card=False)
    return folder


def test_what_is_distilled_is_an_encoder_close_to_model2vecs_own(teacher: Path, tmp_path: Path) -> None:
    made = distil(teacher, tmp_path / "made", name="mine", dims=8)
    encoder = StaticEncoder(made.folder)
    assert (encoder.name, encoder.dims, made.dims) == ("mine", 8, 8)
    arrays = load_file(made.folder / "model.safetensors")
    assert arrays["rows"].dtype == np.int8
    assert arrays["rows"].shape == (made.pieces, 8)
    own = distill(str(teacher), pca_dims=8, sif_coefficient=1e-4, quantize_to="float32", device="cpu")
    found, expected = encoder.encode(CONTENTS), own.encode(CONTENTS)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.einsum("nd,nd->n", found, expected).min() > 0.999
    # before int8 they are the same: the mean that model2vec takes and the sum point one way
    vectors = own.embedding.astype(np.float64)
    before = np.stack(
        [
            vectors[own.tokenizer.encode(content, add_special_tokens=False).ids].sum(axis=0)
            for content in CONTENTS
        ]
    )
    before /= np.linalg.norm(before, axis=1, keepdims=True)
    assert np.einsum("nd,nd->n", before, expected).min() > 0.99999


def test_the_folder_tells_what_it_was_made_from(teacher: Path, tmp_path: Path) -> None:
    made = distil(teacher, tmp_path / "made", dims=8)
    config = json.loads((tmp_path / "made" / "config.json").read_text())
    sha256 = hashlib.sha256((teacher / "model.safetensors").read_bytes()).hexdigest()
    assert config["teacher_sha256"] == made.teacher_sha256 == sha256
    assert (
        config["sha256"] == hashlib.sha256((tmp_path / "made" / "model.safetensors").read_bytes()).hexdigest()
    )


def test_the_unknown_says_nothing(teacher: Path, tmp_path: Path) -> None:
    distil(teacher, tmp_path / "made", dims=8)
    encoder = StaticEncoder(tmp_path / "made")
    np.testing.assert_array_equal(encoder.sums(["東"]), np.zeros((1, 8)))
    np.testing.assert_array_equal(encoder.encode(["cat 東 東"]), encoder.encode(["cat"]))


def test_distilling_again_gives_the_same_bytes(teacher: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        distil(teacher, tmp_path / name, dims=8)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


def test_a_teacher_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").touch()
    with pytest.raises(BadSource, match=r"holds no model\.safetensors; give the folder"):
        distil(tmp_path, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_missing_package_names_the_extra(
    teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "model2vec.distill", None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[bert\]'"):
        distil(teacher, tmp_path / "made")


@given(
    vectors=hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.floats(-1e3, 1e3).map(lambda x: x if abs(x) > 1e-6 else 0.0),
    )
)
def test_int8_is_at_most_half_a_scale_away(vectors: Matrix) -> None:
    rows, scales = quantise(vectors)
    assert rows.dtype == np.int8
    assert scales.dtype == np.float32
    largest = np.abs(vectors).max(axis=1)
    assert (np.abs(rows.astype(int)) <= 127).all()
    assert (scales <= largest / 127 * (1 + 2**-7)).all()  # no coarser than its 8 bits ask for
    exact = rows.astype(np.float64) * scales.astype(np.float64)[:, None]
    assert (np.abs(exact - vectors) <= scales[:, None] / 2 * (1 + 1e-9)).all()
    # a product has at most 15 bits: float32 holds it exactly, and a scale has at most 8
    np.testing.assert_array_equal((rows.astype(np.float32) * scales[:, None]).astype(np.float64), exact)
    mantissa, _ = np.frexp(scales.astype(np.float64))
    np.testing.assert_array_equal(mantissa * 256, np.rint(mantissa * 256))


def test_with_texts_the_vectors_come_nearer_to_the_teachers_and_the_first_dims_hold_most(
    teacher: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    words = WORDS.split()
    texts = [" ".join(rng.choice(words, rng.integers(2, 7))) for _ in range(400)]
    own = SentenceTransformer(str(teacher), device="cpu").encode(texts)
    near = own @ own.T / np.outer(np.linalg.norm(own, axis=1), np.linalg.norm(own, axis=1))
    errors = []
    for name, taught in (("plain", []), ("taught", [*texts, texts[0]])):
        made = distil(teacher, tmp_path / name, texts=taught, dims=16)
        vectors = StaticEncoder(made.folder).encode(texts)
        errors.append(float(np.abs(vectors @ vectors.T - near).mean()))
    assert made.texts == len(set(texts))
    assert errors[1] < 0.5 * errors[0]
    energies = (vectors.astype(np.float64) ** 2).sum(axis=0)
    assert energies[:8].sum() > energies[8:].sum()
