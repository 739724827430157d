"""Figure 4: one judgement learned and the top 20 ranked again, against refitting arxiv-sanity-lite's SVM and
scoring.
"""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

import palate
from palate.evaluation.systems import ReplayCorpus, find_maker
from report import ARXIV, emit, needs, seconds

SEED, JUDGEMENTS = 0, 60


def main() -> None:
    needs(ARXIV)
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder, palate.open(Path(folder) / "arxiv.db") as library:
        library.add(ARXIV)
        me = library.reader("me")
        rows = library.corpus().rows.tolist()
        with library.store.reading() as tables:
            texts = tables.texts.get(rows)
        rows = list(texts)
        order = rng.permutation(len(rows))[:JUDGEMENTS]
        me.rank(20)
        taken = []
        for place in order:
            text = texts[rows[place]]
            verdict = "like" if "cs.IR" in text.extra["categories"] else "dislike"
            taken += seconds(lambda text=text, verdict=verdict: (me.judge(text.id, verdict), me.rank(20)), 1)  # type: ignore[misc]
        peer = find_maker("arxiv-sanity")(ReplayCorpus(tuple(text.content for text in texts.values())), rng)
        likings = np.array(
            [1.0 if "cs.IR" in texts[rows[place]].extra["categories"] else -1.0 for place in order]
        )
        likings[0] = 1.0
        peer.scores(order[:2], likings[:2])

        def refit(k: int) -> object:
            return np.argsort(-peer.scores(order[:k], likings[:k]))[:20]

        theirs = [seconds(partial(refit, k), 1)[0] for k in (20, 40, 60)]
    figures = {
        "judge_and_rank_ms": round(1000 * median(taken), 1),
        "judge_and_rank_p90_ms": round(1000 * float(np.quantile(taken, 0.9)), 1),
        "arxiv_sanity_refit_ms": round(1000 * median(theirs)),
        "ratio": round(median(theirs) / median(taken)),
    }
    data = f"12,000 arXiv papers stored; {JUDGEMENTS} judgements, each written to disk; tf-idf of the peer made beforehand"
    emit("judge", figures, data=data, seed=SEED, packages=["scikit-learn", "scipy"])


if __name__ == "__main__":
    main()
