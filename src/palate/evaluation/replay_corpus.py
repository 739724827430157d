"""ReplayCorpus: the texts of a replay, and what is known of them before the reader's first judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from palate.encoder.choose import make_encoder
from palate.encoder.windows import unit
from palate.feature.crowd import make_crowd
from palate.feature.terms import hash_terms
from palate.feature.topic import Topic
from palate.feedback import CrowdFeedback
from palate.parts import Matrix
from palate.workspace.fitting import FittedTexts, fit_texts


@dataclass(frozen=True, eq=False)
class ReplayCorpus:
    """The texts that a system values, and the crowd's feedback: all that it is given before that of its
    reader.

    Two are equal where they are the same object, so that a functools.lru_cache may be keyed by one.

    contents: of all n texts. crowd: the feedback of other readers. encoder: by its name in
    encoder/choose.py.

    >>> corpus = ReplayCorpus(("two cats", "some kittens", "government bonds"))
    >>> cats, kittens, bonds = corpus.vectors
    >>> bool(cats @ kittens > cats @ bonds)
    True
    """

    contents: tuple[str, ...]
    crowd: CrowdFeedback | None = None
    encoder: str = "static"

    @cached_property
    def vectors(self) -> Matrix:
        """(n, d) float32, rounded to float16 as a store keeps them. Made at first use; a copy in another
        process has them.
        """
        return self.encode(self.contents)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Returns (m, d) float32 vectors of texts, in the corpus or not, rounded as `vectors` are."""
        encoder = make_encoder(self.encoder)
        rows = encoder.encode(texts).astype(np.float16).astype(np.float32)
        return np.asarray(rows).reshape(len(texts), encoder.dims)

    @cached_property
    def minilm(self) -> Matrix:
        """(n, 384) float32 of length 1, for peers that go by MiniLM whatever the encoder. Made at first use,
        about 100 abstracts a second and core.
        """
        rows = self.vectors if self.encoder == "minilm" else make_encoder("minilm").encode(self.contents)
        return unit(rows.reshape(len(self.contents), -1))

    @cached_property
    def fitted(self) -> FittedTexts:
        """The vector space and the features of the texts, as a library makes them. Made at first use; a copy
        in another process has them.
        """
        crowd = self.crowd
        return fit_texts(
            self.vectors,
            hash_terms(self.contents),
            crowd=None if crowd is None else lambda rows: make_crowd(crowd, rows),
        )

    @cached_property
    def topic(self) -> Matrix:
        """(n, d) float32 of each text and its neighbours. Made at first use, 8 s for 17,000 texts."""
        return Topic(np.asarray(self.fitted.corpus.blocks["semantic"])).block

    def required_crowd(self) -> CrowdFeedback:
        """Returns the crowd, for a system that uses nothing else. Raises ValueError where there is none."""
        if self.crowd is None:
            raise ValueError("this system uses the feedback of a crowd, and this replay has none")
        return self.crowd
