"""StaticEncoder: a text's vector is the sum of its word pieces' vectors. The shipped default; no torch, no
download.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from scipy.sparse import csr_array
from tokenizers import Tokenizer

from palate.errors import BadSource
from palate.parts import Matrix, Vector

SHIPPED = Path(__file__).parent / "model"
SCHEMA = 1
BATCH_TEXTS = 512  # texts tokenised at a time; bounds memory, not the result
FEW_PIECES = 1000  # up to which only their rows are made float
MAX_REMEMBERED_PARTS = 200_000  # parts whose word pieces are kept, about 30 MB
# BERT's tokeniser never joins across white space or ASCII punctuation
PART_PATTERN = re.compile(r"[!-/:-@\[-`{-~]|[^\s!-/:-@\[-`{-~]+")


Counts = np.ndarray[tuple[int], np.dtype[np.int64]]


class StaticEncoder:
    """Model2Vec-style static vectors: one int8 row with one scale per word piece, summed and scaled to length
    1.

    Use it unless you need the last points of quality: thousands of texts per second and core, against tens
    for a transformer. Texts have no longest length. A text without a known word piece gets the zero vector.

    Rows times scales are exact, and so are their sums in float64, (see `quantise` in training/distil.py), so
    a text's vector before scaling is the same on every machine, whatever the order of summation.

    folder: holds model.safetensors (rows (v, d) int8, scales (v,) float32), tokenizer.json and config.json.
    Raises BadSource if the folder is not a static encoder of this schema.
    Source: Tulkens and van Dongen, Model2Vec: Fast State-of-the-Art Static Embeddings (2024), the method of
    distilling.

    >>> encoder = StaticEncoder()
    >>> cats, kittens, bonds = encoder.encode(["two cats", "some kittens", "government bonds"])
    >>> bool(cats @ kittens > 3 * (cats @ bonds))
    True
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
        except FileNotFoundError:
            raise BadSource(
                f"{folder} is no static encoder: it holds no config.json; make one with: palate train distil"
            ) from None
        for name in ("model.safetensors", "tokenizer.json"):
            if not (folder / name).is_file():
                raise BadSource(f"{folder} is no whole static encoder: it holds no {name}; distil it again")
        if config.get("schema") != SCHEMA:
            raise BadSource(
                f"{folder} has schema {config.get('schema')!r}, this palate reads {SCHEMA}; distil it again"
            )
        self._folder = folder
        self.dims: int = config["dims"]
        self.name: str = config["name"]
        self.fingerprint: str = f"{self.name}:{config['sha256'][:16]}"
        self._parts, self._piece_starts, self._piece_ids = _empty_memory()

    @cached_property
    def _arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """As they lie in the file; read when first needed, so that a store is opened without them."""
        return load_file(self._folder / "model.safetensors")

    @cached_property
    def _rows(self) -> Matrix:
        """(v, d) float64, of many texts. A query needs a few of 30,000 rows, and need not wait for all."""
        return self._scaled(slice(None))

    def _scaled(self, pieces: Any) -> Matrix:
        rows, scales = self._arrays["rows"][pieces], self._arrays["scales"][pieces]
        return np.asarray(rows.astype(np.float64) * scales[:, None])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float32 rows of length 1."""
        sums = self.sums(contents)
        lengths = np.sqrt(np.einsum("nd,nd->n", sums, sums))
        return (sums / np.where(lengths == 0, 1, lengths)[:, None]).astype(np.float32)

    def sums(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float64 sums of the word pieces' vectors: exact, so equal on every machine."""
        sums = np.empty((len(contents), self.dims))
        for start in range(0, len(contents), BATCH_TEXTS):
            batch = contents[start : start + BATCH_TEXTS]
            sums[start : start + len(batch)] = self._summed(self._pieces(batch))
        return sums

    def pieces(self) -> dict[str, int]:
        """Returns the row of each word piece."""
        return dict(self._tokenizer.get_vocab())

    def piece_rows(self, indices: Counts) -> Matrix:
        """Returns (m, d) float32 rows of some word pieces, as they are summed."""
        return np.asarray(self._rows[indices], np.float32)

    def piece_counts(self, contents: Sequence[str]) -> Counts:
        """Returns (n,) how many word pieces each text has.

        >>> StaticEncoder().piece_counts(["two cats", ""]).tolist()
        [2, 0]
        """
        counts = np.zeros(len(contents), np.int64)
        for start in range(0, len(contents), BATCH_TEXTS):
            for index, parts in enumerate(self._split(contents[start : start + BATCH_TEXTS]), start):
                counts[index] = np.diff(self._piece_starts)[parts].sum()
        return counts

    def attribute(self, content: str, direction: Vector) -> dict[str, float]:
        """Returns how much each word of content, in lower case, adds to `encode([content])[0] @ direction`.
        The shares sum to it.
        """
        length = float(np.linalg.norm(self.sums([content]))) or 1.0
        shares: dict[str, float] = {}
        for word, total in zip(words := PART_PATTERN.findall(content), self.sums(words), strict=True):
            shares[word.lower()] = shares.get(word.lower(), 0.0) + float(total @ direction) / length
        return shares

    def _summed(self, pieces: csr_array) -> Matrix:
        if pieces.nnz > FEW_PIECES or "_rows" in self.__dict__:
            return np.asarray(pieces @ self._rows)
        used, columns = np.unique(pieces.indices, return_inverse=True)
        few = csr_array((pieces.data, columns, pieces.indptr), shape=(pieces.shape[0], len(used)))
        return np.asarray(few @ self._scaled(used))

    def _pieces(self, contents: Sequence[str]) -> csr_array:
        """Returns (n, v) how often each word piece occurs."""
        parts = self._split(contents)
        flat = np.concatenate(parts)
        starts, counts = self._piece_starts[flat], np.diff(self._piece_starts)[flat]
        ends = np.concatenate([[0], np.cumsum(counts)])
        columns = self._piece_ids[np.repeat(starts - ends[:-1], counts) + np.arange(ends[-1])]
        texts = np.concatenate([[0], np.cumsum([len(text_parts) for text_parts in parts])])
        shape = len(contents), len(self._arrays["rows"])
        return csr_array((np.ones(len(columns)), columns, ends[texts]), shape=shape)

    def _split(self, contents: Sequence[str]) -> list[Counts]:
        """Returns the parts of each text, by their number. A part is tokenised once and remembered: words
        recur, so that is the speed.
        """
        if len(self._parts) > MAX_REMEMBERED_PARTS:
            self._parts, self._piece_starts, self._piece_ids = _empty_memory()
        parts = [
            np.fromiter(map(self._parts.__getitem__, text_parts), np.int64, len(text_parts))
            for text_parts in map(PART_PATTERN.findall, contents)
        ]
        if new_parts := list(islice(self._parts, len(self._piece_starts) - 1, None)):
            ids = [
                encoding.ids
                for encoding in self._tokenizer.encode_batch_fast(new_parts, add_special_tokens=False)
            ]
            ends = self._piece_starts[-1] + np.cumsum([len(pieces) for pieces in ids])
            self._piece_starts = np.concatenate([self._piece_starts, ends])
            self._piece_ids = np.concatenate(
                [self._piece_ids, np.fromiter(chain.from_iterable(ids), np.int64)]
            )
        return parts


def _empty_memory() -> tuple[defaultdict[str, int], Counts, Counts]:
    """Returns an empty memory of parts: part -> its index, where the word pieces of each begin, all word
    pieces in a row.
    """
    parts: defaultdict[str, int] = defaultdict()
    parts.default_factory = parts.__len__
    return parts, np.zeros(1, np.int64), np.zeros(0, np.int64)
