from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.feature.minhash import HASHES_PER_BAND, MIN_TERMS, N_BANDS, band_keys, jaccard
from palate.feature.terms import BUCKETS, hash_terms
from palate.features import Terms

IDS = st.sets(st.integers(0, BUCKETS - 1), max_size=40)


def terms_of(sets: list[list[int]]) -> Terms:
    flat = np.array([id for ids in sets for id in sorted(ids)], np.uint32)
    return Terms(flat, np.ones(len(flat), np.uint8), np.cumsum([0, *map(len, sets)]).astype(np.int64))


@pytest.mark.parametrize(("alike", "said"), [(0.3, 0.03), (0.5, 0.32), (0.65, None), (0.8, 0.99)])
def test_texts_share_a_band_as_often_as_the_s_curve_says(alike: float, said: float | None) -> None:
    """1 - (1 - j^5)^12 for sets of Jaccard similarity j: 600 drawn pairs, within four standard errors and two
    hundredths.
    """
    rng = np.random.default_rng(5)
    pairs, size = 600, 120
    shared = round(2 * size * alike / (1 + alike))
    sets = []
    for _ in range(pairs):
        ids = rng.choice(BUCKETS, 2 * size - shared, replace=False).tolist()
        sets += [ids[:size], ids[size - shared :]]
        assert len(sets[-1]) == size
    keys = band_keys(terms_of(sets))[0].tolist()
    met = np.mean([bool(set(keys[row]) & set(keys[row + 1])) for row in range(0, 2 * pairs, 2)])
    j = shared / (2 * size - shared)
    expected = 1 - (1 - j**HASHES_PER_BAND) ** N_BANDS
    assert met == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / pairs) + 0.02)
    if said is not None:
        assert expected == pytest.approx(said, abs=0.02)  # what the source file says


@given(sets=st.lists(IDS.map(sorted), max_size=5))
def test_keys_depend_on_the_terms_of_a_text_alone(sets: list[list[int]]) -> None:
    """Equal texts share all twelve keys, wherever they stand; a text of fewer than eight terms is told."""
    together, enough = band_keys(terms_of([*sets, *sets]))
    assert together.shape == (2 * len(sets), N_BANDS)
    alone = [band_keys(terms_of([ids]))[0][0].tolist() for ids in sets]
    assert together[: len(sets)].tolist() == together[len(sets) :].tolist() == alone
    assert enough.tolist() == [len(ids) >= MIN_TERMS for ids in [*sets, *sets]]


def test_many_texts_have_the_keys_that_each_has_alone() -> None:
    """Also past the number that is hashed at once, with empty texts between."""
    rng = np.random.default_rng(3)
    sets = [rng.choice(BUCKETS, size, replace=False).tolist() for size in rng.integers(0, 20, 200)]
    alone = [band_keys(terms_of([ids]))[0][0].tolist() for ids in sets]
    assert band_keys(terms_of(sets))[0].tolist() == alone


def test_how_often_a_term_occurs_and_in_what_order_does_not_matter() -> None:
    text = "alpha beta gamma delta epsilon zeta eta theta iota kappa"
    twice = f"{text} . the {text}"
    one, other = hash_terms([text]), hash_terms([twice])
    assert set(one.ids.tolist()) <= set(other.ids.tolist())
    keys = band_keys(terms_of([one.ids.tolist(), other.ids.tolist()]))[0].tolist()
    assert (jaccard(one.ids.tolist(), other.ids.tolist()) == 1) == (keys[0] == keys[1])


@given(one=IDS, other=IDS)
def test_jaccard_is_intersection_over_union(one: set[int], other: set[int]) -> None:
    union = one | other
    assert jaccard(sorted(one), sorted(other)) == (len(one & other) / len(union) if union else 0.0)
    assert jaccard(sorted(one), sorted(other)) == jaccard(sorted(other), sorted(one))


def test_terms_come_back_from_bytes() -> None:
    terms = hash_terms(["a red fox", "", "the sly red fox and the hen"])
    back = Terms.from_bytes(terms.to_bytes())
    for array in ("ids", "counts", "starts"):
        np.testing.assert_array_equal(getattr(back, array), getattr(terms, array))
    assert [len(ids) for ids, _ in terms.to_bytes()] == [
        4 * int(last - first) for first, last in pairwise(terms.starts)
    ]
    assert len(Terms.from_bytes([])) == 0
