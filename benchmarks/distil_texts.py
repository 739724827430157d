"""Writes the texts that the shipped static encoder was distilled on, one a line of JSON.

    python benchmarks/distil_texts.py texts.jsonl.gz --wordnet FOLDER
    palate train distil --texts texts.jsonl.gz --out src/palate/encoder/model --sts STS

Titles, sentences and abstracts of arXiv papers (metadata is CC0), premises and hypotheses of SNLI (CC BY-SA
4.0) and MultiNLI (mostly OANC), and the glosses and examples of WordNet 3.0 (its own licence, which allows
any use); FOLDER holds data.noun and the others, as Debian's package wordnet-base brings them. The texts are
not part of palate; a table of numbers learned from a transformer's vectors of them is.
"""

import argparse
import csv
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from report import ARXIV, DATA, needs

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
MOST = {"arxiv sentence": 55_000, "wordnet gloss": 60_000, "wordnet example": 45_000}  # of a kind, drawn
ABSTRACTS, SHORTEST = 6_000, 8  # drawn; characters
SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--wordnet", type=Path, required=True, metavar="FOLDER")
    options = parser.parse_args()
    needs(ARXIV)
    rng = random.Random(SEED)
    first_of: dict[str, tuple[str, str]] = {}
    for text, kind in [*papers(rng), *pairs(), *wordnet(options.wordnet)]:
        text = " ".join(text.split())
        if len(text) >= SHORTEST:
            first_of.setdefault(text.lower(), (text, kind))
    unique = list(first_of.values())
    random.Random(SEED + 1).shuffle(unique)
    written: Counter[str] = Counter()
    with gzip.open(options.out, "wt", encoding="utf-8") as file:
        for text, kind in unique:
            if written[kind] < MOST.get(kind, len(unique)):
                written[kind] += 1
                file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    print(f"{options.out}: {sum(written.values())} texts,", dict(written))


def papers(rng: random.Random) -> Iterator[tuple[str, str]]:
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    yield from ((paper["title"], "arxiv title") for paper in found)
    for paper in found:
        yield from ((sentence, "arxiv sentence") for sentence in SENTENCE_END.split(paper["text"]))
    for paper in rng.sample(found, ABSTRACTS):
        yield f"{paper['title']}\n{paper['text']}", "arxiv abstract"


def pairs() -> Iterator[tuple[str, str]]:
    with gzip.open(DATA / "nli" / "train.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["premise"], row["source"]
            yield row["hypothesis"], row["source"]


def wordnet(folder: Path) -> Iterator[tuple[str, str]]:
    for name in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{name}").read_text("utf-8").splitlines():
            if line.startswith("  "):  # the licence
                continue
            head, _, gloss = line.partition(" | ")
            fields = head.split()
            words = [fields[4 + 2 * n].replace("_", " ").partition("(")[0] for n in range(int(fields[3], 16))]
            meaning, *examples = re.split(r';\s*(?=")', gloss)
            yield f"{', '.join(words)}: {meaning.strip()}", "wordnet gloss"
            for example in examples:
                if len(example.strip('"; ').split()) > 2:
                    yield example.strip().strip('"; '), "wordnet example"


if __name__ == "__main__":
    main()
