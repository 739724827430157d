"""A trained BERT model with its classifier, or with its pooling, as one ONNX graph: ids and mask of a batch
in, outputs or vectors out.

Built on palate.encoder.bert_onnx, which says why graphs are written here and not exported by torch.
b texts, t word pieces of the longest, d dims, c outputs of the classifier.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from onnx import ModelProto, TensorProto

from palate.encoder.bert_onnx import Array, Graph, bert_states
from palate.errors import BadSource

IDS, MASK = "input_ids", "attention_mask"
# length that a shorter vector is divided by, as in torch.nn.functional.normalize
MIN_LENGTH = 1e-12
ACTIVATIONS: Mapping[str, Sequence[str]] = {
    "Identity": [],
    "ReLU": ["Relu"],
    "Tanh": ["Tanh"],
}  # of dense layers


class GraphOutput(NamedTuple):
    """The output of a graph: its name, and its shape after b."""

    name: str
    shape: tuple[int | str, ...]


def classifier_graph(model: Any) -> ModelProto:
    """Returns the graph of a BertFor... SequenceClassification, TokenClassification or MaskedLM: logits
    (b, c) or (b, t, c).

    Raises BadSource for another model.
    """
    tensors = _tensors(model)
    graph, states = _begin(model.config, tensors)
    family = type(model).__name__.removeprefix("BertFor")
    if family == "SequenceClassification":
        pooler = _affine(graph, _first(graph, states), tensors, "pooler.dense")
        pooled = graph.node("Tanh", [pooler], "pooled")
        logits = _affine(graph, pooled, tensors, "classifier", "logits")
        return _end(graph, GraphOutput(logits, (model.config.num_labels,)))
    if family == "TokenClassification":
        logits = _affine(graph, states, tensors, "classifier", "logits")
        return _end(graph, GraphOutput(logits, ("t", model.config.num_labels)))
    if family == "MaskedLM":
        transformed = _prediction_transform(graph, states, tensors, model.config.layer_norm_eps)
        logits = _affine(graph, transformed, tensors, "cls.predictions.decoder", "logits")
        return _end(graph, GraphOutput(logits, ("t", model.config.vocab_size)))
    raise BadSource(
        "ONNX is written of BERT with a classifier of texts or words, a regression or a masked-language "
        f"output layer, not of {type(model).__name__}"
    )


def sentence_graph(model: Any) -> ModelProto:
    """Returns the graph of a SentenceTransformer on BERT: vectors (b, d), pooled, projected and scaled as its
    modules do.

    Raises BadSource for a module or a pooling that is not written yet.
    """
    transformer, *modules = list(model)
    bert: Any = getattr(transformer, "model", None)
    graph, states = _begin(getattr(bert, "config", None), _tensors(bert) if bert is not None else {})
    vector, dims = states, bert.config.hidden_size
    for index, module in enumerate(modules, 1):
        name, kind = f"module.{index}", type(module).__name__
        if kind == "Pooling" and module.pooling_mode == "mean":
            vector = _mean(graph, states, name)
        elif kind == "Pooling" and module.pooling_mode == "cls":
            vector = _first(graph, states)
        elif kind == "Normalize":
            vector = _unit(graph, vector, name)
        elif kind == "Dense" and (projected := _dense(graph, vector, module, name)):
            vector, dims = projected, module.out_features
        else:
            raise BadSource(
                "ONNX is written of mean or first-piece pooling, dense layers and scaling; "
                f"this model has {module}"
            )
    return _end(graph, GraphOutput(graph.node("Identity", [vector], "vectors"), (dims,)))


def _begin(config: Any, tensors: Mapping[str, Array]) -> tuple[Graph, str]:
    """Returns the graph up to the last states, and their name."""
    kind = getattr(config, "model_type", "no transformer")
    if kind != "bert" or config.hidden_act != "gelu" or config.is_decoder:
        activation = getattr(config, "hidden_act", "no activation")
        raise BadSource(f"ONNX is written of BERT encoders with gelu; this is {kind} with {activation}")
    graph = Graph()
    mask = graph.node("Cast", [MASK], "mask", to=TensorProto.INT32)
    sizes = {"layers": config.num_hidden_layers, "heads": config.num_attention_heads}
    return graph, bert_states(graph, tensors, ids=IDS, mask=mask, epsilon=config.layer_norm_eps, **sizes)


def _end(graph: Graph, output: GraphOutput) -> ModelProto:
    return graph.model("bert", {IDS: ["b", "t"], MASK: ["b", "t"]}, output.name, ["b", *output.shape])


def _tensors(model: Any) -> dict[str, Array]:
    """Returns the weights by their names in a bare BertModel, those of the classifier by their own."""
    return {
        name.removeprefix("bert."): weight.detach().float().cpu().numpy()
        for name, weight in model.state_dict().items()
    }


def _affine(
    graph: Graph, inputs: str, tensors: Mapping[str, Array], layer: str, name: str | None = None
) -> str:
    weight = graph.weight(f"{layer}.weight", tensors[f"{layer}.weight"].T)
    product = graph.node("MatMul", [inputs, weight], f"{layer}.product")
    bias = graph.weight(f"{layer}.bias", tensors[f"{layer}.bias"])
    return graph.node("Add", [product, bias], name or layer)


def _prediction_transform(graph: Graph, states: str, tensors: Mapping[str, Array], epsilon: float) -> str:
    """Adds the layer between the states and the output layer of a masked language model."""
    layer = "cls.predictions.transform"
    weight = graph.weight("transform.weight", tensors[f"{layer}.dense.weight"].T)
    product = graph.node("MatMul", [states, weight], "transform.product")
    bias = graph.weight("transform.bias", tensors[f"{layer}.dense.bias"])
    activated = graph.node("BiasGelu", [product, bias], "transform.activated")
    scale = graph.weight("transform.scale", tensors[f"{layer}.LayerNorm.weight"])
    shift = graph.weight("transform.shift", tensors[f"{layer}.LayerNorm.bias"])
    return graph.node("LayerNormalization", [activated, scale, shift], "transform", axis=-1, epsilon=epsilon)


def _first(graph: Graph, states: str) -> str:
    """Adds the states (b, d) of the first positions."""
    column = graph.node("Gather", [states, "zero"], "first.column", axis=1)
    return graph.node("Squeeze", [column, "one"], "first")


def _mean(graph: Graph, states: str, name: str) -> str:
    """Adds the mean over the positions that the mask leaves."""
    weights = graph.node("Cast", [MASK], f"{name}.weights", to=TensorProto.FLOAT)
    axis = graph.weight(f"{name}.axis", np.array([2]))
    column = graph.node("Unsqueeze", [weights, axis], f"{name}.column")  # (b, t, 1)
    kept = graph.node("Mul", [states, column], f"{name}.kept")
    total, n = (graph.node("ReduceSum", [part, "one"], f"{part}.sum", keepdims=0) for part in (kept, column))
    return graph.node("Div", [total, n], name)


def _unit(graph: Graph, vector: str, name: str) -> str:
    """Adds the vector scaled to length 1."""
    axis = graph.weight(f"{name}.axis", np.array([-1]))
    length = graph.node("ReduceL2", [vector, axis], f"{name}.length", keepdims=1)
    minimum = graph.weight(f"{name}.minimum", np.array(MIN_LENGTH, dtype=np.float32))
    return graph.node("Div", [vector, graph.node("Max", [length, minimum], f"{name}.divisor")], name)


def _dense(graph: Graph, vector: str, module: Any, name: str) -> str | None:
    """Adds a dense layer of sentence-transformers; None where it is of a kind that is not written."""
    activation = ACTIVATIONS.get(type(module.activation_function).__name__)
    if module.use_residual or module.module_input_name != "sentence_embedding" or activation is None:
        return None
    arrays = {
        part: weight.detach().float().cpu().numpy() for part, weight in module.linear.named_parameters()
    }
    weight = graph.weight(f"{name}.weight", arrays["weight"].T)
    output = graph.node("MatMul", [vector, weight], f"{name}.product")
    if "bias" in arrays:
        output = graph.node("Add", [output, graph.weight(f"{name}.bias", arrays["bias"])], f"{name}.biased")
    return graph.node(activation[0], [output], name) if activation else output
