"""X-ray of a static encoder, which has no layers."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from palate.errors import BadValue
from palate.insight.xray_data import Piece, XRay


def xray_static(content: str, *, folder: Path, encoder: str) -> XRay:
    """Returns the pieces of a text, the vector of each, which carries its weight, and their sum.

    folder: of a static encoder, see encoder/static.py. A piece's share of the sum s is row @ s / s @ s.
    Raises BadValue for a text without a word piece.
    """
    arrays = load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # BERT's tokeniser drops some white space
    plain = "".join(" " if character.isspace() else character for character in content)
    encoding = tokenizer.encode(plain, add_special_tokens=False)
    if not encoding.ids:
        raise BadValue("the text has no word piece; give palate xray at least one word")
    words = [None, *encoding.word_ids]
    pieces = tuple(
        Piece(text, id, None, 0, start, end, words[index] == words[index + 1])
        for index, (text, id, (start, end)) in enumerate(
            zip(encoding.tokens, encoding.ids, encoding.offsets, strict=True)
        )
    )
    rows = (
        arrays["rows"][encoding.ids].astype(np.float64)
        * arrays["scales"][encoding.ids].astype(np.float64)[:, None]
    )
    pooled = rows.sum(axis=0)
    energy = float(pooled @ pooled)
    return XRay(
        encoder=encoder,
        model=f"static vectors: {len(arrays['rows'])} word pieces x {rows.shape[1]} dims,"
        " int8 with one scale each",
        texts=(content,),
        pieces=pieces,
        n_pieces=len(pieces),
        window=None,
        mask=np.ones(len(pieces), dtype=np.int64),
        embeddings={"word": rows},
        summed=rows,
        embedded=rows,
        attention=np.zeros((0, 0, len(pieces), len(pieces)), np.float32),
        hidden=rows[None],
        pooling="sum",
        pooled=pooled,
        shares=rows @ pooled / (energy or 1.0),
        vector=pooled / (np.sqrt(energy) or 1.0),
    )
