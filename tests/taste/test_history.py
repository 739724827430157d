import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.features import Features
from palate.taste.history import History


@given(seed=st.integers(0, 999), sizes=st.lists(st.integers(0, 3), max_size=5), gone=st.integers(0, 20))
def test_what_was_added_in_parts_is_there_at_once_less_what_was_dropped(
    seed: int, sizes: list[int], gone: int
) -> None:
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    dense, sparse = rng.normal(size=(n, 2)), rng.normal(size=(n, 3)) * (rng.random((n, 3)) < 0.5)
    texts = Features({"semantic": dense, "keyword": csr_array(sparse), "crowd": dense})
    likings, weights = rng.choice([1.0, -1.0], n), rng.uniform(1, 2, n)
    history = History(["semantic", "keyword"])
    ends = np.cumsum(sizes, dtype=int)
    for size, end in zip(sizes, ends, strict=True):
        part = slice(end - size, end)
        history.add(texts[part], likings[part], weights[part])
    if not n:
        return
    history.delete(gone % n)
    stays = np.arange(n) != gone % n
    keyword = history.features.blocks["keyword"]
    assert isinstance(keyword, csr_array)
    assert set(history.features.blocks) == {"semantic", "keyword"}
    np.testing.assert_array_equal(np.asarray(history.features.blocks["semantic"]), dense[stays])
    np.testing.assert_array_equal(keyword.toarray(), sparse[stays])
    np.testing.assert_array_equal(history.likings, likings[stays])
    np.testing.assert_array_equal(history.weights, weights[stays])
    assert len(history) == n - 1
