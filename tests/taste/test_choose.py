"""Which tastes there are, who takes part in a contest, and what a crowd changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.errors import UnknownName
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.features import Background
from palate.feedback import CrowdFeedback
from palate.taste.choose import CONTEST, NO_BACKGROUND, TASTES, default_members, make_contest, make_taste
from palate.taste.contest import MIN_SERVED_SHARE

WORDS = ("cats", "kittens", "bonds", "yields", "search", "ranking", "gardens", "wool")


def stage(likings: tuple[float, ...]) -> ReplayCorpus:
    """30 texts and what 12 others said of them, each liking drawn from some."""
    rng = np.random.default_rng(3)
    contents = tuple(" ".join(rng.choice(WORDS, 6)) for _ in range(30))
    pairs = np.array([(reader, place) for reader in range(12) for place in range(30) if rng.random() < 0.5])
    said = CrowdFeedback(pairs[:, 0], pairs[:, 1], rng.choice(likings, len(pairs)), 30)
    return ReplayCorpus(contents, said)


CROWDS = {"liked": stage((1.0,)), "rated": stage((1.0, 1.0, -1.0))}


def heard(amount: float) -> Background:
    known = CROWDS["liked"].fitted.background
    return Background(known.average, known.sample, known.prior, amount)


@settings(max_examples=20)
@given(amount=st.floats(0, 1000))
def test_shares_of_a_roster_sum_to_1_and_its_names_are_tastes(amount: float) -> None:
    for background in (NO_BACKGROUND, heard(amount)):
        shares = default_members(background)
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= 0
        assert set(shares) <= set(TASTES)


def test_the_more_a_crowd_said_the_more_those_count_that_listen_to_it() -> None:
    listening = [
        sum(default_members(heard(amount))[name] for name in ("bayes", "crowd"))
        for amount in (0.01, 0.5, 5.0, 50.0)
    ]
    assert listening == sorted(listening)
    assert 0 < listening[0] < 0.1 < 0.9 < listening[-1] < 1
    assert "crowd" not in default_members(NO_BACKGROUND)


@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize("kind", ["bayes", "crowd"])
def test_what_listens_to_a_crowd_starts_from_what_it_says(kind: str, crowd: str) -> None:
    """Before any feedback the log odds are the block times the prior, for a dense block as for a sparse
    one.
    """
    space = CROWDS[crowd].fitted
    said = space.corpus.blocks["crowd"] @ space.background.prior["crowd"]
    assert np.ptp(said) > 0.01
    np.testing.assert_allclose(make_taste(kind, space.background).logits(space.corpus), said, atol=1e-5)
    np.testing.assert_allclose(make_taste("content", space.background).logits(space.corpus), 0)


@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.needs("bert") if kind == "neural" else ())
        for kind in [*TASTES, CONTEST]
    ],
)
def test_every_kind_learns_beside_a_crowd(kind: str, crowd: str) -> None:
    space = CROWDS[crowd].fitted
    taste = make_taste(kind, space.background)
    before = taste.logits(space.corpus)
    taste.learn(space.corpus[:4], np.array([1.0, -1.0, 1.0, -1.0]), np.ones(4))
    after = taste.logits(space.corpus)
    assert np.isfinite(after).all()
    assert np.abs(after - before).max() > 1e-3


def test_without_a_crowd_all_that_would_listen_go_by_content() -> None:
    space = ReplayCorpus(CROWDS["liked"].contents).fitted
    tastes = [make_taste(kind, space.background) for kind in ("bayes", "crowd", "content")]
    for taste in tastes:
        taste.learn(space.corpus[:3], np.array([1.0, -1.0, 1.0]), np.ones(3))
    one, *others = [taste.logits(space.corpus) for taste in tastes]
    for other in others:
        np.testing.assert_array_equal(one, other)


def test_a_contest_of_one_kind_is_that_kind() -> None:
    space = CROWDS["rated"].fitted
    contest, alone = make_contest("gradient", space.background), make_taste("gradient", space.background)
    assert contest.shares == {"gradient": 1.0}
    for taste in (contest, alone):
        taste.learn(space.corpus[:5], np.array([1.0, -1.0, 1.0, 0.5, -1.0]), np.ones(5))
    np.testing.assert_allclose(contest.logits(space.corpus), alone.logits(space.corpus), rtol=1e-6)


def test_a_contest_of_several_kinds_starts_level() -> None:
    assert make_contest("profile,gradient").shares == pytest.approx({"profile": 0.5, "gradient": 0.5})
    with pytest.raises(UnknownName, match="'nose'"):
        make_contest("profile,nose")


def test_the_members_of_a_contest_are_those_of_the_roster() -> None:
    for background in (NO_BACKGROUND, CROWDS["liked"].fitted.background):
        contest = make_contest(CONTEST, background)
        known = default_members(background)
        assert dict(zip(contest.names, contest.scoreboard.weights.tolist(), strict=True)) == pytest.approx(
            known
        )
        served = {name: weight for name, weight in known.items() if weight >= MIN_SERVED_SHARE}
        total = sum(served.values())
        assert contest.shares == pytest.approx({name: served.get(name, 0.0) / total for name in known})
        assert set(make_contest(CONTEST, background, "champion").shares.values()) == {0.0, 1.0}


def test_a_member_that_is_served_is_served_alone() -> None:
    for name in default_members(NO_BACKGROUND):
        assert make_contest(CONTEST, NO_BACKGROUND, name).shares == {
            other: float(other == name) for other in default_members(NO_BACKGROUND)
        }


def test_what_is_not_there_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownName, match=r"'nose'; choose one of: aging, bandit, .*contest, "):
        make_taste("nose")
    with pytest.raises(UnknownName, match="'nose'; choose one of: "):
        make_contest("nose")
    for serving in ("nose", "crowd"):
        with pytest.raises(UnknownName, match=f"cannot serve '{serving}'; choose one of: blend, champion, "):
            make_contest(CONTEST, NO_BACKGROUND, serving)
    with pytest.raises(UnknownName, match="choose one of: blend, champion, gradient"):
        make_contest("gradient", NO_BACKGROUND, "bayes")
