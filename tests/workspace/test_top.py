"""The best of a corpus after any changes, against scores of all texts in double precision."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.parts import Vector
from palate.weights import Weights
from palate.workspace import top as top_module
from palate.workspace.corpus import Corpus, Mask
from palate.workspace.segment import make_segment
from palate.workspace.shortlist import Shortlist
from palate.workspace.top import Best, TopK
from workspace.made_texts import (
    BLOCKS,
    MadeCrowd,
    corpus_of,
    cut,
    dense_scores,
    length_of,
    made_space,
    made_texts,
    made_weights,
)

TEXTS, ENDS = 240, (60, 61, 100, 140, 200)
CHANGES = ["same", "tiny", "small", "large", "flip", "shrink", "block goes", "block comes", "grow", "layout"]
CHANGES += ["shift", "mask", "crowd", "aside", "zero"]
possibles = st.sampled_from([1, 8, 10_000])


class MadeReader:
    """A reader whose weights, texts, shift and candidates change."""

    def __init__(self, seed: int, *, sparse: bool) -> None:
        self.rng, self.sparse, self.source = np.random.default_rng(seed), sparse, "none"
        self.space, self.layout = made_space(seed % 3), object()
        self.segments = [make_segment(self.space, part) for part in cut(made_texts(seed, TEXTS), ENDS)]
        self.begin, self.end = 0, 2
        self.weights = made_weights(self.space, self.rng, sparse=sparse)
        self.shifted, self.share, self.top = False, 1.0, TopK()

    def corpus(self) -> Corpus:
        corpus = corpus_of(self.space, self.segments[self.begin : self.end], layout=self.layout)
        return corpus if self.source == "none" else corpus.with_crowd(MadeCrowd(len(corpus), self.source))

    def change(self, name: str) -> None:
        if name in ("tiny", "small", "large"):
            step = {"tiny": 0.002, "small": 0.1, "large": 2.0}[name]
            fresh = made_weights(self.space, self.rng, sparse=self.sparse)
            self.weights |= {
                block: old + step * fresh[block] for block, old in self.weights.items() if block in fresh
            }
        elif name in ("flip", "shrink", "zero"):
            factor = {"flip": -1.0, "shrink": 0.1, "zero": 0.0}[name]
            self.weights = {block: factor * old for block, old in self.weights.items()}
        elif name == "block goes":
            self.weights = dict(list(self.weights.items())[1:])
        elif name == "block comes":
            fresh = made_weights(self.space, self.rng, sparse=self.sparse)
            block = str(self.rng.choice([*BLOCKS, "crowd"]))
            self.weights = {**self.weights, block: fresh.get(block, np.array([1.0, -1.0]))}
        elif name == "grow":
            self.end = min(self.end + 1, len(self.segments))
        elif name == "layout":
            self.begin, self.layout = (self.begin + 1) % self.end, object()
        elif name == "shift":
            self.shifted = not self.shifted
        elif name == "mask":
            self.share = float(self.rng.choice([0.02, 0.5, 1.0]))
        elif name == "crowd":
            self.source = {"none": "one", "one": "another", "another": "none"}[self.source]
        elif name == "aside":
            corpus = self.corpus()
            self.top.take(self.top.made(corpus, self.weights, corpus.shown))

    def best(self, n: int, *, exact: bool) -> str:
        """Asks for the best and checks them; returns how the answer came."""
        corpus = self.corpus()
        shift = self.rng.normal(size=len(corpus)) if self.shifted else None
        candidates = self.rng.random(len(corpus)) < self.share
        self.top.pass_is_due = False
        with counted() as calls:
            best = self.top.best(corpus, self.weights, shift, candidates, n, exact=exact)
        check(best, corpus, self.weights, shift, candidates, n)
        assert best.exact or (self.top.pass_is_due and not exact)
        return " ".join([*sorted(calls), "proven" if best.exact else "not proven"])


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Counts the passes over a corpus, and how often some of its texts are scored alone."""
    calls = Counter[str]()

    def counting(name: str) -> Any:
        method = getattr(Corpus, name)

        def call(*args: Any, **options: Any) -> Any:
            if name != "scores" or not options.get("first"):
                calls[name] += 1
            return method(*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("scores", "scores_at"):
            patch.setattr(Corpus, name, counting(name))
        yield calls


def check(
    best: Best,
    corpus: Corpus,
    weights: Mapping[str, Weights],
    shift: Vector | None,
    candidates: Mask,
    n: int,
) -> None:
    """Checks that the answer holds candidates once, n or all, and all of the n best where it says so."""
    indices = best.indices.tolist()
    assert len(set(indices)) == len(indices) >= min(n, candidates.sum())
    assert candidates[best.indices].all()
    if best.exact and len(indices) < candidates.sum():
        scores = dense_scores(corpus.features(np.arange(len(corpus))), weights)
        scores += 0 if shift is None else shift
        level = np.sort(scores[candidates])[-n]
        rounding = 2e-5 * length_of(weights) + 1e-6
        assert set(np.flatnonzero(candidates & (scores > level + rounding))) <= set(indices)
        assert (scores[best.indices] > level - rounding).sum() >= n


@contextmanager
def limited(
    scanned: int, possible: int, listed_share: float = 0.2, rescored_share: float = 0.2
) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(top_module, "SCANNED_TEXTS", scanned)
        patch.setattr(top_module, "POSSIBLE_TEXTS", possible)
        patch.setattr(top_module, "LISTED_SHARE", listed_share)
        patch.setattr(top_module, "RESCORED_SHARE", rescored_share)
        yield


@pytest.mark.slow
@settings(max_examples=80)
@given(
    seed=st.integers(0, 99),
    sparse=st.booleans(),
    changes=st.lists(st.sampled_from(CHANGES), max_size=12),
    n=st.sampled_from([1, 5, 30]),
    exact=st.booleans(),
    scanned=st.sampled_from([1, 40, 150, 10_000]),
    possible=possibles,
    listed_share=st.sampled_from([0.05, 0.3, 1.0]),
    rescored_share=st.sampled_from([0.2, 1.0]),
)
def test_they_hold_the_best_of_all_after_any_changes(
    seed: int,
    sparse: bool,
    changes: list[str],
    n: int,
    exact: bool,
    scanned: int,
    possible: int,
    listed_share: float,
    rescored_share: float,
) -> None:
    """Whatever the limits. Where it is asked for, or the corpus is small, the answer is always proven."""
    reader = MadeReader(seed, sparse=sparse)
    with limited(scanned, possible, listed_share, rescored_share):
        for change in ["same", *changes]:
            reader.change(change)
            way = reader.best(n, exact=exact)
            if scanned == 10_000:
                assert "not" not in way


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("scanned", "exact", "possible", "change", "way"),
    [
        (60, False, 50, "same", "scores_at proven"),  # what the last pass says is enough
        (10_000, False, 50, "same", "scores_at proven"),
        (60, False, 1, "small", "scores_at not proven"),  # too many may be best, and the pass is put off
        (60, True, 1, "small", "scores scores_at proven"),  # or made at once, as asked
        (10_000, False, 1, "small", "scores scores_at proven"),  # or as the corpus is small
        (20, False, 50, "small", "scores scores_at proven"),  # the shortlist is too short for so many
        (60, False, 50, "large", "scores scores_at proven"),  # the last pass is of no use
        (60, True, 10_000, "large", "scores_at proven"),  # unless all may be scored one by one
        (60, False, 50, "crowd", "scores scores_at proven"),
        (60, False, 50, "layout", "scores scores_at proven"),
        (60, False, 50, "zero", "proven"),
    ],
)
def test_each_way_to_the_best_is_taken(
    sparse: bool, scanned: int, exact: bool, possible: int, change: str, way: str
) -> None:
    with limited(scanned, possible):
        reader = MadeReader(1, sparse=sparse)
        reader.end = len(reader.segments)
        reader.change("aside")
        reader.change(change)
        assert reader.best(5, exact=exact) == way


