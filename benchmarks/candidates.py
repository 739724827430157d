"""What candidates hold of a ranking, by number of judgements: the taste's own shortlist, and the texts whose
vectors are nearest to the taste's direction; and how often the certificate proves the answer.

Truth are the 50 best of all texts by what is linear in the taste.
"""

import argparse
from typing import Any

import numpy as np

import palate
from palate.learner import Learner
from palate.parts import Rows
from palate.workspace.corpus import Corpus
from palate.workspace.exact_corpus import ExactCorpus
from report import emit
from simulated_readers import DESCRIPTION as READERS
from simulated_readers import Catalogue, SimulatedReader, copied_store
from texts_at_scale import DESCRIPTION, SEED

JUDGEMENTS = (5, 10, 20, 40, 80)
BEST = 50
NEAREST = (1_000, 10_000)


def best_of(corpus: Corpus, learner: Learner) -> Rows:
    """Returns the rows of the 50 best texts that may be shown."""
    scores, _ = corpus.scores(learner.taste.explain()[1])
    candidates = corpus.shown.copy()
    candidates[corpus.indices_of(list(learner.verdicts))] = False
    scores[~candidates] = -np.inf
    return corpus.rows[np.argpartition(-scores, BEST)[:BEST]]


def near_to(corpus: Corpus, learner: Learner, n: int) -> Rows:
    """Returns the rows of the n texts whose vectors are nearest to the taste's direction."""
    weights = learner.taste.explain()[1].get("semantic")
    if weights is None:
        return np.zeros(0, np.int64)
    direction = corpus.space.semantic.direction(np.asarray(weights, np.float64))
    return corpus.rows[ExactCorpus(corpus).nearest(direction, n)[0]]


def measure(n: int, readers: int) -> dict[str, Any]:
    by_judgements: dict[int, list[list[float]]] = {count: [] for count in JUDGEMENTS}
    catalogue = Catalogue.of(n)
    with copied_store(n) as store, palate.open(store) as library:
        for number in range(readers):
            simulated, judged = SimulatedReader(catalogue, 100 + number), 0
            reader = library.reader(f"reader-{number}")
            for count in JUDGEMENTS:
                for text_id, verdict in simulated.verdicts(count - judged):
                    reader.judge(text_id, verdict)
                    reader.rank(BEST)
                judged = count
                ranking, learner = reader.rank(BEST), reader._learner
                corpus = library.corpus()
                true = set(best_of(corpus, learner).tolist())
                rows = {library.row_of(hit.text.id) for hit in ranking}
                near = [len(true & set(near_to(corpus, learner, k).tolist())) / BEST for k in NEAREST]
                by_judgements[count].append([float(ranking.exact), len(true & rows) / BEST, *near])
    names = ["proven", "in_ranking", *(f"in_nearest_{k}" for k in NEAREST)]
    return {
        str(count): dict(zip(names, np.mean(rows, axis=0).round(3).tolist(), strict=True))
        for count, rows in by_judgements.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=8)
    options = parser.parse_args()
    figures = {"texts": options.texts, "by_judgements": measure(options.texts, options.readers)}
    emit("candidates", figures, data=f"texts {DESCRIPTION}; {READERS}; {options.readers} readers", seed=SEED)


if __name__ == "__main__":
    main()
