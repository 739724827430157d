"""CLEF-TAR, Technology Assisted Reviews in Empirical Medicine: topics, qrels and the records' words.

Source: Kanoulas, Li, Azzopardi and Spijker, CLEF 2017 to 2019; github.com/CLEF-TAR/tar.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from palate.errors import BadSource
from palate.evaluation.judgements import Review
from palate.table.record import read_records
from palate.text import Text

KNOWN = frozenset({"id", "pmid", "title", "abstract"})


def read_reviews(folder: Path) -> tuple[list[Review], Counter[str]]:
    """Reads a review for each topic: its records are those of the topic's list (Pids), included is what the
    qrels say is relevant.

    topics: files with a line `Topic: ...`, in any folder below. qrels: files whose name has `qrel`, with
    topic, 0, PubMed number and relevance (above 0). Words: a table called texts.*, with id or pmid, title and
    abstract, as the data set has numbers alone. Returns the reviews in order of their topics, and by reason
    how much was skipped: records without words, reviews with fewer than two included or excluded ones. Raises
    BadSource where a part is missing, or no review is left."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    topics = dict(filter(None, map(_topic, files)))
    qrels = [path for path in files if "qrel" in path.name.lower()]
    words = next((path for path in files if path.name.startswith("texts.")), None)
    if not topics:
        raise BadSource(f"{folder} has no topics of CLEF-TAR, which are files with a line `Topic: ...`")
    if not qrels:
        raise BadSource(f"{folder} has no qrels; put the qrel files of the same year there")
    if words is None:
        raise BadSource(
            f"{folder} has no words; fetch title and abstract of each PubMed number, and put them there as"
            " texts.jsonl or texts.csv (pmid, title, abstract)"
        )
    contents = _contents(words)
    relevant = set(_relevant(qrels))
    skipped: Counter[str] = Counter()
    reviews = []
    for topic, numbers in sorted(topics.items()):
        known = [number for number in numbers if contents.get(number)]
        skipped["records without words"] += len(numbers) - len(known)
        included = np.array([(topic, number) in relevant for number in known], dtype=np.bool_)
        if not 2 <= included.sum() <= len(known) - 2:
            skipped["reviews with fewer than two included or excluded records"] += 1
            continue
        reviews.append(Review(topic, tuple(contents[number] for number in known), included))
    if not reviews:
        raise BadSource(f"no topic in {folder} has two included and two excluded records with words")
    return reviews, +skipped


def _topic(path: Path) -> tuple[str, list[str]] | None:
    """Returns the name and the PubMed numbers of a topic, None for another file."""
    if path.suffix.lower() not in ("", ".txt", ".topic"):
        return None
    text = path.read_text("utf-8", errors="replace")
    fields = text.partition("Pids:")
    name = next((line[6:].strip() for line in fields[0].splitlines() if line.startswith("Topic:")), "")
    numbers = [word for word in fields[2].split() if word.isdecimal()]
    return (name, list(dict.fromkeys(numbers))) if name and numbers else None


def _relevant(qrels: list[Path]) -> Iterator[tuple[str, str]]:
    for path in qrels:
        for line in path.read_text("utf-8").splitlines():
            cells = line.split()
            if len(cells) == 4 and cells[3].isdecimal() and int(cells[3]) > 0:
                yield cells[0], cells[2]


def _contents(words: Path) -> dict[str, str]:
    contents = {}
    for record in read_records(words, KNOWN.__contains__):
        abstract = record.value("abstract") if record.has("abstract") else ""
        contents[record.value("pmid", "id")] = Text("", record.value("title"), abstract).content.strip()
    return contents