@pytest.mark.parametrize("possible", [0, 1, 3])
def test_a_pass_that_leaves_too_many_is_followed_by_whole_vectors(possible: int) -> None:
    """The 8-bit vectors leave more than may be best than the limit allows; no answer is a guess for that."""
    with limited(10_000, possible):
        ways = Counter[str]()
        for seed in range(12):
            reader = MadeReader(seed, sparse=False)
            reader.end = len(reader.segments)
            reader.weights = {"semantic": reader.rng.normal(size=6)}
            ways[reader.best(5, exact=True)] += 1
    assert ways["scores scores_at proven"] > 0


@pytest.mark.parametrize("sparse", [False, True])
def test_a_shortlist_is_scored_again_only_where_many_of_its_texts_could_be_best(sparse: bool) -> None:
    with limited(150, 10_000, rescored_share=0.5), pytest.MonkeyPatch.context() as patch:
        scored = Counter[str]()
        scores = Shortlist.scores

        def counting(*given: Any) -> Any:
            scored[change] += 1
            return scores(*given)

        patch.setattr(Shortlist, "scores", counting)
        reader = MadeReader(1, sparse=sparse)
        reader.end = len(reader.segments)
        for change in ("aside", "small", *["tiny"] * 4, "large"):
            reader.change(change)
            reader.best(5, exact=True)
    assert scored == {"small": 1, "large": 1}


