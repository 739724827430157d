from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from scipy.special import softmax

from palate.encoder.static import SHIPPED, StaticEncoder
from palate.errors import BadSource, BadValue
from palate.insight.xray import xray
from palate.insight.xray_data import XRay

SaveTiny = Callable[..., Path]
Array = np.ndarray[tuple[int, ...], np.dtype[np.floating[Any]]]

TEXT = "The cats sat. abc"
TEXTS = st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace").decode())


@pytest.fixture(scope="module")
def seen(tiny: Path) -> XRay:
    return xray(TEXT, folder=tiny, encoder="tiny")


def weights_of(folder: Path) -> dict[str, Array]:
    return {
        name.removeprefix("bert."): array for name, array in load_file(folder / "model.safetensors").items()
    }


def layer_norm(rows: Array, weight: Array, bias: Array) -> Array:
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12) * weight + bias)


# --- what the model is given


def test_pieces_carry_their_marks_ids_and_characters(seen: XRay) -> None:
    assert [piece.text for piece in seen.pieces] == [
        "[CLS]",
        "the",
        "cat",
        "##s",
        "sat",
        ".",
        "a",
        "##b",
        "##c",
        "[SEP]",
    ]
    assert [piece.continues for piece in seen.pieces] == [
        piece.text.startswith("##") for piece in seen.pieces
    ]
    assert seen.special.tolist() == [True, *[False] * 8, True]
    characters = [TEXT[piece.start : piece.end].lower() for piece in seen.pieces if piece.side is not None]
    assert characters == ["the", "cat", "s", "sat", ".", "a", "b", "c"]
    assert seen.mask.tolist() == [1] * 10
    assert {piece.kind for piece in seen.pieces} == {0}


def test_a_pair_is_read_after_the_text_with_its_own_token_type(tiny: Path) -> None:
    seen = xray("cat", "the cats", folder=tiny, encoder="tiny")
    assert [(piece.text, piece.kind, piece.side) for piece in seen.pieces] == [
        ("[CLS]", 0, None),
        ("cat", 0, 0),
        ("[SEP]", 0, None),
        ("the", 1, 1),
        ("cat", 1, 1),
        ("##s", 1, 1),
        ("[SEP]", 1, None),
    ]
    assert seen.texts == ("cat", "the cats")


def test_what_is_beyond_the_window_is_counted_and_left_out(tiny: Path) -> None:
    """The vector is then sentence-transformers' own, which drops the rest too."""
    text = "cat sat the " * 9
    seen = xray(text, folder=tiny, encoder="tiny")
    assert (len(seen.pieces), seen.n_pieces, seen.window) == (16, 29, 16)
    assert seen.pieces[-1].text == "[SEP]"
    np.testing.assert_allclose(seen.vector, embedded(tiny, text), atol=1e-5)


@pytest.mark.parametrize(
    ("text", "pair", "which"), [("", None, "text"), (" \n", "cat", "text"), ("cat", "\t", "pair")]
)
def test_an_empty_text_is_refused(tiny: Path, text: str, pair: str | None, which: str) -> None:
    with pytest.raises(BadValue, match=f"the {which} is empty"):
        xray(text, pair, folder=tiny, encoder="tiny")


@pytest.mark.parametrize("static", [True, False])
def test_a_text_without_a_word_piece_is_refused(tiny: Path, static: bool) -> None:
    with pytest.raises(BadValue, match="no word piece"):
        xray("\x00", folder=SHIPPED if static else tiny, encoder="some")


# --- embeddings


def test_the_embeddings_are_the_rows_of_the_tables_and_their_sum_goes_through_layer_norm(tiny: Path) -> None:
    """Against the weights in the file, and the formula of layer norm."""
    seen = xray("the cat", "cats sat", folder=tiny, encoder="tiny")
    weights = weights_of(tiny)
    rows = {
        "word": weights["embeddings.word_embeddings.weight"][[piece.id for piece in seen.pieces]],
        "position": weights["embeddings.position_embeddings.weight"][: len(seen.pieces)],
        "token type": weights["embeddings.token_type_embeddings.weight"][
            [piece.kind or 0 for piece in seen.pieces]
        ],
    }
    assert list(seen.embeddings) == list(rows)
    for name, table in rows.items():
        np.testing.assert_array_equal(seen.embeddings[name], table)
    total = sum(rows.values())
    np.testing.assert_allclose(seen.summed, total, atol=1e-6)
    # or beta and gamma
    bias, weight = (weights[name] for name in sorted(weights) if name.startswith("embeddings.LayerNorm"))
    normed = layer_norm(np.asarray(total), weight, bias)
    np.testing.assert_allclose(seen.embedded, normed, atol=1e-5)
    np.testing.assert_array_equal(seen.hidden[0], seen.embedded)


