import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.features import Features
from palate.parts import Candidates
from palate.question.uncertainty import Uncertainty

VALUES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.4, 0.5, 0.6, 0.75, 1.0]), st.sampled_from([0.0, 0.1, 0.2])),
    max_size=20,
)


@given(values=VALUES, n=st.integers(0, 25))
def test_it_asks_about_what_is_nearest_to_even_odds(values: list[tuple[float, float]], n: int) -> None:
    """Of equal ones the less sure comes first, then the one that stands first."""
    mean, sd = np.array([m for m, _ in values]), np.array([s for _, s in values])
    order = sorted(
        range(len(values)), key=lambda index: (abs(values[index][0] - 0.5), -values[index][1], index)
    )
    vectors = np.eye(len(values))
    pool = Candidates(mean, sd, Features({"semantic": vectors}), vectors)
    assert Uncertainty().choose(pool, n, np.random.default_rng(0)).tolist() == order[:n]
