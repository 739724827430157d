"""Topics of AG News and arXiv beside BERTopic's default pipeline on the same vectors, and how they stay when
texts come: the figures of docs/topics.md. Takes 3 minutes.

--peer names a Python that has bertopic and umap-learn; without it the peer is left out. Settings of palate
were chosen on AG News alone; arXiv is where they are checked.
"""

import argparse
import csv
import gzip
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from palate.insight.topic_model import NO_TOPIC, TopicModel
from palate.parts import Matrix, Rows
from palate.report.pile import Pile, pile_of
from palate.text import Text
from palate.threads import use_one_blas_thread
from report import ARXIV, DATA, emit, needs

SEED = 0
AG_NEWS = DATA / "ag-news"
# BERTopic's own defaults, but for the seed of UMAP, without which no run is like another
PEER = """
import json, sys, numpy as np, bertopic, umap
texts, vectors = json.load(open(sys.argv[1])), np.load(sys.argv[2])
model = bertopic.BERTopic(umap_model=umap.UMAP(
    n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=int(sys.argv[3])))
topics, _ = model.fit_transform(texts, vectors)
reduced = model.reduce_outliers(texts, topics)
json.dump({"topics": [int(t) for t in topics], "reduced": [int(t) for t in reduced],
    "versions": {"bertopic": bertopic.__version__, "umap": umap.__version__}}, open(sys.argv[4], "w"))
"""


def main() -> None:
    for path in (ARXIV, AG_NEWS):
        needs(path)
    use_one_blas_thread()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="Python of an environment with bertopic")
    peer: str | None = parser.parse_args().peer
    for name, (pile, labels) in {"ag-news": ag_news(), "arxiv": arxiv()}.items():
        figures = {"mutual information": mutual_information(pile, labels, peer), "stay": stays(pile, labels)}
        emit(
            f"topics of {name}",
            figures,
            data=f"../shared/data/{name}, {len(pile)} texts",
            seed=SEED,
            packages=("scikit-learn", "scipy"),
        )


def ag_news() -> tuple[Pile, list[tuple[str, ...]]]:
    rows = []
    for part in ("train", "dev"):
        with gzip.open(AG_NEWS / f"{part}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    texts = [Text.of(row["text"], id=str(index)) for index, row in enumerate(rows)]
    return pile_of(texts), [(row["label"],) for row in rows]


def arxiv() -> tuple[Pile, list[tuple[str, ...]]]:
    with gzip.open(ARXIV, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    texts = [Text.of(paper["text"], title=paper["title"], id=paper["id"]) for paper in papers]
    return pile_of(texts), [tuple(paper["categories"]) for paper in papers]


def mutual_information(pile: Pile, labels: Sequence[tuple[str, ...]], peer: str | None) -> dict[str, Any]:
    """NMI and, chance taken off, AMI; -1 counts as a topic of its own, as it comes."""
    start = perf_counter()
    _, topics = TopicModel.fit(pile.vectors, seed=SEED)
    figures = {"palate": {**scores(labels, topics), "s": round(perf_counter() - start, 1)}}
    if peer:
        start = perf_counter()
        found = by_peer(pile, peer)
        figures["bertopic"] = {**scores(labels, found["topics"]), "s": round(perf_counter() - start, 1)}
        figures["bertopic, then reduce_outliers"] = scores(labels, found["reduced"])
        figures["versions"] = found["versions"]
    return figures


def scores(labels: Sequence[tuple[str, ...]], topics: Rows | list[int]) -> dict[str, float]:
    """first: by the first category of each text; all: by its set of categories, each set a class; alone: of
    the texts in one category.
    """
    ids = np.asarray(topics)
    found = {
        "topics": float(len(set(ids.tolist()) - {NO_TOPIC})),
        "none": round(float(np.mean(ids == NO_TOPIC)), 3),
    }
    first, whole = [label[0] for label in labels], ["|".join(sorted(label)) for label in labels]
    for name, truth in (("first", first), ("all", whole)):
        found[f"nmi_{name}"] = round(float(normalized_mutual_info_score(truth, ids)), 4)
        found[f"ami_{name}"] = round(float(adjusted_mutual_info_score(truth, ids)), 4)
    alone = np.array([len(label) == 1 for label in labels])
    truth = np.array(first)[alone]
    found["nmi_alone"] = round(float(normalized_mutual_info_score(truth, ids[alone])), 4)
    return found


def by_peer(pile: Pile, peer: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        texts, vectors, script, out = (Path(folder) / name for name in ("t.json", "v.npy", "p.py", "o.json"))
        texts.write_text(json.dumps([text.content for text in pile.texts]))
        np.save(vectors, pile.vectors)
        script.write_text(PEER)
        subprocess.run([peer, script, texts, vectors, str(SEED), out], check=True, capture_output=True)
        found: dict[str, Any] = json.loads(out.read_text())
        return found


def stays(pile: Pile, labels: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """What adding does: one random half to the other, where no new topic is due, and each category that was
    withheld to all the rest.
    """
    older, later = np.array_split(np.random.default_rng(SEED).permutation(len(pile)), 2)
    figures: dict[str, Any] = {"second half": added(pile.vectors, later, older)}
    for category in sorted({each for label in labels for each in label}):
        withheld = np.array([category in each for each in labels])
        if withheld.mean() < 0.5:
            later, older = np.flatnonzero(withheld), np.flatnonzero(~withheld)
            figures[f"{category} withheld"] = added(pile.vectors, later, older)
    return figures


def added(vectors: Matrix, later: Rows, older: Rows) -> dict[str, Any]:
    """kept: share of the older texts that would get the same topic if they came again, with the new topics
    there; in a store all keep theirs. opened: new topics. in_new: share of the later texts that are in one.
    """
    model, _ = TopicModel.fit(vectors[older], seed=SEED)
    pockets = model.pockets(vectors[later], vectors[older])
    first = int(model.ids.max()) + 1
    grown = model.opened(pockets, range(first, first + len(pockets)))
    before, after = model.topics_of(vectors[older]), grown.topics_of(vectors[older])
    return {
        "later": len(later),
        "opened": len(pockets),
        "kept": round(float(np.mean(before == after)), 4),
        "in_new": round(float(np.mean(grown.topics_of(vectors[later]) >= first)), 3),
    }


if __name__ == "__main__":
    main()
