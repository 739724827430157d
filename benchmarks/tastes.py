"""What one reader's contest costs: MB by judgements, where words are a million, and processor ms for one more
judgement and for values. Takes a minute.
"""

import gzip
import json
import tracemalloc
from statistics import median
from time import thread_time

import numpy as np
from scipy.sparse import csr_array

from palate.evaluation.replay_corpus import ReplayCorpus
from palate.features import Background, Features
from palate.taste.choose import make_contest
from palate.threads import use_one_blas_thread
from report import ARXIV, emit, needs

SEED = 0
VOCABULARY, TERMS = 1_000_000, 150
SAMPLE = 100  # texts of the background
JUDGED = (20, 80, 150, 300, 512)
TEXTS, SHOWN, VALUED, ROUNDS = 2000, 20, 300, 15
PARTS = ("learn", "explain", f"value_{SHOWN}", f"value_{VALUED}")
LIKED = "cs.CL"


def main() -> None:
    rng = np.random.default_rng(SEED)
    memory(made_up(SAMPLE, rng), made_up(max(JUDGED), rng))
    needs(ARXIV)
    speed()


def memory(sample: Features, texts: Features) -> None:
    background = Background(average_of(sample), sample, {})
    found = {}
    for judged in (0, 100, 512):
        likings = np.where(np.arange(judged) % 3, -1.0, 1.0)
        make_contest("contest", background).learn(texts[:8], np.resize([1.0, -1], 8), np.ones(8))
        tracemalloc.start()
        taste = make_contest("contest", background)
        for row in range(judged):
            taste.learn(texts[row : row + 1], likings[row : row + 1], np.ones(1))
            taste.explain()
        if judged:
            taste.value(texts[:20])
        found[str(judged)] = round(tracemalloc.get_traced_memory()[0] / 1e6, 2)
        tracemalloc.stop()
    emit(
        "taste_memory",
        {"mb_by_judgements": found},
        data=f"made-up texts of {TERMS} terms out of {VOCABULARY}, Zipf, in each weighting",
        seed=SEED,
    )


def made_up(n: int, rng: np.random.Generator) -> Features:
    def words() -> csr_array:
        drawn = (np.unique((VOCABULARY ** rng.random(2 * TERMS)).astype(np.int32) - 1) for _ in range(n))
        columns = [np.sort(rng.permutation(part)[:TERMS]) for part in drawn]
        lengths = [len(part) for part in columns]
        entries = np.concatenate([np.full(length, length**-0.5, np.float32) for length in lengths])
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return csr_array((entries, np.concatenate(columns), starts), shape=(n, VOCABULARY))

    def dense(width: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        return np.asarray(rng.normal(size=(n, width)) / np.sqrt(width), dtype=np.float32)

    return Features(
        {
            "semantic": dense(256),
            "keyword": words(),
            "tfidf": words(),
            "sentiment": dense(2),
            "freshness": dense(3),
        }
    )


def average_of(features: Features) -> Features:
    averages = {
        name: np.asarray(block.sum(axis=0), dtype=np.float32).reshape(1, -1) / len(features)
        for name, block in features.blocks.items()
    }
    return Features(
        {
            name: csr_array(row) if isinstance(features.blocks[name], csr_array) else row
            for name, row in averages.items()
        }
    )


def speed() -> None:
    with gzip.open(ARXIV, "rt") as lines:
        papers = [json.loads(line) for line in lines]
    papers = [papers[row] for row in np.random.default_rng(SEED).permutation(len(papers))[:TEXTS]]
    space = ReplayCorpus(tuple(f"{paper['title']}\n{paper['text']}" for paper in papers)).fitted
    likings = np.array([1.0 if LIKED in paper["categories"] else -1.0 for paper in papers])
    best = space.corpus[TEXTS - VALUED :]
    figures: dict[str, dict[str, float]] = {}
    use_one_blas_thread()
    for judged in JUDGED:
        taste = make_contest("contest", space.background)
        taste.learn(space.corpus[:judged], likings[:judged], np.ones(judged))
        taste.explain()
        taken = []
        for row in range(judged, judged + ROUNDS):
            text, start = space.corpus[row : row + 1], thread_time()
            taste.learn(text, likings[row : row + 1], np.ones(1))
            learned = thread_time()
            taste.explain()
            explained = thread_time()
            taste.value(best[:SHOWN])
            shown = thread_time()
            taste.value(best)
            taken.append((learned - start, explained - learned, shown - explained, thread_time() - shown))
        parts = [round(1000 * median(part), 2) for part in zip(*taken, strict=True)]
        figures[str(judged)] = dict(zip(PARTS, parts, strict=True))
    data = f"{TEXTS} papers of ../shared/data/arxiv; liked: {LIKED}"
    emit("taste_speed", {"ms_by_judgements": figures}, data=data, seed=SEED)


if __name__ == "__main__":
    main()
