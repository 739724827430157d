"""Fill: the word pieces that a masked language model predicts for the gaps of a text."""

from pathlib import Path
from typing import Any, NamedTuple

from palate.errors import BadSource, BadValue, MissingExtra
from palate.training.run.start import load_model, load_tokenizer

GAP = "[MASK]"
MAX_PIECES = 512  # word pieces that are read, where the model can take so many


class Guess(NamedTuple):
    """A word piece for a gap and its probability. A piece that begins with ## continues the word to its
    left.
    """

    piece: str
    probability: float


def fill(text: str, model: str = "minilm", *, top: int = 5) -> list[list[Guess]]:
    """Returns the `top` most probable word pieces for each gap of a text, the most probable first.

    Each gap is filled as if the others stayed gaps. text: with one [MASK] or more, or as the model itself
    spells it. model: what `masked` made, a folder or a hub name with a masked-language output layer. Raises
    BadValue for a text without a gap or one that is too long, BadSource for a model without such a layer,
    MissingExtra without [bert].
    Source: the same figures as transformers' fill-mask pipeline gives.
    """
    if top < 1:
        raise BadValue(f"the count of pieces for a gap is 1 or more, got {top}")
    try:
        import torch
    except ImportError:
        raise MissingExtra("filling gaps", "bert") from None

    tokenizer = load_tokenizer(model, MAX_PIECES)
    if tokenizer.mask_token is None:
        raise _no_output_layer(model)
    inputs = tokenizer(
        text.replace(GAP, tokenizer.mask_token), return_tensors="pt", truncation=False, verbose=False
    )
    gaps = inputs["input_ids"][0] == tokenizer.mask_token_id
    if not gaps.any():
        raise BadValue(
            f'the text has no {GAP} to fill; put it where a word is missing, as in "This is a great {GAP}."'
        )
    if len(gaps) > tokenizer.model_max_length:
        raise BadValue(
            f"the text has {len(gaps)} word pieces and the model reads {tokenizer.model_max_length}; "
            "shorten it"
        )
    network = _load(model)
    with torch.inference_mode():
        probabilities = network(**inputs).logits[0, gaps].softmax(dim=-1)
    best = probabilities.topk(min(top, probabilities.shape[-1]))
    return [
        [Guess(tokenizer.decode([id]), probability) for id, probability in zip(ids, row, strict=True)]
        for ids, row in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def _load(model: str) -> Any:
    from transformers import AutoModelForMaskedLM

    network, loading = load_model(model, AutoModelForMaskedLM, output_loading_info=True)
    if loading["missing_keys"]:
        raise _no_output_layer(model)
    return network.eval()


def _no_output_layer(model: str) -> BadSource:
    start = model if Path(model).is_dir() or model == "minilm" else "minilm"
    return BadSource(
        f"{model} has no masked-language output layer, so it cannot fill a gap; train one on texts of yours: "
        f"palate train masked --data FILE --encoder {start} --out DIR, then: palate fill TEXT --model DIR"
    )
