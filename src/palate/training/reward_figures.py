"""Reward figures: how often a score sides with people, by source and gap in length, beside simple rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binomtest

from palate.training.preferences import Ranked
from palate.training.run.metrics import calibration_error, reliability

WORD = re.compile(r"\w+")
LENGTH_BANDS = ("small", "middle", "large")  # terciles of the gap in length of two answers
Floats = NDArray[np.float64]
# prompts and answers to (n,) scores
Scorer = Callable[[Sequence[str], Sequence[str]], Floats]


def reward_figures(rankings: Sequence[Ranked], scorer: Scorer) -> dict[str, Any]:
    """Returns accuracy over pairs of which one answer is better, with its 95 % interval (Wilson), by source
    and by gap in length, and the calibration of the difference's odds.
    """
    pairs, gaps = _pairs(rankings), _differences(rankings, scorer)
    right = (gaps > 0) + 0.5 * (gaps == 0)
    figures: dict[str, Any] = _accuracy(right)
    chances = expit(gaps)
    figures["brier"] = float(np.mean((1 - chances) ** 2))
    # of the pairs every other is turned round, so that the first is not always the better
    turned = np.arange(len(gaps)) % 2
    shown = np.where(turned, 1 - chances, chances)
    figures["ece"] = calibration_error(reliability(turned, np.column_stack([shown, 1 - shown])))
    sources = np.array([ranked.source for ranked, _, _ in pairs])
    figures["by_source"] = {
        source: _accuracy(right[sources == source]) for source in sorted(set(sources.tolist())) if source
    }
    lengths = np.array([abs(len(one.answers[a]) - len(one.answers[b])) for one, a, b in pairs])
    bands = np.digitize(lengths, np.quantile(lengths, [1 / 3, 2 / 3]))
    figures["by_gap_in_length"] = {
        name: _accuracy(right[bands == band])
        for band, name in enumerate(LENGTH_BANDS)
        if (bands == band).any()
    }
    return figures


def baselines(train: Sequence[Ranked], rankings: Sequence[Ranked]) -> dict[str, dict[str, Any]]:
    """Returns the figures of three rules: the longer answer, the one with more of the prompt's words, and
    words that won in the training pairs (logistic regression on differences of TF-IDF).
    """
    return {
        "longer": reward_figures(rankings, lambda _, answers: np.array([float(len(one)) for one in answers])),
        "overlap": reward_figures(rankings, _overlaps),
        "words": reward_figures(rankings, _word_scorer(train)),
    }


def _accuracy(right: NDArray[np.float64]) -> dict[str, Any]:
    """Returns the share of right sides, where a level score counts half, with its interval and the count."""
    n = len(right)
    interval = binomtest(round(float(right.sum())), n).proportion_ci(method="wilson")
    return {
        "accuracy": float(right.mean()),
        "low": float(interval.low),
        "high": float(interval.high),
        "pairs": n,
    }


def _pairs(rankings: Sequence[Ranked]) -> list[tuple[Ranked, int, int]]:
    return [(one, better, worse) for one in rankings for better, worse in one.pairs]


def _differences(rankings: Sequence[Ranked], scorer: Scorer) -> Floats:
    """Returns the score of the better answer less that of the worse, for each pair."""
    prompts = [one.asked for one in rankings for _ in one.answers]
    scores = scorer(prompts, [answer for one in rankings for answer in one.answers])
    found, start = list[float](), 0
    for one in rankings:
        found += [scores[start + better] - scores[start + worse] for better, worse in one.pairs]
        start += len(one.answers)
    return np.array(found)


def _overlaps(prompts: Sequence[str], answers: Sequence[str]) -> Floats:
    def share(prompt: str, answer: str) -> float:
        asked, given = (set(WORD.findall(text.lower())) for text in (prompt, answer))
        return len(asked & given) / max(len(given), 1)

    return np.array([share(prompt, answer) for prompt, answer in zip(prompts, answers, strict=True)])


def _word_scorer(train: Sequence[Ranked]) -> Scorer:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    pairs = _pairs(train)
    better = [one.answers[index] for one, index, _ in pairs]
    worse = [one.answers[index] for one, _, index in pairs]
    if not any(WORD.search(answer) for answer in better + worse):
        return lambda _, answers: np.zeros(len(answers))
    words = TfidfVectorizer(sublinear_tf=True, token_pattern=WORD.pattern).fit([*better, *worse])
    differences = words.transform(better) - words.transform(worse)
    signs = np.where(np.arange(len(pairs)) % 2 == 0, 1.0, -1.0)
    model = LogisticRegression(fit_intercept=False, max_iter=1000)
    model.fit(differences.multiply(signs[:, None]).tocsr(), signs > 0)
    return lambda _, answers: np.asarray(words.transform(list(answers)) @ model.coef_[0])
