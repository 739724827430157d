"""Passages: 1,000,000 real ones, windows of one to three sentences of the visible data, and their vectors.

A document is cut into windows of a drawn length, one after the other; where that does not give enough, it is
cut again with other lengths. No passage occurs twice. Vectors come from the static encoder and are kept, with
the collection of each passage, in the cache folder of `texts_at_scale`.
"""

import argparse
import csv
import gzip
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from palate.encoder.static import StaticEncoder
from report import DATA, needs
from texts_at_scale import CACHE, SEED, Document, read_documents

PASSAGES = 1_000_000
MAX_SENTENCES = 3
ENCODED_AT_ONCE = 8192
DESCRIPTION = (
    "windows of 1 to 3 sentences of ../shared/data (arXiv, CiteULike, films, IMDb, AG News, screening, Quora)"
    ", no two alike"
)


class Passages(NamedTuple):
    """vectors: (n, d) float16 rows of length 1. collections: (n,) the listing, class or review of each."""

    vectors: NDArray[np.float16]
    collections: NDArray[np.int32]


def passages(n: int = PASSAGES) -> Passages:
    """Returns the vectors of n passages, made when they are first asked for: a minute for 1,000,000."""
    path = CACHE / f"passages-{n}.npy"
    labels = path.with_suffix(".collections.npy")
    if not labels.exists():
        needs(DATA)
        path.parent.mkdir(parents=True, exist_ok=True)
        texts, collections = drawn(n)
        encoder = StaticEncoder()
        vectors = np.lib.format.open_memmap(path, "w+", np.float16, (len(texts), encoder.dims))
        for begin in range(0, len(texts), ENCODED_AT_ONCE):
            part = slice(begin, begin + ENCODED_AT_ONCE)
            vectors[part] = encoder.encode(texts[part])
        vectors.flush()
        np.save(labels, collections)
    return Passages(np.load(path, mmap_mode="r"), np.load(labels))


def drawn(n: int, seed: int = SEED) -> tuple[list[str], NDArray[np.int32]]:
    """Returns n passages and their collections, in random order."""
    documents = [*read_documents(), *_questions()]
    names = {name: number for number, name in enumerate(sorted({each.collection for each in documents}))}
    rng = np.random.default_rng([16, seed])
    found: dict[str, int] = {}
    for _ in range(20):
        for document in documents:
            for window in _windows(document.sentences, rng):
                found.setdefault(window, names[document.collection])
        if len(found) >= n:
            break
    order = rng.permutation(len(found))[:n]
    texts = list(found)
    return [texts[index] for index in order], np.array(list(found.values()), np.int32)[order]


def _windows(sentences: tuple[str, ...], rng: np.random.Generator) -> Iterator[str]:
    begin = 0
    lengths = rng.integers(1, MAX_SENTENCES + 1, size=len(sentences)).tolist()
    for length in lengths:
        if begin >= len(sentences):
            return
        yield " ".join(sentences[begin : begin + length])
        begin += length


def _questions() -> Iterator[Document]:
    for path in sorted((DATA / "quora").glob("*.csv.gz")):
        with gzip.open(path, "rt", newline="") as lines:
            for fields in csv.DictReader(lines):
                yield Document("questions", (fields["question1"],))
                yield Document("questions", (fields["question2"],))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int, nargs="?", default=PASSAGES)
    found = passages(parser.parse_args().passages)
    print(len(found.vectors), len(set(found.collections.tolist())), "collections")


if __name__ == "__main__":
    main()
