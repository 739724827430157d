"""The graph written here against transformers' own BERT."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import ModelProto, numpy_helper
from transformers import AutoModel

from palate.encoder.bert_onnx import bert_graph, quantise
from palate.parts import Matrix


@pytest.fixture(scope="module")
def bert(tiny_bert: Path) -> Any:
    return AutoModel.from_pretrained(tiny_bert, use_safetensors=True).eval()


def graph_of(bert: Any) -> ModelProto:
    tensors = {name: tensor.numpy() for name, tensor in bert.state_dict().items()}
    return bert_graph(tensors, layers=1, heads=2, epsilon=bert.config.layer_norm_eps)


def run(content: bytes, ids: list[int]) -> Matrix:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    vector: Matrix = session.run(["vector"], {"ids": np.array([ids])})[0]
    return vector


@pytest.mark.parametrize("length", [2, 3, 12])
def test_graph_equals_transformers(bert: Any, length: int) -> None:
    ids = np.random.default_rng(length).integers(5, 50, length).tolist()
    with torch.no_grad():
        states = bert(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
    np.testing.assert_allclose(
        run(graph_of(bert).SerializeToString(), ids)[0], states.mean(axis=0), atol=1e-5
    )


def test_int8_weights_have_7_bits(bert: Any, tmp_path: Path) -> None:
    """Two products of 255 and 64 fit into 16 bits: the sums are exact on processors without VNNI too."""
    quantise(graph_of(bert), tmp_path / "model.onnx")
    tensors = [
        numpy_helper.to_array(tensor) for tensor in onnx.load(tmp_path / "model.onnx").graph.initializer
    ]
    weights = [tensor for tensor in tensors if tensor.dtype == np.int8 and tensor.ndim == 2]
    assert len(weights) == 4
    assert max(np.abs(weight.astype(int)).max() for weight in weights) == 64


def test_int8_is_close_and_the_same_bytes_each_time_and_leaves_out_what_it_is_told_to(
    bert: Any, tmp_path: Path
) -> None:
    for name, keep in {"first": (), "second": (), "kept": ("attend.0", "tell.0", "up.0", "down.0")}.items():
        quantise(graph_of(bert), tmp_path / name, keep=keep)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    ids = [2, 7, 9, 11, 3]
    whole = run(graph_of(bert).SerializeToString(), ids)[0]
    np.testing.assert_allclose(run((tmp_path / "kept").read_bytes(), ids)[0], whole, atol=1e-6)
    int8 = run((tmp_path / "first").read_bytes(), ids)[0]
    assert np.abs(int8 - whole).max() > 0
    assert int8 @ whole > 0.98 * np.linalg.norm(int8) * np.linalg.norm(whole)
