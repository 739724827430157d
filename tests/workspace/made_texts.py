"""Made texts as a store gives them, spaces and corpora of them, and scores by dense algebra."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from palate.feature.terms import hash_terms
from palate.features import Block, Features, Terms
from palate.parts import Matrix, Vector
from palate.weights import Sparse, Weights
from palate.workspace.corpus import NO_REMOVALS, Corpus, Removals
from palate.workspace.fitting import RawTexts, SpaceFit
from palate.workspace.segment import Segment
from palate.workspace.space import Space

WORDS = ["the", "of", "superb", "awful", "not", *(f"w{number}" for number in range(80)), "grief", "charming"]
NEWEST = 1.7e9  # about the moment of the newest text, in seconds since 1970
BLOCKS = ("semantic", "keyword", "tfidf", "sentiment", "freshness")


def made_contents(rng: np.random.Generator, n: int) -> list[str]:
    """Returns n contents of words by Zipf's law; some are empty, and many repeat a word."""
    share = 1 / np.arange(1, len(WORDS) + 1)
    sizes = rng.integers(0, 40, n) * (rng.random(n) < 0.9)
    words = rng.choice(WORDS, int(sizes.sum()), p=share / share.sum()).tolist()
    return [" ".join(words[begin:end]) for begin, end in pairwise([0, *np.cumsum(sizes).tolist()])]


def made_texts(
    seed: int, n: int, *, dims: int = 6, first_row: int = 1, dated: float = 0.7, precision: type = np.float16
) -> RawTexts:
    """Returns n texts with gaps between their rows; a few are near-copies, and a few have a vector of 0.

    dated: share of them with a date.
    """
    rng = np.random.default_rng(seed)
    rows = first_row + np.cumsum(rng.integers(1, 4, n)) - 1
    representatives = rows.copy()
    for index in range(1, n):
        if rng.random() < 0.2:
            representatives[index] = representatives[rng.integers(0, index)]
    vectors = rng.normal(size=(n, dims)) + rng.normal(size=dims)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors *= rng.random((n, 1)) < 0.95
    moments = np.where(rng.random(n) < dated, NEWEST - 86_400 * rng.exponential(20, n), np.nan)
    return RawTexts(
        rows, representatives, vectors.astype(precision), hash_terms(made_contents(rng, n)), moments
    )


def part_of(texts: RawTexts, indices: Sequence[int]) -> RawTexts:
    """Returns some of the texts, one by one."""
    stored = texts.terms.to_bytes()
    terms = Terms.from_bytes(stored[index] for index in indices)
    at = np.array(indices, dtype=np.int64)
    return RawTexts(texts.rows[at], texts.representatives[at], texts.vectors[at], terms, texts.moments[at])


def cut(texts: RawTexts, cuts: Iterable[int]) -> list[RawTexts]:
    """Returns the texts in parts that end at the cuts; equal cuts make empty parts."""
    ends = sorted(min(each, len(texts)) for each in cuts)
    return [
        part_of(texts, range(begin, end)) for begin, end in zip([0, *ends], [*ends, len(texts)], strict=True)
    ]


def fitted(parts: Sequence[RawTexts], *, dims: int = 6) -> Space:
    """Returns the space of texts that come in parts."""
    fit = SpaceFit(sum(map(len, parts)), dims)
    for part in parts:
        fit.observe(part)
    space = fit.begin()
    for part in parts:
        fit.add(features_of(space, part))
    return fit.finish()


@lru_cache(maxsize=64)
def made_space(seed: int, dims: int = 6, dated: float = 0.7) -> Space:
    """Returns the space of 50 texts."""
    return fitted([made_texts(seed, 50, dims=dims, dated=dated)], dims=dims)


def features_of(space: Space, texts: RawTexts) -> Features:
    return space.features(texts.vectors, texts.terms, space.ages(texts.moments))


def corpus_of(
    space: Space,
    segments: Sequence[Segment],
    *,
    layout: object = None,
    removals: Removals = NO_REMOVALS,
) -> Corpus:
    return Corpus(
        space, segments, generation_id=1, fit_row=len(segments), layout=layout or object(), removals=removals
    )


def made_weights(
    space: Space, rng: np.random.Generator, blocks: Iterable[str] = BLOCKS, *, sparse: bool = False
) -> dict[str, Weights]:
    """Returns drawn weights of some blocks. sparse: whether those of words are `Sparse`, most of them 0."""
    widths = {
        "semantic": len(space.semantic.mean),
        "keyword": len(space.keyword.rarity),
        "tfidf": space.keyword.width,
        "sentiment": 2,
        "freshness": 3,
    }
    weights = dict[str, Weights]()
    for name in blocks:
        values = rng.normal(size=widths[name])
        if name in ("keyword", "tfidf") and sparse:
            columns = np.flatnonzero(rng.random(widths[name]) < 0.3).astype(np.int32)
            weights[name] = Sparse(columns, values[columns], widths[name])
        else:
            weights[name] = values
    return weights


def dense(block: Block) -> Matrix:
    return np.asarray(block.toarray() if isinstance(block, csr_array) else block, dtype=np.float64)


def dense_scores(features: Features, weights: Mapping[str, Weights]) -> Vector:
    """Returns (n,) sums over the blocks that both have of row @ weights."""
    scores = np.zeros(len(features))
    for name, block in features.blocks.items():
        if name in weights:
            scores += dense(block) @ np.asarray(weights[name], dtype=np.float64)
    return scores


def length_of(weights: Mapping[str, Weights]) -> float:
    return float(np.sqrt(sum((np.asarray(block) ** 2).sum() for block in weights.values())))


class MadeCrowd:
    """What others think of n texts, in two columns; of a text the same, however many there are."""

    def __init__(self, n: int, source: object = "made", *, sparse: bool = False) -> None:
        self.source = source
        table = np.random.default_rng(len(str(source))).normal(size=(n, 2)).astype(np.float32)
        self.block: Block = csr_array(table) if sparse else table
        self.prior: Vector = np.array([0.5, 0.0])
        self.judgements_per_text = 3.0

    def transform(self, rows: Matrix) -> Block:
        return np.zeros((len(rows), 2), np.float32)
