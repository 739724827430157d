"""What single parts cost: the figures in docstrings, docs/taste.md, docs/index.md and docs/decisions/. Takes seconds."""

import tempfile
from pathlib import Path

import numpy as np

import palate
from palate.feature.keyword import hash_terms
from palate.feature.minhash import band_keys
from palate.features import Features
from palate.index.exact import ExactIndex
from palate.store.health import examine
from palate.taste.bayes import BayesTaste
from palate.threads import one_thread
from report import emit, ms, seconds

SEED, TEXTS, WORDS, VOCABULARY = 0, 2000, 150, 5000


def main() -> None:
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
    with one_thread():
        figures["nearest_of_12000_ms"] = ms(seconds(lambda: index.nearest(vectors[0], 20), 20))
        for judged in (50, 512):
            features = Features({"semantic": rng.normal(size=(judged + 1, 256)) / 16})
            taste = BayesTaste({"semantic": 1.0}, most=judged + 1)
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
            me.judge_many([(text_id, "like" if place % 2 else "dislike") for place, text_id in enumerate(ids)])
            figures["doctor_ms"] = ms(seconds(lambda: examine(library.store, library.encoder.fingerprint), 3))
            figures["relearn_500_ms"] = ms(seconds(lambda: library.reader("me").judged(), 3))
    emit("parts", figures, data=f"{TEXTS} made-up texts of {WORDS} words, Zipf over {VOCABULARY}; random vectors", seed=SEED)


if __name__ == "__main__":
    main()