@pytest.mark.parametrize(
    ("family", "parts"),
    [
        ("DistilBert", ["word", "position"]),
        ("Roberta", ["word", "position", "token type"]),
        ("MPNet", ["word", "position"]),
    ],
)
def test_other_families_add_up_to_their_own_embeddings(
    save_tiny: SaveTiny, family: str, parts: list[str]
) -> None:
    folder = save_tiny(family)
    seen = xray(TEXT, folder=folder, encoder=family)
    assert list(seen.embeddings) == parts
    np.testing.assert_allclose(sum(seen.embeddings.values()), seen.summed, atol=1e-5)
    np.testing.assert_allclose(seen.hidden[0], seen.embedded, atol=1e-6)
    np.testing.assert_allclose(seen.attention.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(seen.vector, embedded(folder, TEXT), atol=1e-5)
    assert seen.pieces[0].kind is None
    assert "token type ids" not in [step.name for step in seen.steps] or "token type" in parts


@pytest.mark.usefixtures("_calm")
def test_a_model_without_word_embeddings_and_layers_is_refused(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "cat": 1}, unk_token="[UNK]"))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=4)], device="cpu").save_pretrained(
        str(tmp_path), create_model_card=False
    )
    with pytest.raises(BadSource, match="sbert:bag is no BERT-like model"):
        xray("cat", folder=tmp_path, encoder="sbert:bag")


# --- attention and hidden states


