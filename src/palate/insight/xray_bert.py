"""X-ray of a BERT-like encoder: embeddings, attention, hidden states and pooling, as the model computes
them.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import BadSource, BadValue, MissingExtra
from palate.insight.xray_data import Piece, XRay
from palate.parts import Matrix, Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor
    from torch.nn import Module

MAX_PIECES = 512  # whatever the window: attention grows with their square
EMBEDDING_NAMES = {
    "word_embeddings": "word",
    "tok_embeddings": "word",
    "position_embeddings": "position",
    "token_type_embeddings": "token type",
}
NORM_NAMES = ("LayerNorm", "norm")  # of the module after the sum


def xray_bert(content: str, pair: str | None, *, folder: Path, encoder: str) -> XRay:
    """Runs one pass of the model in float32, without dropout and padding, on the CPU.

    Nothing is computed a second time in another way: embeddings and their sum are read off the model's own
    modules as it runs; pooling and what follows are the model's sentence-transformers modules (the mean over
    the pieces where it has none)."""
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise MissingExtra("an x-ray of a transformer", "bert") from None
    model = SentenceTransformer(
        str(folder),
        device="cpu",
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"use_safetensors": True, "dtype": torch.float32, "attn_implementation": "eager"},
    ).eval()
    backbone = getattr(model[0], "auto_model", None)
    embeddings = getattr(backbone, "embeddings", None)
    children = {name for name, _ in embeddings.named_children()} if embeddings is not None else set()
    if (
        backbone is None
        or embeddings is None
        or not (children & set(EMBEDDING_NAMES) and children & set(NORM_NAMES))
    ):
        raise BadSource(
            f"{encoder} is no BERT-like model: it has no module that adds word embeddings"
            " before layers of attention; give one such as BERT, RoBERTa, DistilBERT or MPNet"
        )
    window = min(model.max_seq_length or MAX_PIECES, MAX_PIECES)
    texts = _model_texts(model, content, pair)
    inputs, pieces, n_pieces = _pieces(model, texts, window)
    with torch.inference_mode(), _EmbeddingHooks(embeddings) as hooked:
        out = backbone(**inputs, output_attentions=True, output_hidden_states=True)
    attention = np.stack([layer[0].numpy() for layer in out.attentions])
    pooling, pooled, shares, vector = _pool(model, out, inputs["attention_mask"])
    config = backbone.config
    return XRay(
        encoder=encoder,
        model=f"{type(backbone).__name__}: {len(attention)} layers x {attention.shape[1]} heads,"
        f" {out.last_hidden_state.shape[-1]} dims, {config.vocab_size} word pieces, float32",
        texts=texts,
        pieces=pieces,
        n_pieces=n_pieces,
        window=window,
        mask=inputs["attention_mask"][0].numpy(),
        embeddings={
            name: hooked.added[name]
            for name in dict.fromkeys(EMBEDDING_NAMES.values())
            if name in hooked.added
        },
        summed=hooked.summed,
        embedded=hooked.embedded,
        attention=attention,
        hidden=np.stack([state[0].numpy() for state in out.hidden_states]),
        pooling=pooling,
        pooled=pooled,
        shares=shares,
        vector=vector,
        inner=int(getattr(config, "intermediate_size", 0) or getattr(config, "hidden_dim", 0)),
    )


class _EmbeddingHooks(ExitStack):
    """Records, while entered, what a model's embeddings module adds up and what its layer norm makes of the
    sum.
    """

    summed: Matrix
    embedded: Matrix

    def __init__(self, embeddings: Module) -> None:
        super().__init__()
        self.added: dict[str, Matrix] = {}
        for name, module in embeddings.named_children():
            if name in EMBEDDING_NAMES:
                self._hook(
                    module, lambda _, out, name=EMBEDDING_NAMES[name]: self.added.update({name: _rows(out)})
                )
            elif name in NORM_NAMES:
                self._hook(module, self._record_norm)

    def _hook(self, module: Module, record: Any) -> None:
        self.callback(module.register_forward_hook(lambda _, given, out: record(given, out)).remove)

    def _record_norm(self, given: tuple[Tensor, ...], out: Tensor) -> None:
        self.summed, self.embedded = _rows(given[0]), _rows(out)


def _rows(out: Tensor) -> Matrix:
    """Returns (t, d) from (1, t, d), or from (t, d), as positions may have."""
    rows: Matrix = out.reshape(out.shape[-2:]).numpy()
    return rows


def _model_texts(model: SentenceTransformer, content: str, pair: str | None) -> tuple[str, ...]:
    """Returns what the tokeniser is given: the model's default prompt before the text, in lower case where an
    old model wants that.
    """
    prompt = model.prompts.get(model.default_prompt_name or "") or ""
    texts = (prompt + content.strip(), *([] if pair is None else [pair.strip()]))
    return tuple(text.lower() for text in texts) if getattr(model[0], "do_lower_case", False) else texts


def _pieces(
    model: SentenceTransformer, texts: tuple[str, ...], window: int
) -> tuple[dict[str, Tensor], tuple[Piece, ...], int]:
    """Returns what the model is given, the same piece by piece, and the number of pieces without the
    window.
    """
    tokenizer = model.tokenizer
    n_pieces = len(tokenizer(*texts, verbose=False)["input_ids"])
    inputs = tokenizer(*texts, truncation=True, max_length=window, return_tensors="pt")
    framed = inputs.encodings[0]
    if not any(side is not None for side in framed.sequence_ids):
        raise BadValue("the text has no word piece; give palate xray at least one word")
    kinds = inputs["token_type_ids"][0].tolist() if "token_type_ids" in inputs else [None] * len(framed.ids)
    words = [None, *zip(framed.sequence_ids, framed.word_ids, strict=True)]
    pieces = tuple(
        Piece(text, id, kind, side, start, end, side is not None and words[index] == words[index + 1])
        for index, (text, id, kind, side, (start, end)) in enumerate(
            zip(framed.tokens, framed.ids, kinds, framed.sequence_ids, framed.offsets, strict=True)
        )
    )
    return dict(inputs), pieces, n_pieces


def _pool(model: SentenceTransformer, out: Any, mask: Tensor) -> tuple[str, Vector, Vector, Vector]:
    """Returns how the last states become one vector, that vector, each piece's share of it, and the model's
    final vector.

    A piece's share of the pooled vector p is h @ (d |p|^2/2 / dh) / |p|^2, which for the mean of t pieces is
    h @ p / (t |p|^2). The shares sum to 1 for every pooling that doubles when all states double (mean, first,
    max, ...): Euler's theorem on homogeneous functions."""
    import torch

    states = out.last_hidden_state.clone().requires_grad_()
    features = {"token_embeddings": states, "attention_mask": mask, "all_layer_embeddings": out.hidden_states}
    modules = iter(list(model)[1:])
    names = []
    while "sentence_embedding" not in features:
        module = next(modules)
        features = module(features)
        names.append(f"{getattr(module, 'pooling_mode', '')} {type(module).__name__}".strip().lower())
    pooled = features["sentence_embedding"]
    energy = (pooled**2).sum()
    (gradient,) = torch.autograd.grad(energy / 2, states)
    shares = (states * gradient).sum(dim=2)[0] / energy
    for module in modules:
        features = module(features)
    vector = features["sentence_embedding"][0].detach().double().numpy()
    return (
        ", ".join(names),
        pooled[0].detach().numpy(),
        shares.detach().double().numpy(),
        vector / (np.linalg.norm(vector) or 1.0),
    )
