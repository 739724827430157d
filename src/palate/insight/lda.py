"""LDA: topics as mixtures of words, and texts as mixtures of topics."""

import numpy as np
from scipy.sparse import csr_array

from palate.errors import BadValue, MissingExtra
from palate.parts import Matrix

ROUNDS_OVER_TEXTS = 10
FREQUENT = 0.2  # share of the texts above which a term is of all topics


def lda(counts: csr_array, k: int, *, seed: int = 0) -> Matrix:
    """Returns (n, k) the share of each of k topics in each text.

    counts: (n, v) of terms in texts; those of more than a fifth of the texts are left out. Costs 30 s for
    12,000 abstracts. Raises BadValue where there are no terms or fewer texts than topics, MissingExtra
    without [insight].
    Source: Blei, Ng and Jordan (JMLR 2003); online variational Bayes (Hoffman, Blei and Bach, NIPS 2010) by
    scikit-learn.
    """
    try:
        from sklearn.decomposition import LatentDirichletAllocation
    except ModuleNotFoundError:
        raise MissingExtra("LDA", "insight") from None
    n = counts.shape[0]
    frequent = np.bincount(counts.indices, minlength=counts.shape[1]) > max(FREQUENT * n, 1)
    kept = counts if frequent.all() else counts[:, np.flatnonzero(~frequent)]
    if not 1 <= k <= n or not kept.shape[1]:
        raise BadValue(
            f"{k} topics need as many texts with words in common, there are {n}; ask for fewer with --k"
        )
    model = LatentDirichletAllocation(
        k, learning_method="online", batch_size=512, max_iter=ROUNDS_OVER_TEXTS, random_state=seed
    )
    return np.asarray(model.fit_transform(kept))
