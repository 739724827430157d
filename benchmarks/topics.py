"""Topics: agreement with labels against BERTopic on the same vectors, and ids that stay when texts come.

BERTopic runs in an environment of its own: --peer /path/to/python with bertopic installed.
"""

import argparse
import csv
import gzip
import json
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.metrics import normalized_mutual_info_score

from palate.encoder.static import StaticEncoder
from palate.insight.topic_model import TopicModel
from report import DATA, emit

PEER = """
import json, sys, time
import numpy as np
from bertopic import BERTopic
from umap import UMAP

vectors, texts = np.load(sys.argv[1]), json.load(open(sys.argv[2]))
begun = time.time()
umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=0)
model = BERTopic(umap_model=umap)  # its default, with a seed
topics, _ = model.fit_transform(texts, vectors)
seconds = time.time() - begun
reduced = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
found = {"topics": [int(t) for t in topics], "reduced": [int(t) for t in reduced], "seconds": seconds}
print(json.dumps(found))
"""


def read(name: str) -> tuple[list[str], list[str]]:
    """Returns texts and labels; of arXiv only papers that are listed in one category alone."""
    if name == "ag-news":
        rows = []
        for part in ("train", "dev"):
            with gzip.open(DATA / "ag-news" / f"{part}.csv.gz", "rt") as lines:
                rows += list(csv.DictReader(lines))
        return [row["text"] for row in rows], [row["label"] for row in rows]
    with gzip.open(DATA / "arxiv" / "papers_train.jsonl.gz", "rt") as lines:
        papers = [json.loads(line) for line in lines]
    papers = [paper for paper in papers if len(paper["categories"]) == 1]
    return [f"{paper['title']}\n{paper['text']}" for paper in papers], [
        paper["categories"][0] for paper in papers
    ]


def agreement(labels: list[str], topics: Any) -> float:
    return round(float(normalized_mutual_info_score(labels, topics)), 4)


def against_bertopic(python: Path, vectors: Any, texts: list[str], labels: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/vectors.npy", vectors)
        Path(folder, "texts.json").write_text(json.dumps(texts))
        done = subprocess.run(
            [python, "-c", PEER, f"{folder}/vectors.npy", f"{folder}/texts.json"],
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        "bertopic": agreement(labels, found["topics"]),
        "bertopic, outliers reduced": agreement(labels, found["reduced"]),
        "bertopic topics": len({*found["topics"]} - {-1}),
        "bertopic without topic": round(found["topics"].count(-1) / len(labels), 3),
        "bertopic seconds": round(found["seconds"], 1),
    }


def stability(vectors: Any, labels: list[str], seed: int) -> dict[str, Any]:
    order = np.random.default_rng(seed).permutation(len(vectors))
    first, second = vectors[order[: len(order) // 2]], vectors[order[len(order) // 2 :]]
    model = TopicModel.fit(first, seed=seed)
    grown = model.grown(second, seed=seed)
    kept = float(np.mean(model.topics_of(first) == grown.topics_of(first)))
    found: dict[str, Any] = {
        "second half": {"ids kept": round(kept, 4), "opened": len(grown.ids) - len(model.ids)}
    }
    for label in sorted(set(labels)):
        withheld = np.array(labels) == label
        model = TopicModel.fit(vectors[~withheld], seed=seed)
        grown = model.grown(vectors[withheld], seed=seed)
        of_new = grown.topics_of(vectors[withheld])
        old = float(np.mean(model.topics_of(vectors[~withheld]) == grown.topics_of(vectors[~withheld])))
        found[f"{label} withheld"] = {
            "opened": len(grown.ids) - len(model.ids),
            "of it in these": round(float(np.mean(of_new >= model.next_id)), 3),
            "ids kept": round(old, 4),
        }
    return found


def measure(name: str, peer: Path | None, seed: int) -> None:
    texts, labels = read(name)
    vectors = StaticEncoder().encode(texts)
    begun = perf_counter()
    model = TopicModel.fit(vectors, seed=seed)
    of_text = model.topics_of(vectors)
    figures: dict[str, Any] = {
        "texts": name,
        "nmi": agreement(labels, of_text),
        "topics": len(model.ids),
        "without topic": round(float(np.mean(of_text < 0)), 3),
        "seconds": round(perf_counter() - begun, 1),
    }
    if peer:
        figures |= against_bertopic(peer, vectors, texts, labels)
    emit(
        "topics",
        {**figures, **stability(vectors, labels, seed)},
        data=f"{name}, {len(texts)} texts",
        seed=seed,
        packages=("scikit-learn",),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python of an environment with bertopic")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for name in ("ag-news", "arxiv"):
        measure(name, given.peer, given.seed)