def test_a_pass_made_aside_proves_what_was_put_off() -> None:
    with limited(60, 1):
        reader = MadeReader(2, sparse=False)
        reader.end = len(reader.segments)
        reader.change("aside")
        reader.change("small")
        assert reader.best(5, exact=False) == "scores_at not proven"
        reader.change("aside")
        assert not reader.top.pass_is_due
        assert reader.top.nbytes > 4 * len(reader.corpus()) + 60 * 6  # 6 of the bytes are those of a vector
        with limited(60, 50):
            assert reader.best(5, exact=False) == "scores_at proven"


@pytest.mark.parametrize("weights", ["none", "zero", "one that no text has"])
def test_of_equal_texts_the_last_come_and_no_others(weights: str) -> None:
    """Before any feedback: the newest texts, as many as asked for, however many there are."""
    with limited(10_000, 20):
        reader = MadeReader(3, sparse=False)
        reader.end = len(reader.segments)
        corpus = reader.corpus()
        choices: dict[str, dict[str, Any]] = {
            "none": {},
            "zero": {name: 0.0 * block for name, block in reader.weights.items()},
            "one that no text has": {"crowd": np.ones(2)},
        }
        given = choices[weights]
        candidates = np.arange(TEXTS) % 3 == 0
        for exact in (True, False):
            best = reader.top.best(corpus, given, None, candidates, 10, exact=exact)
            last = np.flatnonzero(candidates)[-len(best.indices) :]
            assert np.sort(best.indices).tolist() == last.tolist()
            assert best.exact
            assert len(best.indices) <= 10 + 20
        shift = np.zeros(TEXTS)
        shift[:30] = 1.0
        best = reader.top.best(corpus, given, shift, candidates, 10)
        assert set(range(0, 30, 3)) <= set(best.indices.tolist())


@pytest.mark.slow
@given(seed=st.integers(0, 99), n=st.integers(1, 300))
def test_where_no_more_are_there_all_come(seed: int, n: int) -> None:
    reader = MadeReader(seed, sparse=True)
    corpus = reader.corpus()
    candidates = reader.rng.random(len(corpus)) < 0.3
    best = reader.top.best(corpus, reader.weights, None, candidates, max(n, int(candidates.sum())))
    assert best.exact
    assert best.indices.tolist() == np.flatnonzero(candidates).tolist()


@pytest.mark.slow
@given(seed=st.integers(0, 99), changes=st.lists(st.sampled_from(CHANGES), max_size=6))
def test_estimates_are_scores_within_what_small_changes_of_weights_bring(
    seed: int, changes: list[str]
) -> None:
    reader = MadeReader(seed, sparse=False)
    for change in ["aside", *changes]:
        reader.change(change)
        corpus = reader.corpus()
        estimates = reader.top.estimates(corpus, reader.weights)
        features = corpus.features(np.arange(len(corpus)))
        expected = dense_scores(features, reader.weights)
        longest = sum(lengths.max(initial=0.0) for lengths in corpus.lengths.values())
        bound = (0.02 * longest + 0.02) * length_of(reader.weights) + 1e-4
        assert (np.abs(estimates - expected) <= bound).all()
