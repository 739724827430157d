"""StaticEncoder against a slow sum over the tokeniser's own word pieces."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from palate.encoder import static
from palate.encoder.static import SHIPPED, StaticEncoder
from palate.errors import BadSource
from palate.parts import Vector

ODD = "the cat Cats' café naïve COVID-19 x=3.14 don't 東京 🦊 ﬁne ß a_b http://x.y/z?q=1#f İ"
words = st.sampled_from(ODD.split())
drawn = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
contents = st.one_of(drawn, st.lists(st.one_of(words, drawn), max_size=30).map(" ".join))


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder()


@pytest.fixture(scope="module")
def second() -> StaticEncoder:
    return StaticEncoder()


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    tokenizer.no_truncation()
    return tokenizer


@pytest.fixture(scope="module")
def vectors() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(v, d) of the word pieces."""
    arrays = load_file(SHIPPED / "model.safetensors")
    return np.asarray(arrays["rows"].astype(np.float64) * arrays["scales"].astype(np.float64)[:, None])


@settings(deadline=None, max_examples=300)
@given(content=contents)
@example(content="a" * 101 + "-" + "b" * 100)  # BERT takes no word of more than 100 letters
@example(content="wait...what?!(no)")
def test_sums_equal_a_slow_sum(
    encoder: StaticEncoder,
    tokenizer: Tokenizer,
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    content: str,
) -> None:
    # a text that spells a special token, such as [UNK], holds plain letters and brackets to the encoder
    assume(not any(token.content in content for token in tokenizer.get_added_tokens_decoder().values()))
    total = np.zeros(encoder.dims)
    for piece in tokenizer.encode(content, add_special_tokens=False).ids:
        total += vectors[piece]
    np.testing.assert_array_equal(encoder.sums([content])[0], total)  # to the last bit: the sums are exact


@settings(deadline=None)
@given(content=contents, seed=st.integers(0, 99))
def test_attributed_amounts_sum_to_the_whole(encoder: StaticEncoder, content: str, seed: int) -> None:
    direction: Vector = np.random.default_rng(seed).normal(size=encoder.dims)
    amounts = encoder.attribute(content, direction)
    assert abs(sum(amounts.values()) - float(encoder.encode([content])[0] @ direction)) < 1e-6
    assert all(word == word.lower() for word in amounts)


@settings(deadline=None)
@given(batch=st.lists(contents, max_size=6), seed=st.integers(0, 99))
def test_a_vector_is_the_same_bits_alone_and_in_any_batch(
    encoder: StaticEncoder, second: StaticEncoder, batch: list[str], seed: int
) -> None:
    rows = encoder.encode(batch)
    assert rows.dtype == np.float32
    assert rows.shape == (len(batch), encoder.dims)
    order = np.random.default_rng(seed).permutation(len(batch))
    np.testing.assert_array_equal(second.encode([batch[place] for place in order]), rows[order])
    for content, row in zip(batch, rows, strict=True):
        np.testing.assert_array_equal(encoder.encode([content])[0], row)
        assert np.linalg.norm(row) == pytest.approx(1, abs=1e-6) or not row.any()


def test_forgetting_word_pieces_changes_nothing(
    encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [f"word{place} and the cat number {place * 7}" for place in range(40)]
    rows = encoder.encode(batch)
    monkeypatch.setattr(static, "MAX_REMEMBERED_PARTS", 10)
    monkeypatch.setattr(static, "BATCH_TEXTS", 3)
    np.testing.assert_array_equal(StaticEncoder().encode(batch), rows)


@pytest.mark.parametrize("content", ["", " \n\t", "𒀀", "𒀀 𒁀"])
def test_a_text_without_a_known_word_piece_gets_the_zero_vector(encoder: StaticEncoder, content: str) -> None:
    np.testing.assert_array_equal(encoder.encode([content, "cat"])[0], np.zeros(encoder.dims))
    assert sum(encoder.attribute(content, np.ones(encoder.dims)).values()) == 0


def test_a_text_that_spells_a_special_token_is_plain_text(encoder: StaticEncoder) -> None:
    np.testing.assert_array_equal(
        encoder.sums(["a [UNK] cat [PAD]"]), encoder.sums(["a [ UNK ] cat [ PAD ]"])
    )


def test_a_text_has_no_longest_length(encoder: StaticEncoder) -> None:
    long = "the cat " * 5000
    np.testing.assert_array_equal(encoder.sums([long]), 5000 * encoder.sums(["the cat"]))


def test_related_texts_are_nearer(encoder: StaticEncoder) -> None:
    rows = encoder.encode(["training neural networks", "deep learning models", "medieval trade in wool"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.1


def test_the_fingerprint_is_of_the_weights_that_are_shipped(encoder: StaticEncoder) -> None:
    sha256 = hashlib.sha256((SHIPPED / "model.safetensors").read_bytes()).hexdigest()
    assert encoder.fingerprint == f"static:{sha256[:16]}"


def test_a_folder_that_is_no_static_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="is no static encoder"):
        StaticEncoder(tmp_path)
    folder = shutil.copytree(SHIPPED, tmp_path / "copy")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "schema": 99}))
    with pytest.raises(BadSource, match="has schema 99"):
        StaticEncoder(folder)
