"""What a crowd becomes in a store, and back, over drawn crowds of both kinds."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save
from scipy.sparse import issparse

from palate.feature.crowd import VERSION, arrays_from_bytes, crowd_from_arrays, crowd_to_bytes, make_crowd
from palate.feature.liked import LikedCrowd
from palate.feature.rated import RatedCrowd
from palate.features import Block
from palate.feedback import CrowdFeedback
from palate.parts import Matrix

BESIDE = {"rows": np.arange(4)[::2]}


def drawn(seed: int, n: int, readers: int, dislikes: bool) -> tuple[CrowdFeedback, Matrix]:
    rng = np.random.default_rng(seed)
    who, places = np.nonzero(rng.random((readers, n)) < 0.4)
    _, who = np.unique(who, return_inverse=True)
    likings = rng.uniform(-1 if dislikes else 0.1, 1, len(who))
    return CrowdFeedback(who, places, likings, n), rng.normal(size=(n, 5)).astype(np.float32)


def bits(block: Block) -> bytes:
    dense = block.toarray() if issparse(block) else np.asarray(block)
    return dense.dtype.str.encode() + np.array(dense.shape).tobytes() + dense.tobytes()


@settings(max_examples=25)
@given(seed=st.integers(0, 999), n=st.integers(0, 12), readers=st.integers(0, 9), dislikes=st.booleans())
def test_a_crowd_comes_back_to_the_bit(seed: int, n: int, readers: int, dislikes: bool) -> None:
    feedback, rows = drawn(seed, n, readers, dislikes)
    crowd = make_crowd(feedback, rows)
    arrays = arrays_from_bytes(crowd_to_bytes(crowd, BESIDE))
    assert arrays is not None
    again = crowd_from_arrays(arrays, lambda places: rows[places])
    assert type(again) is type(crowd)
    assert bits(again.block) == bits(crowd.block)
    assert again.prior.tobytes() == crowd.prior.tobytes()
    assert again.judgements_per_text == crowd.judgements_per_text
    new = np.random.default_rng(seed).normal(size=(3, 5)).astype(np.float32)
    assert bits(again.transform(new)) == bits(crowd.transform(new))
    assert crowd_to_bytes(again, BESIDE) == crowd_to_bytes(crowd, BESIDE)
    np.testing.assert_array_equal(arrays["rows"], [0, 2])


@pytest.mark.parametrize(("dislikes", "kind"), [(True, RatedCrowd), (False, LikedCrowd)])
def test_the_crowd_is_of_the_kind_that_suits_what_was_said(dislikes: bool, kind: type) -> None:
    assert isinstance(make_crowd(*drawn(0, 12, 9, dislikes)), kind)


def test_what_another_version_wrote_is_not_read() -> None:
    data = crowd_to_bytes(make_crowd(*drawn(0, 5, 5, True)), {})
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header["__metadata__"] == {"version": VERSION}
    assert arrays_from_bytes(save(load(data), {"version": VERSION + "0"})) is None
