"""How good a ranking, a probability or a screening order is, and how sure that number is.

n texts; liked is (n,) bool, scores is (n,) with higher is better, mean is (n,) in [0, 1]. The screening
metrics take relevant, (m,) bool: was the i-th record shown relevant? It may end with the last relevant
record. n_records is the number of records that could be shown. Prior records (given to the learner before
the first one is shown) count in neither, as in ASReview; so n_records is the size of the review less its
priors."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector, Vector


class Interval(NamedTuple):
    """A mean and the ends of its confidence interval."""

    mean: float
    low: float
    high: float


def auc(liked: BoolVector, scores: Vector) -> float:
    """Returns the probability that a liked text scores above a disliked one; a tie counts half. 0.5 is
    chance.

    Costs O(n log n). Raises ValueError where all are liked or all disliked.
    Source: the Mann-Whitney U over n1 * n0, by mid-ranks (Hanley and McNeil, Radiology 143, 1982).

    >>> auc(np.array([True, False, True, False]), np.array([3.0, 2.0, 2.0, 1.0]))
    0.875
    """
    n_liked = int(liked.sum())
    n_disliked = len(liked) - n_liked
    if n_liked == 0 or n_disliked == 0:
        raise ValueError("auc needs both liked and disliked texts")
    _, tie, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[tie]  # mean rank within ties, from 1
    return float((ranks[liked].sum() - n_liked * (n_liked + 1) / 2) / (n_liked * n_disliked))


def ndcg(liked: BoolVector, scores: Vector, k: int = 10) -> float:
    """Returns the discounted gain of the k best scored texts over the best possible; a liked text gains 1, at
    rank r over log2(r + 1).

    Ties get the mean over all their orders, so the result depends neither on the order of the file nor on
    luck. With fewer than k texts all are used. Raises ValueError where nothing is liked.
    Source: Järvelin and Kekäläinen, TOIS 20(4), 2002; ties: McSherry and Najork, ECIR 2008.

    >>> round(ndcg(np.array([False, True]), np.array([2.0, 1.0])), 3)
    0.631
    >>> round(ndcg(np.array([False, True]), np.array([1.0, 1.0])), 3) == round((1 + 0.63093) / 2, 3)
    True
    """
    n_liked = int(liked.sum())
    if n_liked == 0:
        raise ValueError("ndcg needs at least one liked text")
    ranks = np.arange(1, len(liked) + 1)
    discounts = np.where(ranks <= k, 1 / np.log2(ranks + 1), 0.0)
    reach = np.concatenate([[0.0], np.cumsum(discounts)])  # (n + 1,): what the first r ranks can gain
    _, tie, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    gain = np.bincount(tie, weights=liked) / counts  # mean gain within each tie
    return float(gain @ (reach[ends] - reach[ends - counts]) / reach[n_liked])


def recall_at_rank(relevant: BoolVector, rank: int = 100) -> float:
    """The share of the liked texts that are among the first `rank`; relevant, (n,), tells of each text, best
    first, whether it is liked.

    Raises ValueError where nothing is liked.

    >>> recall_at_rank(np.array([True, False, True, False]), rank=2)
    0.5
    """
    return float(relevant[:rank].sum() / _count_relevant(relevant))


def reciprocal_rank(relevant: BoolVector) -> float:
    """1 over the rank, from 1, of the first liked text; relevant, (n,), tells of each text, best first,
    whether it is liked.

    Its mean over readers is the MRR. Raises ValueError where nothing is liked.
    Source: Voorhees, The TREC-8 Question Answering Track Report, 1999.

    >>> reciprocal_rank(np.array([False, True, True]))
    0.5
    """
    _count_relevant(relevant)
    return float(1 / _ranks(relevant)[0])


def brier(liked: BoolVector, mean: Vector) -> float:
    """Returns the mean squared distance of the probability of a like from the answer: 0 is perfect, 0.25 is
    always saying 0.5.

    Raises ValueError for no texts. Source: Brier, Monthly Weather Review 78(1), 1950, in its two-class form.

    >>> brier(np.array([True, False]), np.array([0.9, 0.5]))
    0.13
    """
    if len(liked) == 0:
        raise ValueError("brier needs at least one text")
    return float(np.mean((liked - mean) ** 2))


def expected_calibration_error(liked: BoolVector, mean: Vector, bins: int = 10) -> float:
    """How far the probabilities are from the shares that came true, in [0, 1].

    Predictions are put in bins of equal width, (0, 0.1], (0.1, 0.2], ... with 0 in the first; the error is
    the mean over bins of |share liked - mean probability|, weighted by the bin's count. Few predictions per
    bin make it large for a perfect forecaster too, so replay computes it over the pooled predictions of all
    readers, never as a mean of readers' errors. Raises ValueError for no texts. Source: Guo, Pleiss, Sun and
    Weinberger, ICML 2017, eq. 3.

    >>> liked, mean = np.array([True, False, True, True]), np.array([0.6, 0.6, 0.9, 0.9])
    >>> round(expected_calibration_error(liked, mean), 6)
    0.1
    """
    if len(liked) == 0:
        raise ValueError("expected_calibration_error needs at least one text")
    return float(pooled_calibration_error(calibration_gaps(liked, mean, bins)))


def calibration_gaps(liked: BoolVector, mean: Vector, bins: int = 10) -> Vector:
    """Returns what can be pooled over readers by adding: (bins + 1,), the sum of liked - mean in each bin,
    then the count.

    >>> calibration_gaps(np.array([True, True]), np.array([0.25, 1.0]), bins=2).tolist()
    [0.75, 0.0, 2.0]
    """
    bin_of = np.searchsorted(np.arange(1, bins) / bins, mean, side="left")
    gaps = np.bincount(bin_of, weights=liked - mean, minlength=bins)
    return np.append(gaps, float(len(liked)))


def pooled_calibration_error(gaps: Vector) -> Vector:
    """The expected calibration error of (..., bins + 1) sums or means of calibration gaps: (...)."""
    return np.asarray(np.abs(gaps[..., :-1]).sum(axis=-1) / gaps[..., -1])


def loss(relevant: BoolVector, n_records: int) -> float:
    """The area between the recall curve and the best one possible, over the largest such area: 0 is best, 1
    is worst.

    Equal to asreview.metrics.loss of relevant, filled up with irrelevant records. Raises ValueError where the
    n_records hold no relevant or no irrelevant record. Source: ASReview 3.0.8, asreview/metrics.py.

    >>> loss(np.array([True, False, True]), n_records=4)
    0.25
    """
    n_relevant = _count_relevant(relevant)
    if n_relevant == n_records:
        raise ValueError("loss needs at least one irrelevant record")
    # the curve stays at its height to the end
    area = np.cumsum(relevant).sum() + n_relevant * (n_records - len(relevant))
    return float(
        (n_relevant * (n_records - (n_relevant - 1) / 2) - area) / (n_relevant * (n_records - n_relevant))
    )


def wss(relevant: BoolVector, n_records: int, recall: float = 0.95) -> float:
    """Work saved over sampling: the share of records left unread at this recall, less the share a random
    order would leave.

    Reading stops as soon as the recall is reached. Raises ValueError where nothing relevant was found.
    Source: Cohen, Hersh, Peterson and Yen, JAMIA 13(2), 2006: (TN + FN) / N - (1 - recall).

    >>> round(wss(np.array([True, False, True]), n_records=100), 2)  # 97 left unread, less 5 by chance
    0.92
    """
    n_relevant = _count_relevant(relevant)
    # index of the one that reaches the recall
    reaching = int(np.searchsorted(np.arange(1, n_relevant + 1) / n_relevant, recall))
    read = _ranks(relevant)[reaching]
    return float((n_records - read) / n_records - (1 - recall))


def average_time_to_discovery(relevant: BoolVector, n_records: int) -> float:
    """The mean share of all records that had been read when a relevant one was found, itself included; in (0,
    1].

    Raises ValueError where nothing relevant was found.
    Source: Ferdinands et al., Systematic Reviews 12:100, 2023 (ATD).

    >>> average_time_to_discovery(np.array([True, False, True]), n_records=10)
    0.2
    """
    _count_relevant(relevant)
    return float(_ranks(relevant).mean() / n_records)


def recall_at_share(relevant: BoolVector, n_records: int, share: float = 0.10) -> float:
    """The share of the relevant records found in the first floor(share * n_records) read (RRF@10 in
    Ferdinands et al. 2023).

    Raises ValueError where nothing relevant was found.

    >>> recall_at_share(np.array([True, False, True]), n_records=20)
    0.5
    """
    n_relevant = _count_relevant(relevant)
    read = int(share * n_records + 1e-9)  # 0.29 * 100 is 28.999999999999996
    return float(relevant[:read].sum() / n_relevant)


def last_rank(relevant: BoolVector) -> float:
    """Returns how many records were read when the last relevant one was found. Raises ValueError where
    nothing relevant was found.

    >>> last_rank(np.array([True, False, True, False]))
    3.0
    """
    _count_relevant(relevant)
    return float(_ranks(relevant)[-1])


def bootstrap(
    values: Vector,
    rng: np.random.Generator,
    rounds: int = 2000,
    level: float = 0.95,
    statistic: Callable[[Vector], Vector] = np.asarray,
) -> Interval:
    """The mean of (n,) values, one per reader, and its percentile bootstrap interval over readers.

    For a figure that is no mean of readers, values is (n, m) and statistic turns a mean row (m,) into the
    figure; pooled_calibration_error of calibration gaps is one. A single reader tells nothing about others:
    low = high = mean. Costs O(rounds * n * m). Raises ValueError for no values. Source: Efron and Tibshirani,
    An Introduction to the Bootstrap, 1993, section 13.3.

    >>> mean, low, high = bootstrap(np.array([0.0, 1.0, 1.0, 1.0]), np.random.default_rng(0))
    >>> mean, low, high
    (0.75, 0.25, 1.0)
    """
    n = len(values)
    if n == 0:
        raise ValueError("bootstrap needs at least one value")
    drawn = np.empty(rounds)
    for i in range(rounds):
        times_drawn = np.bincount(rng.integers(n, size=n), minlength=n)
        drawn[i] = statistic(times_drawn @ values / n)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(statistic(values.mean(axis=0))), float(low), float(high))


def _ranks(relevant: BoolVector) -> IntVector:
    """Returns the ranks of the relevant records, from 1."""
    return np.flatnonzero(relevant) + 1


def _count_relevant(relevant: BoolVector) -> int:
    n_relevant = int(relevant.sum())
    if n_relevant == 0:
        raise ValueError("no relevant record was found")
    return n_relevant
