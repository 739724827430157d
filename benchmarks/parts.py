"""The cost of single parts: the figures in docstrings, docs/taste.md, docs/nearest.md, docs/rules.md and
docs/decisions/. Takes a minute.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import numpy as np

import palate
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feature.minhash import band_keys
from palate.feature.terms import hash_terms
from palate.features import Features
from palate.index.exact import ExactIndex
from palate.parts import Taste
from palate.rule import Rule
from palate.rules.matcher import RuleMatcher
from palate.store.health import examine
from palate.taste.bayes import BayesTaste
from palate.taste.choose import TASTES, make_taste
from palate.threads import use_one_blas_thread
from report import ARXIV, emit, ms, needs, seconds

SEED, TEXTS, WORDS, VOCABULARY = 0, 2000, 150, 5000
RULE_TEXTS, RULE_MATCHES = 1_000_000, (1000, 500_000)
# ROUNDS: one of them ends a round of the evolved taste
JUDGED, ROUNDS, LIKED = (50, 200, 512, 1000), 10, "cs.CL"


def main() -> None:
    parts()
    tastes()


def parts() -> None:
    rng = np.random.default_rng(SEED)
    words = np.array([f"word{number}" for number in range(VOCABULARY)])
    chance = 1 / np.arange(1, VOCABULARY + 1)
    contents = [" ".join(rng.choice(words, WORDS, p=chance / chance.sum())) for _ in range(TEXTS)]
    hash_terms(contents)
    terms = hash_terms(contents)
    vectors = rng.normal(size=(12_000, 256)).astype(np.float32)
    index = ExactIndex(vectors)
    figures: dict[str, float] = {
        "hash_terms_us_per_text": round(ms(seconds(lambda: hash_terms(contents), 3)) * 1000 / TEXTS),
        "band_keys_us_per_text": round(ms(seconds(lambda: band_keys(terms), 3)) * 1000 / TEXTS),
    }
    for n_matches in RULE_MATCHES:
        figures[f"rule_effect_of_{n_matches}_matches_ms"] = rule_effect_ms(n_matches)
    use_one_blas_thread()
    figures["nearest_of_12000_ms"] = ms(seconds(lambda: index.nearest(vectors[0], 20), 20))
    for judged in (50, 512):
        features = Features({"semantic": rng.normal(size=(judged + 1, 256)) / 16})
        taste = BayesTaste({"semantic": 1.0}, max_judgements=judged + 1)
        likings = np.where(np.arange(judged + 1) % 2, 1.0, -1.0)
        taste.learn(features[:judged], likings[:judged], np.ones(judged))
        last = features[judged:]
        learned = seconds(lambda t=taste, f=last: (t.learn(f, np.ones(1), np.ones(1)), t.logits(f)), 1)  # type: ignore[misc]
        figures[f"learn_one_after_{judged}_ms"] = ms(learned)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with palate.open(path) as library:
            library.add(contents)
            me = library.reader("me")
            ids = [hit.text.id for hit in me.rank(500)]
            me.judge_many(
                [(text_id, "like" if index % 2 else "dislike") for index, text_id in enumerate(ids)]
            )
            figures["doctor_ms"] = ms(
                seconds(lambda: examine(library.workspace.store, library.encoder.fingerprint), 3)
            )
            figures["relearn_500_ms"] = ms(seconds(lambda: library.reader("me").judged(), 3))
    emit(
        "parts",
        figures,
        data=f"{TEXTS} made-up texts of {WORDS} words, Zipf over {VOCABULARY}; random vectors",
        seed=SEED,
    )


def rule_effect_ms(n_matches: int) -> float:
    """Measures the effect of one rule on a million texts, matched before."""
    rows, block = np.arange(1, RULE_TEXTS + 1), Rule("block", "word", "ads")
    matches = rows[:: RULE_TEXTS // n_matches]
    matcher = RuleMatcher(lambda _, after_row: matches[matches > after_row].tolist())
    matcher.effect([block], rows)
    return ms(seconds(lambda: matcher.effect([block], rows), 20))


def tastes() -> None:
    """Measures for each taste: ms to learn one more judgement and value one text, a mean, and its own
    cost_ms.
    """
    needs(ARXIV)
    with gzip.open(ARXIV, "rt") as lines:
        papers = [json.loads(line) for line in lines]
    papers = [papers[index] for index in np.random.default_rng(SEED).permutation(len(papers))[:TEXTS]]
    space = ReplayCorpus(tuple(f"{paper['title']}\n{paper['text']}" for paper in papers)).fitted
    likings = np.array([1.0 if LIKED in paper["categories"] else -1.0 for paper in papers])
    texts, probe, weights = (
        [space.corpus[row : row + 1] for row in range(TEXTS)],
        space.corpus[-1:],
        np.ones(TEXTS),
    )
    figures: dict[str, dict[str, list[float]]] = {}
    use_one_blas_thread()
    for kind in TASTES:
        costs: dict[str, list[float]] = {}
        for judged in JUDGED:
            taste, rows = make_taste(kind, space.background), iter(range(judged, TEXTS))
            taste.learn(space.corpus[:judged], likings[:judged], weights[:judged])
            taste.logits(probe)

            def work(taste: Taste = taste, rows: Iterator[int] = rows) -> None:
                row = next(rows)
                taste.learn(texts[row], likings[row : row + 1], weights[:1])
                taste.logits(probe)

            costs[str(judged)] = [
                round(1000 * mean(seconds(work, ROUNDS)), 2),
                round(taste.cost_ms(judged), 2),
            ]
        figures[kind] = costs
    data = f"{TEXTS} papers of ../shared/data/arxiv; liked: {LIKED}"
    emit("tastes", {"ms_and_effort_by_judgements": figures}, data=data, seed=SEED)


if __name__ == "__main__":
    main()
