import sys

import numpy as np
import pytest

from palate.errors import MissingExtra
from palate.evaluation.peer.setfit import SetFit
from palate.evaluation.replay_corpus import ReplayCorpus

STAGE = ReplayCorpus(
    ("a cat purrs", "dogs bark", "the kitten sleeps", "a loud dog", "cats play", "puppies howl")
)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "setfit", None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[setfit\]'"):
        SetFit(STAGE, np.random.default_rng(0))


@pytest.mark.filterwarnings("ignore")  # of the packages below it
def test_tunes_on_likes_and_dislikes() -> None:
    pytest.importorskip("setfit", reason="setfit is run by name only, and its tests where it is installed")
    system = SetFit(STAGE, np.random.default_rng(0))
    assert system.scores(np.array([0]), np.ones(1)).tolist() == [0.5] * 6
    scores = system.scores(np.array([0, 1, 2, 3]), np.array([1.0, -1.0, 1.0, -1.0]))
    assert scores[4] > scores[5]
