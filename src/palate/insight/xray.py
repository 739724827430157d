"""X-ray of a text: every step of its way through an encoder."""

import json
from pathlib import Path

from palate.errors import BadSource, BadValue
from palate.insight.xray_bert import xray_bert
from palate.insight.xray_data import XRay
from palate.insight.xray_static import xray_static
from palate.text import well_formed


def xray(content: str, pair: str | None = None, *, folder: Path, encoder: str) -> XRay:
    """Records every step of a text through the model in a folder: a BERT-like one, or a static encoder.

    Use it to see why two texts have the vectors they have. pair: a second text, read after the first in one
    sequence; a static encoder reads each text alone and leaves it out. Pieces beyond the model's window, or
    beyond 512, are left out: see `n_pieces`. encoder: the name of the model. folder: safe weights, as
    `encoder.sbert_folder.model_folder` gives it. Costs one pass in float32 on the CPU, 0.2 s for 256 pieces
    of all-MiniLM-L6-v2, and l * h * t * t * 4 bytes for the attention. Raises BadValue for a text that is
    empty, BadSource for a model without word embeddings and attention, MissingExtra without [bert] where the
    model is no static one.

    >>> from palate.encoder.static import SHIPPED
    >>> seen = xray("unbelievable cats", folder=SHIPPED, encoder="static")
    >>> [piece.text for piece in seen.pieces], bool(abs(seen.shares.sum() - 1) < 1e-6)
    (['unbelievable', 'cats'], True)
    """
    content, pair = well_formed(content), pair if pair is None else well_formed(pair)
    if not content.strip() or (pair is not None and not pair.strip()):
        raise BadValue(
            f"the {'pair' if content.strip() else 'text'} is empty; give palate xray at least one word"
        )
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except FileNotFoundError:
        config = {}  # a sentence-transformers model may keep it with its first module
    except ValueError:
        raise BadSource(f"{folder / 'config.json'} is no JSON; save the model again") from None
    if "model_type" not in config and {"schema", "dims"} <= set(config):
        return xray_static(content, folder=folder, encoder=encoder)
    return xray_bert(content, pair, folder=folder, encoder=encoder)
