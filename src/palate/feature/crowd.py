"""Crowd: what other readers think of each text, by the model that suits how they judge."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from safetensors.numpy import load, save

from palate.feature.liked import LikedCrowd
from palate.feature.rated import RatedCrowd
from palate.features import Block
from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Rows, Vector

Arrays = Mapping[str, np.ndarray[Any, Any]]
# of what `crowd_to_bytes` writes: to be raised with any change of what arrays hold or how they are read
VERSION = "1"
MIN_DISLIKE_SHARE = 0.05  # a smaller share of dislikes says that the crowd passes over what it does not like


class Crowd(Protocol):
    """block: (n, d) of the n texts that the crowd could judge. prior: (d,) weights before any feedback, in
    log odds.

    judgements_per_text: of all its readers.
    """

    @property
    def block(self) -> Block: ...

    @property
    def prior(self) -> Vector: ...

    @property
    def judgements_per_text(self) -> float: ...

    def transform(self, rows: Matrix) -> Block:
        """(m, d) of new texts, from the rows of their semantic block."""


def make_crowd(feedback: CrowdFeedback, rows: Matrix) -> RatedCrowd | LikedCrowd:
    """From what others said of n texts, and the rows (n, d) of their semantic block: rated where they also
    dislike, else liked.

    >>> import numpy as np
    >>> feedback = CrowdFeedback(np.array([0, 1]), np.array([0, 0]), np.ones(2), n_texts=2)
    >>> type(make_crowd(feedback, np.eye(2))).__name__
    'LikedCrowd'
    """
    dislikes = int((feedback.likings < 0).sum())
    return (
        RatedCrowd(feedback, rows)
        if dislikes > MIN_DISLIKE_SHARE * len(feedback.likings)
        else LikedCrowd(feedback, rows)
    )


def crowd_to_bytes(crowd: RatedCrowd | LikedCrowd, extra: Arrays) -> bytes:
    """Safetensors of a crowd and of more arrays, whose names are not those of the crowd's."""
    arrays = {**crowd.arrays(), **extra}
    return save({name: np.asarray(array, order="C") for name, array in arrays.items()}, {"version": VERSION})


def arrays_from_bytes(data: bytes) -> Arrays | None:
    """What `crowd_to_bytes` took; None where it was the one of another version."""
    length = int.from_bytes(data[:8], "little")
    known = json.loads(data[8 : 8 + length])["__metadata__"]["version"] == VERSION
    return load(data) if known else None


def crowd_from_arrays(arrays: Arrays, rows: Callable[[Rows], Matrix]) -> RatedCrowd | LikedCrowd:
    """The crowd, to the bit. rows: asked with indices in its block, gives the rows of the texts there that it
    was learned from.
    """
    return LikedCrowd.from_arrays(arrays, rows) if "candidates" in arrays else RatedCrowd.from_arrays(arrays)
