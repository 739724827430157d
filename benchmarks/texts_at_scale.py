"""Makes the texts of the benchmarks at scale: up to 1,000,000 of about 60 words, recombined from the visible
data.

A text takes two to six sentences from one real document and the documents nearest to it (cosine of the static
encoder) in the same collection, so that its words stay on one topic. What this cannot imitate: sentences
recur (about 10 times each in 1,000,000 texts), so the vocabulary stops growing where a real stream's goes on.

The texts are written to a cache folder outside the project ($PALATE_BENCH, else palate-bench among the
system's temporary files) and read there by the other benchmarks. The first n texts of a larger set are the
smaller set.
"""

import argparse
import csv
import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

import numpy as np

import palate
from palate.encoder.static import StaticEncoder
from report import DATA, needs

SEED = 0
CACHE = Path(os.environ.get("PALATE_BENCH") or Path(gettempdir()) / "palate-bench")
SIZES = (12_000, 100_000, 1_000_000)
NEIGHBOURS = 12  # documents from which the sentences of one text come, the first included
MEAN_WORDS, SD_WORDS = 60, 20  # of a body
MIN_SENTENCES, MAX_SENTENCES = 2, 6
SENTENCE_WORDS = range(6, 60)  # shorter and longer sentences are left out
TITLE_WORDS = range(5, 11)
OUTLETS = 3  # made-up sources for each collection, as a topic is covered by several
FIRST_DAY = datetime(2025, 11, 1, tzinfo=UTC)
BLOCK_TEXTS = 10_000  # texts drawn from one random generator
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")
DESCRIPTION = (
    "made of sentences of ../shared/data: two to six of one document and its nearest, about 60 words a text"
)


class Document(NamedTuple):
    """A real document. collection: its listing, review, class or genre."""

    collection: str
    sentences: tuple[str, ...]


def read_documents() -> Iterator[Document]:
    """Yields the documents of the visible data that have sentences of a usable length."""
    for collection, content in _contents():
        split = (" ".join(part.split()) for part in SENTENCE_END.split(content.replace("<br />", " ")))
        sentences = tuple(part for part in split if part.count(" ") + 1 in SENTENCE_WORDS)
        if sentences:
            yield Document(collection, sentences)


def _contents() -> Iterator[tuple[str, str]]:
    """Yields (collection, content)."""
    csv.field_size_limit(1 << 30)
    for fields in _lines("arxiv/papers_train.jsonl.gz"):
        yield f"arxiv-{fields['categories'][0]}", fields["text"]
    for fields in _lines("citeulike-a/articles.jsonl.gz"):
        if fields["has_abstract"]:
            yield "citeulike", fields["text"]
    for fields in _lines("movielens-small/items.jsonl.gz"):
        yield f"film-{fields['genres'][0] if fields['genres'] else 'other'}", fields["text"]
    for fields in _lines("imdb/unlabelled.jsonl.gz"):
        yield "film-reviews", fields["text"]
    for fields in _rows("imdb/train.csv.gz"):
        yield f"film-reviews-{fields['label']}", fields["text"]
    for fields in _rows("ag-news/train.csv.gz"):
        yield f"news-{fields['label']}", fields["text"]
    for path in sorted((DATA / "screening").glob("[A-Z]*.csv.gz")):
        for fields in _rows(f"screening/{path.name}"):
            yield f"review-{path.name.removesuffix('.csv.gz')}", fields["abstract"]


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA / name, "rt") as lines:
        yield from map(json.loads, lines)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", newline="") as lines:
        yield from csv.DictReader(lines)


def nearest_documents(documents: list[Document]) -> list[list[int]]:
    """Returns for each document its index and those of the nearest ones of its collection."""
    encoder = StaticEncoder()
    nearest: list[list[int]] = [[]] * len(documents)
    collections = sorted({document.collection for document in documents})
    for collection in collections:
        members = np.array([i for i, document in enumerate(documents) if document.collection == collection])
        vectors = encoder.encode([" ".join(documents[i].sentences) for i in members])
        for start in range(0, len(members), 1000):
            cosine = vectors[start : start + 1000] @ vectors.T
            found = np.argpartition(-cosine, min(NEIGHBOURS, len(members)) - 1, axis=1)[:, :NEIGHBOURS]
            for i, row in zip(members[start : start + 1000].tolist(), found, strict=True):
                nearest[i] = members[np.sort(row)].tolist()
    return nearest


def make_texts(n: int, seed: int = SEED) -> Iterator[dict[str, str]]:
    """Yields n texts as mappings with id, title, text, source, url and date."""
    documents = list(read_documents())
    nearest = nearest_documents(documents)
    for first in range(0, n, BLOCK_TEXTS):
        rng = np.random.default_rng([seed, first])
        for number in range(first, first + BLOCK_TEXTS):
            made = _make_text(number, documents, nearest, rng)
            if number < n:
                yield made


def _make_text(
    number: int, documents: list[Document], nearest: list[list[int]], rng: np.random.Generator
) -> dict[str, str]:
    chosen = int(rng.integers(len(documents)))
    pool = [sentence for i in nearest[chosen] for sentence in documents[i].sentences]
    picks = rng.integers(len(pool), size=MAX_SENTENCES + 1).tolist()
    target = rng.normal(MEAN_WORDS, SD_WORDS)
    title_words, outlet, minute = rng.integers(
        [TITLE_WORDS.start, 0, 0], [TITLE_WORDS.stop, OUTLETS, 365 * 24 * 60]
    ).tolist()
    body: list[str] = []
    for pick in dict.fromkeys(picks[1:]):
        words = sum(sentence.count(" ") + 1 for sentence in body)
        if len(body) >= MIN_SENTENCES and words + (pool[pick].count(" ") + 1) / 2 > target:
            break
        body.append(pool[pick])
    source = f"{documents[chosen].collection}-{outlet}"
    return {
        "id": f"t{number:07}",
        "title": " ".join(pool[picks[0]].split()[:title_words]),
        "text": " ".join(body),
        "source": source,
        "url": f"https://{source.lower().replace('/', '-')}.example/{number}",
        "date": (FIRST_DAY + timedelta(minutes=minute)).isoformat(),
    }


def texts_file(n: int) -> Path:
    """Returns the JSON Lines file of the first n texts, made when it is first asked for."""
    path = CACHE / f"texts-{n}.jsonl"
    if not path.exists():
        needs(DATA)
        _write(path, (json.dumps(text) + "\n" for text in make_texts(n)))
    return path


def store_of(n: int) -> Path:
    """Returns the store of the first n texts, made when it is first asked for. Copy it before you write to
    it.
    """
    path = CACHE / f"store-{n}" / "palate.db"
    if not path.exists():
        making = path.parent.with_name(f"making-{n}-{os.getpid()}")
        making.mkdir(parents=True)
        with palate.open(making / "palate.db") as library:
            library.add(texts_file(n))
            library.reader("nobody").rank(1)  # makes what is derived from the texts and kept beside the store
        making.rename(path.parent)
    return path


def _write(path: Path, lines: Iterable[str]) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with partial.open("w") as file:
        file.writelines(lines)
    partial.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=int, nargs="?", default=SIZES[0])
    parser.add_argument("--store", action="store_true", help="add them to a store, too")
    options = parser.parse_args()
    print(store_of(options.texts) if options.store else texts_file(options.texts))


if __name__ == "__main__":
    main()
