"""Intervals of shares that are known from few cases."""

COVERAGE = 0.95
PRIOR = 0.5  # likes, and dislikes, before the first judgement (Jeffreys)


def liked_share(likes: float, dislikes: float) -> tuple[float, float, float]:
    """Returns the share of likes with its 95 % interval: (mean, low, high) of the belief.

    Likes and dislikes need not be whole: a rating counts for both. Source: Brown, Cai and DasGupta, Interval
    estimation for a binomial proportion (Statistical Science 16, 2001), Jeffreys' interval.

    >>> [round(end, 2) for end in liked_share(8, 2)]
    [0.77, 0.5, 0.96]
    """
    from scipy.special import betaincinv

    up, down = likes + PRIOR, dislikes + PRIOR
    tail = (1 - COVERAGE) / 2
    low, high = float(betaincinv(up, down, tail)), float(betaincinv(up, down, 1 - tail))
    return up / (up + down), 0.0 if likes == 0 else low, 1.0 if dislikes == 0 else high
