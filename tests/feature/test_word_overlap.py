from hypothesis import given
from hypothesis import strategies as st

from palate.feature.word_overlap import word_overlap

WORDS = st.lists(st.sampled_from("the of cats dogs bonds sleep rise".split()), max_size=6)


@given(one=WORDS, other=WORDS)
def test_it_is_jaccard_of_sets(one: list[str], other: list[str]) -> None:
    (found,) = word_overlap([(" ".join(one), " ".join(other))]).tolist()
    for share, dropped in zip(found, (set(), {"the", "of"}), strict=True):
        first, second = set(one) - dropped, set(other) - dropped
        expected = len(first & second) / len(first | second) if first | second else 0.0
        assert share == expected


def test_no_pairs_have_no_rows() -> None:
    assert word_overlap([]).shape == (0, 2)
