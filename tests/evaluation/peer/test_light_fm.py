import numpy as np
import pytest

from palate.evaluation.peer.light_fm import text_features

pytestmark = pytest.mark.needs("peers")


def test_a_text_is_itself_and_its_words() -> None:
    texts = ("red cats sleep", "blue cats", "dogs", *("other words",) * 20)
    features = text_features(texts).toarray()
    assert features.sum(axis=1) == pytest.approx(np.ones(23))
    assert features[0, 0] == pytest.approx(1 / 2)  # itself and "cats"; the rest is rare or frequent
    assert features[2, 2] == 1
    assert features[0] @ features[1] > 0 == features[0] @ features[2]
