"""The ELAS adapters against the real asreview package."""

import csv
import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from palate.evaluation.arrays import BoolVector, IntVector
from palate.evaluation.peer.elas import Elas, balanced, elas_u3, elas_u4, tfidf_logistic
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.screening import draw_priors, screen

pytestmark = pytest.mark.needs("peers")

Made = tuple[list[str], list[str], BoolVector]
Maker = Callable[[ReplayCorpus, np.random.Generator], Elas]

MODELS = [("elas_u4", elas_u4), ("elas_u3", elas_u3), ("tfidf-logistic", tfidf_logistic)]
TRIPTANS = Path(__file__).parents[3].parent / "shared/data/screening/Triptans.csv.gz"
SEED = 7
RELEVANT = ["migraine", "triptan", "sumatriptan", "headache", "aura", "relief", "placebo", "trial"]
OTHER = [
    "kidney",
    "liver",
    "dialysis",
    "trial",
    "cohort",
    "placebo",
    "heart",
    "pressure",
    "lipid",
    "statin",
    "dose",
]


@pytest.fixture(scope="module")
def review() -> Made:
    """40 titles and abstracts, 8 of them included and somewhat unlike the rest."""
    rng = np.random.default_rng(0)
    included = np.zeros(40, dtype=np.bool_)
    included[rng.choice(40, 8, replace=False)] = True
    titles = [" ".join(rng.choice(RELEVANT if label else OTHER, 4)) for label in included]
    abstracts = [" ".join(rng.choice(RELEVANT + OTHER if label else OTHER, 30)) for label in included]
    return titles, abstracts, included


def asreview_cycle(name: str, make: Maker) -> Any:
    """The package's own model; where it draws, it draws what the adapter draws."""
    from asreview.learner import ActiveLearningCycle, ActiveLearningCycleData
    from asreview.models.models import get_ai_config

    if make is tfidf_logistic:
        parts = ActiveLearningCycleData("max", "logistic", balancer="balanced", feature_extractor="tfidf")
        return ActiveLearningCycle.from_meta(parts)
    config = get_ai_config(name)["value"]
    if make is elas_u4:
        state = int(np.random.default_rng(SEED).integers(2**31))
        config = replace(config, classifier_param=config.classifier_param | {"random_state": state})
    return ActiveLearningCycle.from_meta(config)


def asreview_order(
    titles: list[str], abstracts: list[str], included: BoolVector, priors: IntVector, cycle: Any
) -> IntVector:
    import pandas as pd
    from asreview.simulation.simulate import Simulate

    records = pd.DataFrame({"title": titles, "abstract": abstracts})
    simulation = Simulate(records, pd.Series(included.astype(int)), cycle, print_progress=False)
    for prior in priors:
        simulation.label([prior])
    simulation.review()
    return np.asarray(simulation._results["record_id"], dtype=np.int64)


def corpus(titles: list[str], abstracts: list[str]) -> ReplayCorpus:
    return ReplayCorpus(
        tuple(f"{title}\n{abstract}" for title, abstract in zip(titles, abstracts, strict=True))
    )


@pytest.mark.usefixtures("asreview")
@pytest.mark.parametrize(("name", "make"), MODELS)
@pytest.mark.parametrize("judged", [2, 5, 15])
def test_ranks_the_unread_as_asreview_does(review: Made, name: str, make: Maker, judged: int) -> None:
    import pandas as pd

    titles, abstracts, included = review
    rows = np.concatenate([np.flatnonzero(included)[:2], np.flatnonzero(~included)[: judged - 1]])
    unread = np.setdiff1d(np.arange(len(included)), rows)
    system = make(corpus(titles, abstracts), np.random.default_rng(SEED))
    scores = system.scores(rows, np.where(included[rows], 1.0, -1.0))[unread]

    cycle = asreview_cycle(name, make)
    vectors = cycle.transform(pd.DataFrame({"title": titles, "abstract": abstracts}))
    cycle.fit(vectors[rows], included[rows].astype(int))
    assert np.argsort(-scores, kind="stable").tolist() == cycle.rank(vectors[unread]).tolist()


@pytest.mark.usefixtures("asreview")
@pytest.mark.parametrize(("name", "make"), MODELS)
def test_reads_a_whole_review_in_asreviews_order(review: Made, name: str, make: Maker) -> None:
    titles, abstracts, included = review
    priors = draw_priors(included, np.random.default_rng(1))
    system = make(corpus(titles, abstracts), np.random.default_rng(SEED))
    order = screen(system, included, priors, np.random.default_rng(2))
    expected = asreview_order(titles, abstracts, included, priors, asreview_cycle(name, make))
    assert [*priors, *order] == expected.tolist()


@pytest.mark.usefixtures("asreview")
@pytest.mark.skipif(not TRIPTANS.exists(), reason=f"the development data is not at {TRIPTANS}")
def test_reads_a_real_review_in_asreviews_order() -> None:
    with gzip.open(TRIPTANS, "rt", encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    titles, abstracts = [record["title"] for record in records], [record["abstract"] for record in records]
    included = np.array([record["included"] == "1" for record in records])
    priors = draw_priors(included, np.random.default_rng(0))
    system = elas_u4(corpus(titles, abstracts), np.random.default_rng(SEED))
    order = screen(system, included, priors, np.random.default_rng(2))
    expected = asreview_order(titles, abstracts, included, priors, asreview_cycle("elas_u4", elas_u4))
    assert [*priors, *order] == expected.tolist()


@pytest.mark.usefixtures("asreview")
@pytest.mark.parametrize("ratio", [1.2, 9.8])
@pytest.mark.parametrize(("likes", "dislikes"), [(1, 1), (3, 50), (7, 2)])
def test_weights_equal_asreviews(ratio: float, likes: int, dislikes: int) -> None:
    from asreview.models.balancers import Balanced

    liked = np.random.default_rng(0).permutation(np.arange(likes + dislikes) < likes)
    np.testing.assert_array_equal(
        balanced(liked, ratio), Balanced(ratio).compute_sample_weight(liked.astype(int))
    )


@pytest.mark.parametrize("make", [elas_u3, elas_u4, tfidf_logistic])
@pytest.mark.parametrize("likings", [[], [1.0], [-1.0, -1.0]])
def test_ties_everything_before_it_knows_a_like_and_a_dislike(make: Maker, likings: list[float]) -> None:
    system = make(ReplayCorpus(("red cats", "blue cats", "green dogs")), np.random.default_rng(0))
    assert system.scores(np.arange(len(likings)), np.array(likings)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("make", [elas_u3, elas_u4, tfidf_logistic])
def test_ties_everything_in_a_corpus_without_words(make: Maker) -> None:
    system = make(ReplayCorpus(("", "!")), np.random.default_rng(0))
    assert system.scores(np.array([0, 1]), np.array([1.0, -1.0])).tolist() == [0, 0]
