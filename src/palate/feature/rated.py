"""Rated: what a crowd of likes and dislikes says of a text, as features with a prior."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from scipy.sparse import csr_array

from palate.feature.svd import randomized_svd
from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Vector

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Rows = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]

MAX_JUDGEMENTS = (
    400_000  # judgements that factors and co-judgements are learned from; means are learned from all
)
PREDICTED_TEXTS = 4096  # at once, so that double precision of all takes no memory
EM_ROUNDS = 15  # of expectation maximisation
LEVEL_PSEUDO_COUNT = 5.0  # pseudo-judgements that a reader's or the crowd's own level starts from
LOG_ODDS_PER_LIKING = 2.1  # of a like for one unit of expected liking, where 1 is a like and -1 a dislike
# of column 0: small, so that one reader's feedback hardly moves how far the crowd's level is believed
LEVEL_SCALE = 0.1
CO_JUDGEMENT_VARIANCE = 0.1  # prior variance that co-judgements bring to one reader's liking
VERDICT_NOISE_FACTOR = 1.25  # a like or a dislike is noisier than a rating
# prior variance of one factor of a text: where judgements are few, the search would end at none at all
MIN_FACTOR_VARIANCE = 0.005
TEXT_PRECISION = 4.0  # prior precision of the regression on text, in fully known texts of length 1


class RatedCrowd:
    """What readers of explicit feedback expect of each text: its level, its factors, and who else judged
    it.

    Use it where many readers gave likes and dislikes, or ratings. A reader u is modelled as liking_ui =
    level_i + w_i . z_u + c_i . v_u + noise, with z_u and v_u Gaussian; `block` holds level, w and c, so that
    a Bayesian linear taste with the weights `prior` before any feedback is this model's exact posterior for
    that reader. Level starts from what text, co-judgements and number of judgements let expect and is moved
    by the judgements as far as they weigh; w are the factors of a probabilistic PCA with missing data; c are
    the principal directions of who judged what, as texts that the same readers chose to judge are liked
    alike, whatever they said of them. All three are predicted from the text where nobody has judged it, and
    where few have, they are in between.

    feedback: m judgements, by N readers, of n texts. rows: (n, d) of the semantic block. factors: number of
    w, 1 or more. co_judgements: number of c, 1 or more. seed: of where the search for factors starts. block:
    (n, 1 + factors + co_judgements) float32, scaled so that the noise of one like or dislike has a variance
    of 1. prior: weights on it that give the log odds of a like to a reader of whom nothing is known. noise:
    that variance before scaling, in liking squared, where likings have a variance of 1. judgements_per_text:
    of the crowd. Raises ValueError for factors or co_judgements below 1, and for rows of another number of
    texts. Costs O(m r^2 + (N + n) r^3 + n d^2) for r factors; beyond 400,000 judgements factors and
    co-judgements are learned from evenly spaced readers. 45,000 judgements of 5,500 texts take about 3 s, a
    million of 100 texts about 6 s. Source: Ilin and Raiko, Practical approaches to principal component
    analysis in the presence of missing values, JMLR 11 (2010), section 3.3 (variational, with point-wise
    missing values); Gelman and Hill, Data analysis using regression and multilevel models (2007), eq. 12.16
    (levels with group predictors); co-judgements are the implicit feedback of Koren, Factorization meets the
    neighborhood (2008), section 4.

    >>> readers, indices = np.array([0, 1, 2, 0]), np.array([0, 0, 0, 1])
    >>> feedback = CrowdFeedback(readers, indices, np.array([1.0, 1.0, 1.0, -1.0]), n_texts=3)
    >>> crowd = RatedCrowd(feedback, np.eye(3, 2, dtype=np.float32), factors=1, co_judgements=1)
    >>> liked, disliked, unjudged = crowd.block @ crowd.prior
    >>> bool(liked > unjudged > disliked)
    True
    """

    def __init__(
        self,
        feedback: CrowdFeedback,
        rows: Matrix,
        *,
        factors: int = 12,
        co_judgements: int = 16,
        seed: int = 0,
    ) -> None:
        if min(factors, co_judgements) < 1 or len(rows) != feedback.n_texts:
            raise ValueError(
                f"factors and co_judgements must be 1 or more, rows one for each of {feedback.n_texts} texts;"
                f" got {factors=}, {co_judgements=}, {len(rows)} rows"
            )
        judged, indices = np.unique(feedback.indices, return_inverse=True)
        likings = _centred(feedback.readers, feedback.likings)
        kept = _spaced(feedback.readers)
        around = _co_judgements(feedback.readers[kept], indices[kept], len(judged), co_judgements, seed)
        level = _levels(indices, likings, around, rows[judged])
        apart = likings - level.mean[indices]
        factored = _find_factors(
            feedback.readers[kept], indices[kept], apart[kept], len(judged), factors, seed
        )
        self.noise = VERDICT_NOISE_FACTOR * factored.noise
        self._odds = LOG_ODDS_PER_LIKING * _as_verdicts(level, indices, likings, feedback.likings)

        known = level.counts / (level.counts + level.noise / level.spread)
        targets = np.hstack([level.mean[:, None], factored.means, around])
        design = np.hstack([np.ones((len(judged), 1)), rows[judged]])
        self._text = _ridge(design, targets, known, np.append(1e-3, np.full(rows.shape[1], TEXT_PRECISION)))
        expected = self._predicted(rows)
        expected[judged, 0] = level.mean
        shift = (
            np.einsum("nij,nj->ni", factored.covariances, expected[judged, 1 : 1 + factors]) / factored.spread
        )
        # the text's factors are the prior mean of the posterior
        expected[judged, 1 : 1 + factors] = factored.means + shift
        expected[judged, 1 + factors :] = around
        self._factors = factors
        self.block = self._scaled(expected)
        self.judgements_per_text = len(likings) / max(feedback.n_texts, 1)
        self.prior: Vector = np.append(1 / LEVEL_SCALE, np.zeros(factors + co_judgements))

    def transform(self, rows: Matrix) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """(k, 1 + factors + co_judgements) of k texts that nobody judged, from the rows (k, d) of their
        semantic block."""
        return self._scaled(self._predicted(rows))

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """All it has learned."""
        figures = {
            "heard": np.array(self.judgements_per_text),
            "noise": np.array(self.noise),
            "factors": np.array(self._factors),
        }
        return {**figures, "block": self.block, "prior": self.prior, "text": self._text, "odds": self._odds}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Self:
        """What gave these arrays, to the bit."""
        crowd = cls.__new__(cls)
        crowd.judgements_per_text, crowd.noise, crowd._factors = (
            float(arrays["heard"]),
            float(arrays["noise"]),
            int(arrays["factors"]),
        )
        crowd.block, crowd.prior, crowd._text, crowd._odds = (
            arrays[name] for name in ("block", "prior", "text", "odds")
        )
        return crowd

    def _predicted(self, rows: Matrix) -> Array:
        parts = np.array_split(rows, max(1, len(rows) // PREDICTED_TEXTS))
        return np.vstack([np.hstack([np.ones((len(part), 1)), part]) @ self._text for part in parts])

    def _scaled(self, expected: Array) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        odds = self._odds[0] * expected[:, :1] + self._odds[1]
        w, c = np.split(expected[:, 1:], [self._factors], axis=1)
        return np.hstack(
            [LEVEL_SCALE * odds, w / np.sqrt(self.noise), np.sqrt(CO_JUDGEMENT_VARIANCE / self.noise) * c]
        ).astype(np.float32)


class _Levels(NamedTuple):
    """mean, counts: (n,). spread: variance of levels around what is expected of them. noise: of one
    judgement.
    """

    mean: Array
    counts: Array
    spread: float
    noise: float


class _Factors(NamedTuple):
    """Posterior of the factors of n texts: means (n, r), covariances (n, r, r). spread: prior variance of
    one.
    """

    means: Array
    covariances: Array
    spread: float
    noise: float


def _centred(readers: Rows, likings: Array) -> Array:
    """(m,) likings less what their reader says on average, with a variance of 1."""
    if not len(likings):
        return likings
    apart = likings - likings.mean()
    own = np.bincount(readers, apart) / (np.bincount(readers) + LEVEL_PSEUDO_COUNT)
    apart = apart - own[readers]
    return np.asarray(
        apart / np.sqrt((apart @ apart + LEVEL_PSEUDO_COUNT) / (len(apart) + LEVEL_PSEUDO_COUNT))
    )


def _spaced(readers: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
    """(m,) whether each judgement is of a reader that factors are learned from."""
    return np.asarray(readers % -(-max(len(readers), 1) // MAX_JUDGEMENTS) == 0)


def _co_judgements(readers: Rows, indices: Rows, n: int, width: int, seed: int) -> Array:
    """(n, width) rows of length 1: principal directions of who judged what, each reader counting the same."""
    around = np.zeros((n, width))
    if len(readers):
        share = 1 / np.sqrt(np.maximum(np.bincount(readers), 1))
        table = csr_array((share[readers], (readers, indices)), shape=(readers.max() + 1, n))
        strengths, axes = randomized_svd(table, min(width, *table.shape), seed)
        around[:, : len(strengths)] = axes.T * strengths
    lengths = np.linalg.norm(around, axis=1, keepdims=True)
    return around / np.where(lengths > 1e-9, lengths, 1.0)


def _levels(indices: Rows, likings: Array, around: Array, rows: Matrix) -> _Levels:
    """Each text's level: by precision between its own judgements and what co-judgements, text and count let
    expect.
    """
    n = len(rows)
    counts = np.bincount(indices, minlength=n).astype(np.float64)
    sums = np.bincount(indices, likings, minlength=n)
    design = np.hstack([np.ones((n, 1)), np.log(np.maximum(counts, 1))[:, None], around, rows])
    precision = np.concatenate([[1.0, 100.0], np.full(around.shape[1], 5.0), np.full(rows.shape[1], 30.0)])
    noise, spread = 0.75, 0.1
    level = np.zeros(n)
    for _ in range(EM_ROUNDS if n else 0):
        weights = 1 / (spread + noise / counts)
        expected = design @ _ridge(design, (sums / counts)[:, None], weights, precision)[:, 0]
        variance = 1 / (counts / noise + 1 / spread)
        level = variance * (sums / noise + expected / spread)
        spread = max(0.01, float(np.mean((level - expected) ** 2 + variance)))
        left = likings @ likings - 2 * level @ sums + counts @ (level**2 + variance)
        noise = max(0.05, float(left) / len(likings))
    return _Levels(level, counts, spread, noise)


def _ridge(design: Array, targets: Array, weights: Array, precision: Array) -> Array:
    """(d, q) most probable weights of weighted linear regression, each column of the (n, d) design with its
    prior precision.
    """
    weighted = design * weights[:, None]
    return np.asarray(np.linalg.solve(design.T @ weighted + np.diag(precision), weighted.T @ targets))


def _as_verdicts(level: _Levels, indices: Rows, likings: Array, verdicts: Array) -> Array:
    """(2,) slope and offset that turn a level into what readers say, a like being 1 and a dislike -1.

    Fitted to levels without the judgement itself, so that it is what holds for a reader who is new.
    """
    targets = np.where(verdicts >= 0, 1.0, -1.0)
    share = ((1 / level.noise) / (level.counts / level.noise + 1 / level.spread))[indices]
    without = (level.mean[indices] - share * likings) / (1 - share)
    design = np.stack([without, np.ones_like(without)], axis=1)
    return _ridge(design, targets[:, None], np.ones(len(targets)), np.full(2, LEVEL_PSEUDO_COUNT))[:, 0]


def _find_factors(readers: Rows, indices: Rows, apart: Array, n: int, r: int, seed: int) -> _Factors:
    """Factors of n texts from what m judgements are apart from the level: expectation maximisation,
    variational in both sides.
    """
    size = (int(readers.max(initial=-1)) + 1, n)
    judged = csr_array((np.ones(len(apart)), (readers, indices)), shape=size)
    table = csr_array((apart, (readers, indices)), shape=size)
    w = np.random.default_rng(seed).normal(scale=0.1, size=(n, r))
    covariances: Array = np.zeros((n, r, r))
    noise, spread = 0.75, 0.03
    for _ in range(EM_ROUNDS if len(apart) else 0):
        second = (covariances + w[:, :, None] * w[:, None, :]).reshape(n, -1)
        # of each reader's z
        posterior = np.linalg.inv(np.eye(r) + np.reshape(np.asarray(judged @ second), (-1, r, r)) / noise)
        z = np.einsum("uij,uj->ui", posterior, np.asarray(table @ w)) / noise
        square = posterior + z[:, :, None] * z[:, None, :]
        seen: Array = np.reshape(np.asarray(judged.T @ square.reshape(-1, r * r)), (-1, r, r))
        pull = np.asarray(table.T @ z)
        covariances = np.linalg.inv(seen / noise + np.eye(r) / spread)
        w = np.einsum("nij,nj->ni", covariances, pull) / noise
        second_w = covariances + w[:, :, None] * w[:, None, :]
        left = apart @ apart - 2 * np.sum(pull * w) + np.sum(seen * second_w)
        noise = max(0.05, float(left) / len(apart))
        turn = np.linalg.cholesky(square.mean(axis=0))  # so that z has the covariance it is assumed to have
        w = w @ turn
        covariances = turn.T @ covariances @ turn
        spread = max(MIN_FACTOR_VARIANCE, float(np.mean(w**2 + np.einsum("nii->ni", covariances))))
    return _Factors(w, covariances, spread, noise)
