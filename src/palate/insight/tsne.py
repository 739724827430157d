"""t-SNE: vectors as points of a plane, such that neighbours stay neighbours."""

import numpy as np

from palate.errors import BadValue, MissingExtra
from palate.insight.neighbours import nearest_neighbours
from palate.insight.pca import principal_axes
from palate.parts import Matrix

PERPLEXITY = 30.0  # neighbours that count, in effect; as van der Maaten and Hinton recommend (5 to 50)
SPREAD = 1e-4  # standard deviation of the first axis at the start
EXACT_TEXTS = 2000  # below which forces are summed by tree, above by interpolation
MIN_TEXTS = 4  # fewer points have no neighbourhoods to keep


def tsne(vectors: Matrix, *, seed: int = 0) -> Matrix:
    """Returns (n, 2) float32 positions of (n, d) vectors.

    Use it to see what lies together; distances between groups, and their sizes, mean little. It starts from
    the two principal axes, so that what is far apart in the large stays so. Equal vectors and seed give equal
    positions on one machine. Costs 20 s for 12,000 of 256 dims on one core, and O(n^2 d) of it for the exact
    neighbours. Raises BadValue for fewer than four vectors, MissingExtra without [insight].
    Source: van der Maaten and Hinton (JMLR 2008); FFT-accelerated (Linderman et al., Nature Methods 2019) by
    openTSNE; start and early exaggeration as Kobak and Berens (Nature Communications 2019).
    """
    try:
        from openTSNE import TSNEEmbedding, affinity
        from openTSNE.nearest_neighbors import PrecomputedNeighbors
    except ModuleNotFoundError:
        raise MissingExtra("a map by t-SNE, unlike --method pca,", "insight") from None
    n = len(vectors)
    if n < MIN_TEXTS:
        raise BadValue(f"t-SNE needs {MIN_TEXTS} texts or more, got {n}; use --method pca")
    perplexity = min(PERPLEXITY, (n - 1) / 3)
    offsets = vectors - vectors.mean(axis=0)  # what all have in common tells none apart
    indices, cosines = nearest_neighbours(offsets, min(n - 1, int(3 * perplexity)))
    near = affinity.PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(indices, np.maximum(1 - cosines, 0).astype(np.float64)),
        perplexity=perplexity,
        n_jobs=1,  # sums in one order: the same map each time
        random_state=seed,
    )
    start = principal_axes([vectors], 2).along(vectors)
    start *= SPREAD / max(float(start[:, 0].std()), 1e-300)
    jitter = np.random.default_rng(seed).normal(0, SPREAD * 1e-2, (n, 2))  # parts what is alike
    method = "bh" if n < EXACT_TEXTS else "fft"
    points = TSNEEmbedding(start + jitter, near, negative_gradient_method=method, n_jobs=1, random_state=seed)
    points.optimize(250, exaggeration=12, momentum=0.5, inplace=True)
    points.optimize(500, momentum=0.8, inplace=True)
    return np.ascontiguousarray(points, dtype=np.float32)
