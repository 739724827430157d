"""A BERT encoder as an ONNX graph, straight from its weights, and the same graph in int8.

The graph is written here and not exported by torch: torch's current exporter needs a package of its own
(onnxscript), its older one is deprecated, and what either writes changes with the versions of torch and
transformers. This one is the same bytes on every machine, needs no torch, and already has the fused nodes
that ONNX Runtime is quick at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

FUSED = "com.microsoft"  # ONNX Runtime's own operators

Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


class Graph:
    """Nodes and weights in the order of the data. Every method adds one and returns its name."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def weight(self, name: str, array: np.ndarray[tuple[int, ...], np.dtype[np.float32 | np.int64]]) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op: str, inputs: list[str], name: str, **settings: int | float) -> str:
        domain = FUSED if op in ("Attention", "BiasGelu") else ""
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain, **settings))  # type: ignore[arg-type]
        return name

    def model(
        self, name: str, inputs: Mapping[str, Sequence[int | str]], output: str, shape: Sequence[int | str]
    ) -> ModelProto:
        """Returns the model, without weights that no node uses. inputs: of integers, with their shapes; a
        string stands for any size.
        """
        used = {name for node in self.nodes for name in node.input}
        graph_inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, sizes) for name, sizes in inputs.items()
        ]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
        weights = [weight for weight in self.weights if weight.name in used]
        graph = helper.make_graph(self.nodes, name, graph_inputs, outputs, weights)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="palate")


def bert_graph(tensors: dict[str, Array], *, layers: int, heads: int, epsilon: float) -> ModelProto:
    """Returns the graph from ids (1, t), special tokens included, to vector (1, d), the mean of the t last
    states.

    One text at a time, so there is no padding and no mask.

    tensors: the weights of a transformers BertModel by their names there. epsilon: of its layer
    normalisation.
    Source: Devlin et al., BERT (2019); exact GELU, absolute positions, every token of segment 0.
    """
    graph = Graph()
    states = bert_states(graph, tensors, layers=layers, heads=heads, epsilon=epsilon)
    graph.node("ReduceMean", [states, "one"], "vector", keepdims=0)
    dims = tensors["embeddings.position_embeddings.weight"].shape[1]
    return graph.model("bert", {"ids": [1, "t"]}, "vector", [1, dims])


def bert_states(
    graph: Graph,
    tensors: Mapping[str, Array],
    *,
    layers: int,
    heads: int,
    epsilon: float,
    ids: str = "ids",
    mask: str | None = None,
) -> str:
    """Adds all from ids (b, t) to the last states (b, t, d), whose name is returned, and the weights zero and
    one.

    ids: name of the input. mask: name of the (b, t) int32 that is 0 where a text is padded; without it every
    position counts.
    """

    zero, _ = graph.weight("zero", np.array([0])), graph.weight("one", np.array([1]))
    states = _embed(graph, tensors, ids=ids, zero=zero, epsilon=epsilon)
    for layer in range(layers):
        states = _encode_layer(graph, tensors, states, layer, heads=heads, epsilon=epsilon, mask=mask)
    return states


def _embed(graph: Graph, tensors: Mapping[str, Array], *, ids: str, zero: str, epsilon: float) -> str:
    """Adds word, position and segment embeddings (b, t, d), normalised."""
    words = graph.weight("words", tensors["embeddings.word_embeddings.weight"])
    positions = (
        tensors["embeddings.position_embeddings.weight"]
        + tensors["embeddings.token_type_embeddings.weight"][0]
    )
    length = graph.node("Shape", [ids], "length", start=1, end=2)
    # (t, d)
    placed = graph.node("Slice", [graph.weight("positions", positions), zero, length, zero], "placed")
    summed = graph.node("Add", [graph.node("Gather", [words, ids], "pieces"), placed], "summed")  # (1, t, d)
    gamma = graph.weight("embedded.gamma", tensors["embeddings.LayerNorm.weight"])
    beta = graph.weight("embedded.beta", tensors["embeddings.LayerNorm.bias"])
    return graph.node("LayerNormalization", [summed, gamma, beta], "embedded", axis=-1, epsilon=epsilon)


def _encode_layer(
    graph: Graph,
    tensors: Mapping[str, Array],
    states: str,
    layer: int,
    *,
    heads: int,
    epsilon: float,
    mask: str | None,
) -> str:
    """Adds one transformer layer, from states (b, t, d) to states (b, t, d)."""
    prefix = f"encoder.layer.{layer}"

    def multiply(inputs: str, dense: str, name: str) -> str:
        weight = graph.weight(f"{name}.weight", tensors[f"{dense}.weight"].T)
        return graph.node("MatMul", [inputs, weight], name)

    def normalise(inputs: str, residual: str, block: str, name: str) -> str:
        gamma = graph.weight(f"{name}.gamma", tensors[f"{block}.LayerNorm.weight"])
        beta = graph.weight(f"{name}.beta", tensors[f"{block}.LayerNorm.bias"])
        bias = graph.weight(f"{name}.bias", tensors[f"{block}.dense.bias"])
        biased = graph.node("Add", [inputs, bias], f"{name}.biased")
        summed = graph.node("Add", [biased, residual], f"{name}.summed")
        return graph.node("LayerNormalization", [summed, gamma, beta], name, axis=-1, epsilon=epsilon)

    roles = [f"{prefix}.attention.self.{role}" for role in ("query", "key", "value")]
    weights = np.concatenate([tensors[f"{role}.weight"].T for role in roles], axis=1)
    weight = graph.weight(f"attend.{layer}.weight", weights)
    biases = np.concatenate([tensors[f"{role}.bias"] for role in roles])
    bias = graph.weight(f"attend.{layer}.bias", biases)
    attention_inputs = [states, weight, bias, *([mask] if mask else [])]
    attended = graph.node("Attention", attention_inputs, f"attend.{layer}", num_heads=heads)
    projected = multiply(attended, f"{prefix}.attention.output.dense", f"tell.{layer}")
    states = normalise(projected, states, f"{prefix}.attention.output", f"told.{layer}")
    wide = multiply(states, f"{prefix}.intermediate.dense", f"up.{layer}")  # (1, t, 4d)
    bias = graph.weight(f"gelu.{layer}.bias", tensors[f"{prefix}.intermediate.dense.bias"])
    activated = graph.node("BiasGelu", [wide, bias], f"gelu.{layer}")
    narrow = multiply(activated, f"{prefix}.output.dense", f"down.{layer}")
    return normalise(narrow, states, f"{prefix}.output", f"states.{layer}")


def quantise(graph: ModelProto, path: Path, *, keep: tuple[str, ...] = ()) -> None:
    """Writes the graph with its matrix products in int8: weights per channel in 7 bits, activations in 8 as
    they come.

    7 bits ("reduced range"): products of 8 x 8 bits overflow the 16-bit sums of processors without VNNI.
    Embeddings stay float32.

    keep: names of nodes that stay float32.
    """
    # else it advises to simplify the graph first
    helper.set_model_props(graph, {"onnx.quant.pre_process": "onnxruntime.quant"})
    quantize_dynamic(
        graph,
        path,
        op_types_to_quantize=["Attention", "MatMul"],
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=list(keep),
        extra_options={"DefaultTensorType": TensorProto.FLOAT},  # shapes end at the fused nodes
    )
