"""Maps: time of the whole command, neighbours kept beside t-SNE of scikit-learn and UMAP on the same vectors,
and new texts on a map of 100,000.

The peers run with their defaults and a seed, each in a process of its own: --peer-python names one that has
scikit-learn and umap-learn. The map of 100,000 passages takes minutes and is kept in the cache folder.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from palate.insight.map_quality import map_quality
from palate.insight.neighbours import nearest_neighbours
from palate.insight.placing import placed
from palate.insight.tsne import tsne
from palate.report.map import TextMap, map_of, read_map
from palate.report.pile import Pile, pile_of, read_pile
from palate.text import Text
from passages import DESCRIPTION, passages
from process import run_command
from report import ARXIV, emit, needs
from texts_at_scale import CACHE

SEED = 0
PACKAGES = ("openTSNE", "scikit-learn")
MAPPED, NEW = 100_000, 1000
NEIGHBOURS = 10
PEERS = {
    "scikit-learn": "from sklearn.manifold import TSNE as Map\nmap = Map(random_state=seed)",
    "umap-learn": "from umap import UMAP as Map\nmap = Map(metric='cosine', random_state=seed)",
}
PROGRAM = """
import sys, time, numpy as np
vectors, seed = np.load(sys.argv[1]), int(sys.argv[2])
wall, cpu = time.perf_counter(), time.process_time()
{work}
made = map.fit_transform(vectors)
np.save(sys.argv[3], made)
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def command() -> None:
    """The whole command, from the process's start to the written page."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "map.html")
        cost = run_command([sys.executable, "-m", "palate", "map", str(ARXIV), "--out", str(page)])
        figures = {
            "wall_s": round(cost.wall_s, 1),
            "cpu_s": round(cost.cpu_s, 1),
            "resident_mb": round(cost.max_resident_mb),
            "page_mb": round(page.stat().st_size / 1e6, 2),
        }
    emit("map_command", figures, data="12,000 arXiv papers", seed=SEED, packages=PACKAGES)


def beside_peers(python: str) -> None:
    """Neighbours kept and time of each method, on one core."""
    vectors = read_pile(ARXIV).vectors
    pile = Pile("arxiv", [Text.of("", id=str(row)) for row in range(len(vectors))], vectors, "static")
    for method in ("tsne", "pca"):
        wall, cpu = perf_counter(), process_time()
        made = map_of(pile, method=method, seed=SEED).positions
        _quality(f"palate {method}", vectors, made, perf_counter() - wall, process_time() - cpu)
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "vectors.npy"), Path(folder, "positions.npy")
        np.save(given, vectors)
        for name, work in PEERS.items():
            program = [python, "-c", PROGRAM.format(work=work), str(given), str(SEED), str(found)]
            done = subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True)
            _quality(name, vectors, np.load(found), *map(float, done.stdout.split()[-2:]))


def _quality(name: str, vectors: Any, made: Any, wall_s: float, cpu_s: float) -> None:
    quality = map_quality(vectors, made, neighbours=NEIGHBOURS, seed=SEED)
    figures = {
        "map": name,
        "trustworthiness": round(quality.trustworthiness, 3),
        "neighbours_kept": round(quality.kept, 3),
        "wall_s": round(wall_s, 1),
        "cpu_s": round(cpu_s, 1),
    }
    data = f"12,000 arXiv papers, 256 dims; {NEIGHBOURS} neighbours of 1,000 papers"
    emit("map_quality", figures, data=data, seed=SEED, packages=PACKAGES)


def held_out() -> None:
    """1,000 papers placed on a map of the other 11,000: the share of their neighbours that are near them, for
    palate's placing and for openTSNE's transform of the same map.
    """
    vectors = read_pile(ARXIV).vectors
    order = np.random.default_rng(SEED).permutation(len(vectors))
    new, old = vectors[order[:NEW]], vectors[order[NEW:]]
    positions = tsne(old, seed=SEED)
    near, _ = nearest_neighbours(new, NEIGHBOURS, of=old)
    start = process_time()
    own = placed(new, old, positions)
    own_s = process_time() - start
    start = process_time()
    peer = _transformed(new, old, positions)
    figures = {
        "palate_kept": _kept(own, positions, near),
        "palate_cpu_s": round(own_s, 2),
        "opentsne_kept": _kept(peer, positions, near),
        "opentsne_cpu_s": round(process_time() - start, 2),
    }
    emit("map_held_out", figures, data="1,000 arXiv papers on 11,000", seed=SEED, packages=PACKAGES)


def _transformed(new: Any, old: Any, positions: Any) -> Any:
    from openTSNE import TSNEEmbedding, affinity

    mean = old.mean(axis=0)
    near = affinity.PerplexityBasedNN(old - mean, metric="cosine", n_jobs=1, random_state=SEED)
    embedding = TSNEEmbedding(positions.astype(np.float64), near, n_jobs=1, random_state=SEED)
    return np.asarray(embedding.transform(new - mean))


def _kept(made: Any, positions: Any, near: Any) -> float:
    distances = ((made[:, None] - positions[None]) ** 2).sum(axis=-1)
    on_map = np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    shares = [len(np.intersect1d(one, other)) for one, other in zip(on_map, near, strict=True)]
    return round(float(np.mean(shares)) / NEIGHBOURS, 3)


def placing() -> None:
    """1,000 new passages on a kept map of 100,000: reading the map, encoding and placing."""
    from palate.encoder.static import StaticEncoder

    encoder = StaticEncoder()
    path = CACHE / f"map-{MAPPED}.map"
    figures: dict[str, Any] = {}
    if not path.exists():
        vectors = np.asarray(passages(MAPPED).vectors, np.float32)
        pile = Pile(
            "passages", [Text.of("", id=str(row)) for row in range(MAPPED)], vectors, encoder.fingerprint
        )
        start = process_time()
        map_of(pile, seed=SEED).save(path)
        figures["map_cpu_s"] = round(process_time() - start)
    texts = list(read_pile(ARXIV).texts[:NEW])
    wall, cpu = perf_counter(), process_time()
    kept = read_map(path)
    new = pile_of(texts)
    ready = perf_counter()
    made: TextMap = kept.with_texts(new)
    figures |= {
        "read_and_encode_s": round(ready - wall, 2),
        "place_s": round(perf_counter() - ready, 2),
        "wall_s": round(perf_counter() - wall, 2),
        "cpu_s": round(process_time() - cpu, 2),
        "moved": int(np.count_nonzero(made.positions[:MAPPED] != kept.positions)),
    }
    emit(
        "map_placing",
        figures,
        data=f"{MAPPED} passages: {DESCRIPTION}; {NEW} arXiv papers",
        seed=SEED,
        packages=PACKAGES,
    )


PARTS = {"command": command, "held-out": held_out, "placing": placing}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join((*PARTS, 'peers'))}; all without")
    parser.add_argument("--peer-python", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    needs(ARXIV)
    for name in options.parts or (*PARTS, "peers"):
        beside_peers(options.peer_python) if name == "peers" else PARTS[name]()


if __name__ == "__main__":
    main()
