"""Whether a text is nearer to a query than chance would bring it."""

from statistics import NormalDist

import numpy as np

from palate.parts import Vector
from palate.workspace.corpus import Corpus

BACKGROUND_TEXTS = 1000  # spread over the corpus, whose cosines to a query are its background
MIN_BACKGROUND_TEXTS = 30  # below, a background says nothing, and every text may be near
FALSE_ALARMS = 0.05  # share of queries that fit nothing, for which a text is near by chance
LOWER_SIGMA = NormalDist().cdf(-1)  # the quantile one standard deviation below the median


def is_near(corpus: Corpus, vector: Vector, cosine: float) -> bool:
    """Tells whether the text nearest to a vector, of this cosine, is nearer than the nearest of as many
    unrelated texts would be, in 19 of 20 cases.

    Cosines mean something else for each encoder and each query: what has no sense lies near to all texts for
    one and far from all for another. So the background is measured for the query itself: its cosines to texts
    of the corpus, as a normal distribution by their median and what lies below it, which few or many related
    texts hardly move. Where more than half of all texts are related to the query, none is told to be near.
    Source: the Bonferroni bound on the largest of n; Rousseeuw and Croux (1993) for robust scales.
    """
    present = np.flatnonzero(~corpus.removed)
    if len(present) < MIN_BACKGROUND_TEXTS:
        return True
    spread = np.linspace(0, len(present) - 1, min(BACKGROUND_TEXTS, len(present))).astype(np.int64)
    length = float(np.linalg.norm(vector))
    if not length:
        return False
    low, middle = np.quantile(corpus.vectors(present[spread]) @ vector / length, [LOWER_SIGMA, 0.5])
    return bool(cosine - middle > NormalDist().inv_cdf(1 - FALSE_ALARMS / len(present)) * (middle - low))
