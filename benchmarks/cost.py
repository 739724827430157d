"""What a judgement costs: 1,000 of one reader, each on disk, learned and the top 20 ranked again, on up to
100,000 texts.
"""

import argparse
import csv
import gzip
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

import palate
from report import DATA, ROOT, emit, needs

SEED, WANTED = 0, "learn"  # a text with this in it is liked
PICTURE = ROOT / "docs" / "img" / "cost.png"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgements", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[12_500, 25_000, 50_000, 100_000])
    asked = parser.parse_args()
    needs(DATA)
    csv.field_size_limit(1 << 30)
    texts = list(dict.fromkeys(read()))[: max(asked.sizes)]
    taken = {
        size: measure(texts[:size], asked.judgements if size == max(asked.sizes) else 200)
        for size in asked.sizes
    }
    draw(taken)
    most = taken[max(asked.sizes)]
    spent = {str(size): round(median(steps), 1) for size, steps in taken.items()}
    quarters = [round(median(part.tolist()), 1) for part in np.array_split(np.array(most), 4)]
    figures = {
        "median_ms": round(median(most), 1),
        "p99_ms": round(float(np.quantile(most, 0.99)), 1),
        "median_ms_by_texts": spent,
        "median_ms_by_quarter_of_the_judgements": quarters,
    }
    data = (
        f"{len(texts)} texts of ../shared/data; liked where {WANTED!r} is in them;"
        " half of the judged are the best, half drawn"
    )
    emit("cost", figures, data=data, seed=SEED, packages=["scipy"])


def read() -> Iterator[str]:
    """Texts of any kind."""
    for name in ("arxiv/papers_train", "citeulike-a/articles", "imdb/unlabelled", "movielens-small/items"):
        with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as lines:
            for line in lines:
                fields = json.loads(line)
                yield "\n".join(dict.fromkeys(fields[key] for key in ("title", "text") if fields.get(key)))
    tables = {name: ["text"] for name in ("imdb/train", "ag-news/train", "sst2/train")}
    tables["quora/train"] = ["question1", "question2"]
    for path in sorted((DATA / "screening").glob("[A-Z]*.csv.gz")):
        tables[f"screening/{path.name.removesuffix('.csv.gz')}"] = ["abstract"]
    for name, columns in tables.items():
        with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="") as lines:
            for row in csv.DictReader(lines):
                yield from (row[column] for column in columns if row[column])


def measure(texts: list[str], judgements: int) -> list[float]:
    """Milliseconds of each judge and rank."""
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder, palate.open(Path(folder) / "cost.db") as library:
        library.add([{"id": str(number), "text": text} for number, text in enumerate(texts)])
        me = library.reader("me")
        drawn = iter(rng.permutation(len(texts)).tolist())
        hits, judged, taken = me.rank(20), set[str](), list[float]()
        while len(taken) < judgements:
            text_id = hits[0].text.id if len(taken) % 2 else str(next(drawn))
            if text_id in judged:
                continue
            judged.add(text_id)
            start = perf_counter()
            me.judge(text_id, "like" if WANTED in texts[int(text_id)].lower() else "dislike")
            hits = me.rank(20)
            taken.append(1000 * (perf_counter() - start))
    return taken


def draw(taken: dict[int, list[float]]) -> None:
    """Cost by judgements and by texts."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    most = np.array(taken[max(taken)])
    left.plot(np.arange(1, len(most) + 1), most, ".", markersize=2, color="#999999", label="each")
    window = 50
    medians = [np.median(most[max(0, place - window) : place + 1]) for place in range(len(most))]
    left.plot(np.arange(1, len(most) + 1), medians, color="#000000", label=f"median of the last {window}")
    left.set(
        xlabel="judgements so far",
        ylabel="ms to learn and rank again",
        ylim=(0, None),
        title=f"{max(taken):,} texts",
    )
    left.legend(frameon=False)
    right.plot(
        list(taken), [median(steps) for steps in taken.values()], "o-", color="#000000", label="median"
    )
    slowest = [float(np.quantile(steps, 0.99)) for steps in taken.values()]
    right.plot(list(taken), slowest, "o--", color="#777777", label="99th percentile")
    right.set(xlabel="texts stored", xlim=(0, None), ylim=(0, None), title="by size of the store")
    right.legend(frameon=False)
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=120)


if __name__ == "__main__":
    main()
