"""A trial serves as a library does; what is better is told from noise."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from direct import direct
from palate.adapt.held_out import TasteHistory, gather, tastes_of
from palate.adapt.trial import MIN_DRAWN_TASTES, EncoderTrial, TrialResult, gain
from palate.feature.terms import hash_terms
from palate.library import Library
from palate.store.log import Verdict
from palate.text import Text

SUBJECTS = ("cats", "bonds", "search")
VERDICTS: list[tuple[str, Literal["like", "dislike"]]] = [
    (f"{about}-{part}", "like" if about == "cats" else "dislike")
    for part in (1, 2, 3, 4)
    for about in SUBJECTS
]


@pytest.mark.parametrize(
    ("kind", "likes"), [("bayes", ""), ("bayes,margin", "cats and kittens"), ("scaled", "")]
)
def test_a_trial_predicts_what_a_reader_would_have_been_served(
    words: Any, papers: list[Text], path: Path, kind: str, likes: str
) -> None:
    """The first judgements are imported, which predicts nothing; each later one is predicted and then
    learned.
    """
    with Library(path, encoder="words") as library:
        library.add(papers)
        me = library.reader("me", kind=kind, likes=likes)
        imported = [
            Verdict(library.row_of(id), verdict, 1.0 if verdict == "like" else -1.0)
            for id, verdict in VERDICTS[:9]
        ]
        direct(library.workspace.store).log.append(me.taste_id, imported)
        for id, verdict in VERDICTS[9:]:
            me.judge(id, verdict)
        board = me._learner.taste.scoreboard
        said = gather(library, tastes_of(library, ["me"]), {}, seed=0)
        served = EncoderTrial(said.contents, said.histories, [0]).replay(said.vectors, library.encode)
    assert len(board) == 3
    held = np.clip(board.blended, -3, 3)  # surer than that counts as that, on every scoreboard
    expected = np.logaddexp(0, held) - board.targets * held
    np.testing.assert_allclose(served.losses[0], expected, rtol=1e-5)
    assert served.loss == pytest.approx(expected.mean(), rel=1e-5)
    liked = board.targets > 0.5
    assert served.auc == np.mean([a > b for a in board.blended[liked] for b in board.blended[~liked]])


def test_other_vectors_are_served_otherwise_and_terms_are_the_same() -> None:
    contents = [f"word{n} of text{n}" for n in range(40)]
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    told = vectors.copy()
    told[::2] += 2 * told[0]  # what is liked lies together
    told /= np.linalg.norm(told, axis=1, keepdims=True)
    places = rng.permutation(40)
    one = TasteHistory("me", "bayes", (), places, np.where(places % 2 == 0, 1.0, -1.0), n_learned=20)
    trial = EncoderTrial(contents, [one], [0])
    assert trial.n_held_out == 20
    assert trial.terms.ids.tolist() == hash_terms(contents).ids.tolist()
    seen: list[tuple[int, int]] = []
    before, after = (
        trial.replay(rows, lambda _: np.zeros((0, 6)), lambda *told: seen.append(told))
        for rows in (vectors, told)
    )
    assert seen == [(1, 1), (1, 1)]
    assert after.auc > before.auc
    assert gain(before, after, np.random.default_rng(0)).low > 0
    assert gain(after, before, np.random.default_rng(0)).high < 0
    assert gain(after, after, np.random.default_rng(0)) == (0, 0, 0)


def test_a_crowd_is_heard_where_enough_readers_spoke_and_it_knows_nothing_of_what_is_predicted() -> None:
    """Texts say nothing; readers of two camps do. What is held out must not reach the crowd."""
    contents = [f"only{n}" for n in range(30)]
    vectors = np.eye(30)

    def heard(readers: int, private: bool = False, flipped: bool = False) -> list[TasteHistory]:
        found = []
        for number in range(readers):
            places = np.random.default_rng(number).permutation(30)[:20]
            likings = np.where(places % 2 == number % 2, 1.0, -1.0)
            if flipped and number:  # what the others say later
                likings[15:] *= -1
            found.append(
                TasteHistory(
                    f"r{number}", "contest", (), places, likings, n_learned=15, private=private and number > 0
                )
            )
        return found

    def loss(said: list[TasteHistory]) -> float:
        return EncoderTrial(contents, said, [0]).replay(vectors, lambda _: vectors[:0]).loss

    crowded = loss(heard(10))
    assert crowded < loss(heard(4)) - 0.05
    assert crowded == loss(heard(10, flipped=True))
    assert crowded < loss(heard(10, private=True)) - 0.05


def of(losses: list[list[float]]) -> TrialResult:
    return TrialResult(tuple(np.array(one) for one in losses), ())


def test_a_gain_is_the_mean_fall_over_all_judgements() -> None:
    rng = np.random.default_rng(0)
    few = gain(of([[1.0, 2.0], [3.0]]), of([[0.5, 2.0], [1.0]]), rng)
    assert few.mean == pytest.approx(2.5 / 3)
    many = gain(of([[1.0, 2.0], [3.0]] * MIN_DRAWN_TASTES), of([[0.5, 2.0], [1.0]] * MIN_DRAWN_TASTES), rng)
    assert many.mean == pytest.approx(2.5 / 3)
    assert few.low < many.low < many.mean < many.high < few.high
    assert np.isnan(of([[1.0]]).auc)


def test_readers_are_drawn_as_a_whole() -> None:
    """Many judgements of one reader are one reader: what differs between readers is noise, however much each
    said.
    """
    rng = np.random.default_rng(0)
    falls = rng.normal(0.1, 0.3, MIN_DRAWN_TASTES)
    before = of([[1.0] * 500] * MIN_DRAWN_TASTES)
    wide = gain(before, of([[1.0 - fall] * 500 for fall in falls]), np.random.default_rng(1))
    error = falls.std() / np.sqrt(MIN_DRAWN_TASTES)
    assert wide.low == pytest.approx(wide.mean - 1.96 * error, abs=0.4 * error)
    assert wide.high == pytest.approx(wide.mean + 1.96 * error, abs=0.4 * error)
