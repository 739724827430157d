"""A finished BERT model with its head as one ONNX graph: ids and mask of a batch in, what the head says out.

Built on palate.encoder.bert_onnx, which says why graphs are written here and not exported by torch.
b texts, t word pieces of the longest, d dims, c outputs of the head.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from onnx import ModelProto, TensorProto

from palate.encoder.bert_onnx import Array, Graph, bert_states
from palate.errors import BadSource

IDS, MASK = "input_ids", "attention_mask"
LEAST = 1e-12  # length of a vector that is scaled to 1, as in torch.nn.functional.normalize


class Said(NamedTuple):
    """What a graph gives out: the name, and its shape after b."""

    name: str
    shape: tuple[int | str, ...]


def head_graph(model: Any) -> ModelProto:
    """Of a BertFor... SequenceClassification, TokenClassification or MaskedLM: logits (b, c) or (b, t, c).

    Raises BadSource for another model.
    """
    tensors = _tensors(model)
    graph, states = _begin(model.config, tensors)
    family = type(model).__name__.removeprefix("BertFor")
    if family == "SequenceClassification":
        pooled = graph.node(
            "Tanh", [_affine(graph, _first(graph, states), tensors, "pooler.dense")], "pooled"
        )
        said = Said(_affine(graph, pooled, tensors, "classifier", "logits"), (model.config.num_labels,))
    elif family == "TokenClassification":
        said = Said(_affine(graph, states, tensors, "classifier", "logits"), ("t", model.config.num_labels))
    elif family == "MaskedLM":
        place = "cls.predictions.transform"
        wide = graph.node(
            "MatMul", [states, graph.weight("wide.weight", tensors[f"{place}.dense.weight"].T)], "wide"
        )
        curved = graph.node(
            "BiasGelu", [wide, graph.weight("wide.bias", tensors[f"{place}.dense.bias"])], "curved"
        )
        scale, shift = (
            graph.weight(f"told.{part}", tensors[f"{place}.LayerNorm.{part}"]) for part in ("weight", "bias")
        )
        told = graph.node(
            "LayerNormalization", [curved, scale, shift], "told", axis=-1, epsilon=model.config.layer_norm_eps
        )
        said = Said(
            _affine(graph, told, tensors, "cls.predictions.decoder", "logits"), ("t", model.config.vocab_size)
        )
    else:
        raise BadSource(
            f"ONNX is written of BERT with a head for classes, numbers, words or gaps, not of {type(model).__name__}"
        )
    return _end(graph, said)


def sentence_graph(model: Any) -> ModelProto:
    """Of a SentenceTransformer on BERT: vectors (b, d), pooled, and turned and scaled as its modules do.

    Raises BadSource for a module or a pooling that is not written yet.
    """
    transformer, *modules = list(model)
    bert: Any = getattr(transformer, "model", None)
    graph, states = _begin(getattr(bert, "config", None), _tensors(bert) if bert is not None else {})
    vector, dims = states, bert.config.hidden_size
    for place, module in enumerate(modules, 1):
        name, kind = f"module.{place}", type(module).__name__
        if kind == "Pooling" and module.pooling_mode == "mean":
            vector = _mean(graph, states, name)
        elif kind == "Pooling" and module.pooling_mode == "cls":
            vector = _first(graph, states)
        elif kind == "Normalize":
            vector = _unit(graph, vector, name)
        elif kind == "Dense" and (turned := _dense(graph, vector, module, name)):
            vector, dims = turned, module.out_features
        else:
            raise BadSource(
                f"ONNX is written of mean or first-piece pooling, dense layers and scaling; this model has {module}"
            )
    return _end(graph, Said(graph.node("Identity", [vector], "vectors"), (dims,)))


def _begin(config: Any, tensors: Mapping[str, Array]) -> tuple[Graph, str]:
    """The graph up to the last states."""
    kind = getattr(config, "model_type", "no transformer")
    if kind != "bert" or config.hidden_act != "gelu" or config.is_decoder:
        act = getattr(config, "hidden_act", "no activation")
        raise BadSource(f"ONNX is written of BERT encoders with gelu; this is {kind} with {act}")
    graph = Graph()
    mask = graph.node("Cast", [MASK], "mask", to=TensorProto.INT32)
    sizes = {"layers": config.num_hidden_layers, "heads": config.num_attention_heads}
    return graph, bert_states(graph, tensors, ids=IDS, mask=mask, epsilon=config.layer_norm_eps, **sizes)


def _end(graph: Graph, said: Said) -> ModelProto:
    return graph.model("bert", {IDS: ["b", "t"], MASK: ["b", "t"]}, said.name, ["b", *said.shape])


def _tensors(model: Any) -> dict[str, Array]:
    """The weights by their names in a bare BertModel, those of the head by their own."""
    return {
        name.removeprefix("bert."): weight.detach().float().cpu().numpy()
        for name, weight in model.state_dict().items()
    }


def _affine(
    graph: Graph, given: str, tensors: Mapping[str, Array], place: str, name: str | None = None
) -> str:
    product = graph.node(
        "MatMul", [given, graph.weight(f"{place}.weight", tensors[f"{place}.weight"].T)], f"{place}.product"
    )
    return graph.node(
        "Add", [product, graph.weight(f"{place}.bias", tensors[f"{place}.bias"])], name or place
    )


def _first(graph: Graph, states: str) -> str:
    """The states (b, d) of the first places."""
    return graph.node(
        "Squeeze", [graph.node("Gather", [states, "zero"], "first.column", axis=1), "one"], "first"
    )


def _mean(graph: Graph, states: str, name: str) -> str:
    """Over the places that the mask leaves."""
    number = graph.node("Cast", [MASK], f"{name}.number", to=TensorProto.FLOAT)
    # (b, t, 1)
    column = graph.node("Unsqueeze", [number, graph.weight(f"{name}.axis", np.array([2]))], f"{name}.column")
    kept = graph.node("Mul", [states, column], f"{name}.kept")
    total, n = (graph.node("ReduceSum", [part, "one"], f"{part}.sum", keepdims=0) for part in (kept, column))
    return graph.node("Div", [total, n], name)


def _unit(graph: Graph, vector: str, name: str) -> str:
    axis = graph.weight(f"{name}.axis", np.array([-1]))
    length = graph.node("ReduceL2", [vector, axis], f"{name}.length", keepdims=1)
    least = graph.weight(f"{name}.least", np.array(LEAST, dtype=np.float32))
    return graph.node("Div", [vector, graph.node("Max", [length, least], f"{name}.divisor")], name)


def _dense(graph: Graph, vector: str, module: Any, name: str) -> str | None:
    """A layer of sentence-transformers; None where it is of a kind that is not written."""
    curve: Sequence[str] = {"Identity": [], "Tanh": ["Tanh"]}.get(
        type(module.activation_function).__name__, ["unknown"]
    )
    if module.use_residual or module.module_input_name != "sentence_embedding" or curve == ["unknown"]:
        return None
    weights = {
        f"linear.{part}": weight.detach().float().cpu().numpy()
        for part, weight in module.linear.named_parameters()
    }
    found = graph.node(
        "MatMul", [vector, graph.weight(f"{name}.weight", weights["linear.weight"].T)], f"{name}.product"
    )
    if "linear.bias" in weights:
        found = graph.node(
            "Add", [found, graph.weight(f"{name}.bias", weights["linear.bias"])], f"{name}.biased"
        )
    return graph.node(curve[0], [found], name) if curve else found