def test_attention_is_the_softmax_of_scaled_dot_products(tiny: Path, seen: XRay) -> None:
    """Of the first layer, from the weights in the file; rows sum to 1 in all."""
    weights, dims = weights_of(tiny), 32 // 4
    index = "encoder.layer.0.attention.self"
    queries, keys = (
        (seen.hidden[0] @ weights[f"{index}.{name}.weight"].T + weights[f"{index}.{name}.bias"]).reshape(
            -1, 4, dims
        )
        for name in ("query", "key")
    )
    for head in range(4):
        expected = softmax(queries[:, head] @ keys[:, head].T / np.sqrt(dims), axis=1)
        np.testing.assert_allclose(seen.attention[0, head], expected, atol=1e-5)
    assert seen.attention.shape == (2, 4, 10, 10)
    np.testing.assert_allclose(seen.attention.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(seen.mean, seen.attention.mean(axis=1), atol=1e-6)


def test_rollout_is_the_product_of_the_layers_with_half_of_each_passed_by(seen: XRay) -> None:
    halves = [(layer + np.eye(len(layer))) / 2 for layer in seen.attention.mean(axis=1)]
    np.testing.assert_allclose(seen.rollout[0], halves[0], atol=1e-6)
    np.testing.assert_allclose(seen.rollout[1], np.linalg.multi_dot([halves[1], halves[0]]), atol=1e-6)
    np.testing.assert_allclose(seen.rollout.sum(axis=-1), 1, atol=1e-5)


def test_a_piece_looks_most_at_another_that_is_not_special(seen: XRay) -> None:
    """Against a slow loop over all pairs."""
    for layer in range(2):
        for row in range(10):
            others = [(seen.mean[layer, row, column], column) for column in range(1, 9) if column != row]
            weight, at = max(others)
            assert (seen.attended.piece[layer, row], seen.attended.weight[layer, row]) == (at, weight)
            assert seen.attended.own[layer, row] == seen.mean[layer, row, row]
            assert seen.attended.special[layer, row] == pytest.approx(
                seen.mean[layer, row, 0] + seen.mean[layer, row, 9]
            )


def test_a_lone_piece_looks_at_none(tiny: Path) -> None:
    attended = xray("cat", folder=tiny, encoder="tiny").attended
    assert attended.piece[0].tolist() == [1, -1, 1]
    assert attended.weight[0, 1] == 0


def test_drift_is_the_cosine_to_the_start(seen: XRay) -> None:
    for layer in range(3):
        for index in range(10):
            here, start = seen.hidden[layer, index], seen.hidden[0, index]
            expected = here @ start / np.linalg.norm(here) / np.linalg.norm(start)
            assert seen.input_cosines[layer, index] == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(seen.input_cosines[0], 1, atol=1e-6)


# --- the vector


def embedded(folder: Path, text: str) -> Array:
    """The vector that sentence-transformers gives."""
    from sentence_transformers import SentenceTransformer

    vector: Array = SentenceTransformer(str(folder), device="cpu").encode(text)
    return vector


def expected_shares(pooling: str, states: Array) -> tuple[Array, list[float]]:
    """The pooled vector and each piece's share of it, by the meaning of the pooling."""
    t, parts = len(states), states
    if pooling == "mean":
        parts = states / t
    elif pooling == "cls":
        parts = states * (np.arange(t) == 0)[:, None]
    elif pooling == "max":
        parts = np.where(np.arange(t)[:, None] == states.argmax(axis=0), states, 0)
    else:
        parts = states * np.arange(1, t + 1)[:, None] / (t * (t + 1) / 2)
    pooled = parts.sum(axis=0)
    return pooled, [float(part @ pooled / (pooled @ pooled)) for part in parts]


@pytest.mark.parametrize("pooling", ["mean", "cls", "max", "weightedmean"])
def test_pooling_and_shares_are_those_of_the_model(save_tiny: SaveTiny, pooling: str) -> None:
    """The vector is sentence-transformers' own; each piece's share is its part along the pooled vector."""
    folder = save_tiny(pooling=pooling, seed=3)
    seen = xray(TEXT, folder=folder, encoder="tiny")
    pooled, shares = expected_shares(pooling, seen.hidden[-1].astype(np.float64))
    np.testing.assert_allclose(seen.pooled, pooled, atol=1e-5)
    np.testing.assert_allclose(seen.shares, shares, atol=1e-5)
    assert seen.shares.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(seen.vector, embedded(folder, TEXT), atol=1e-5)
    assert seen.pooling == f"{pooling} pooling"


def test_a_default_prompt_is_read_before_the_text(save_tiny: SaveTiny) -> None:
    from sentence_transformers import SentenceTransformer

    folder = save_tiny(seed=5)
    model = SentenceTransformer(
        str(folder), device="cpu", prompts={"query": "the "}, default_prompt_name="query"
    )
    model.save_pretrained(str(folder), create_model_card=False)
    seen = xray("cat", folder=folder, encoder="tiny")
    assert seen.texts == ("the cat",)
    np.testing.assert_allclose(seen.vector, model.encode("cat"), atol=1e-5)


def test_the_shapes_are_those_of_the_tensors(seen: XRay) -> None:
    shapes = {step.name: (step.shape, step.times) for step in seen.steps}
    assert shapes["token type embeddings"] == ((1, *seen.embeddings["token type"].shape), 1)
    assert shapes["attention, row looks at column"] == ((1, *seen.attention.shape[1:]), 2)
    assert shapes["hidden states after a layer"] == ((1, *seen.hidden[1].shape), 2)
    assert shapes["inside the feed-forward part"] == ((1, 10, 48), 2)
    assert shapes["vector of length 1"] == ((1, 32), 1)


@pytest.mark.usefixtures("_calm")
def test_all_minilm_is_seen_as_it_is() -> None:
    """The real model: its own embedding output, rows that sum to 1, the vectors of sentence-transformers and
    of palate's int8.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from palate.encoder.minilm import MinilmEncoder
    from palate.encoder.minilm_file import model_folder

    text = "Unbelievably, the bank raised interest in old ships."
    seen = xray(text, folder=model_folder(), encoder="minilm")
    model: Any = SentenceTransformer(str(model_folder()), device="cpu")
    with torch.inference_mode():
        own = model[0].auto_model.embeddings(torch.tensor([[piece.id for piece in seen.pieces]]))[0].numpy()
    np.testing.assert_allclose(seen.embedded, own, atol=1e-5)
    np.testing.assert_allclose(sum(seen.embeddings.values()), seen.summed, atol=1e-6)
    np.testing.assert_allclose(seen.attention.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(seen.vector, model.encode(text), atol=1e-5)
    assert seen.attention.shape == (6, 12, len(seen.pieces), len(seen.pieces))
    assert seen.window == 256
    assert float(MinilmEncoder().encode([text])[0] @ seen.vector) > 0.985


# --- static


@given(text=TEXTS)
def test_a_static_text_is_the_sum_of_its_pieces_as_the_encoder_has_it(
    loaded_static: StaticEncoder, text: str
) -> None:
    """To the last bit, for any text that has a piece."""
    try:
        seen = xray(text, folder=SHIPPED, encoder="static")
    except BadValue:
        assert not loaded_static.sums([text]).any()
        return
    sums = loaded_static.sums([text])[0]
    np.testing.assert_array_equal(seen.pooled, sums)
    np.testing.assert_allclose(seen.vector, loaded_static.encode([text])[0], atol=1e-6)
    if sums.any():
        assert seen.shares.sum() == pytest.approx(1)
        np.testing.assert_allclose(
            seen.shares * (sums @ sums), [row @ sums for row in seen.summed], atol=1e-6
        )


def test_a_static_encoder_has_no_layers_and_leaves_the_pair_out() -> None:
    seen = xray("two kittens", "a bond", folder=SHIPPED, encoder="static")
    assert (seen.layers, seen.heads, seen.texts) == (0, 0, ("two kittens",))
    assert seen.rollout.shape == seen.attended.weight.shape[:1] + (len(seen.pieces),) * 2
    np.testing.assert_allclose(seen.input_cosines, 1)
    assert seen.steps[0].name == "input ids"
