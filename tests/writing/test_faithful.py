import numpy as np
import pytest

from palate.writing.faithful import faithfulness, grounded

SOURCE = "In March 2019 Google released BERT, which has 110 million weights and 12 layers."


@pytest.mark.parametrize(
    ("draft", "share"),
    [
        ("BERT has 12 layers.", 1.0),
        ("It has layers.", 1.0),
        ("BERT has 24 layers.", 0.5),
        ("The model by Microsoft has 12 layers.", 0.5),
    ],
)
def test_invented_names_and_numbers_lower_the_share(draft: str, share: float) -> None:
    assert grounded(SOURCE, draft) == share


def test_the_score_is_the_cosine_where_nothing_is_invented() -> None:
    vectors = np.array([[1.0, 0.0], [0.8, 0.6], [-1.0, 0.0]])
    near, opposite = faithfulness(SOURCE, ["BERT has 12 layers.", "It has 99."], lambda _: vectors)
    assert near.score == pytest.approx(0.8)
    assert opposite.score == -1.0
