"""A simulated reader of arXiv papers for the benchmarks of writing: store, judgements, prompts of titles."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np

from palate.library import Library
from palate.reader import Reader

PAPERS = Path(__file__).parents[2] / "shared/data/arxiv/papers_train.jsonl.gz"
PROMPT = 'Write a short abstract of a paper titled "{title}".'
N_TEXTS, N_JUDGED = 1500, 120
LIKED = "cs.IR"  # what the simulated reader likes; of the rest she dislikes


def papers(seed: int) -> list[dict[str, object]]:
    """Returns all papers in an order drawn by the seed."""
    with gzip.open(PAPERS, "rt", encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    return [read[index] for index in np.random.default_rng(seed).permutation(len(read))]


def simulated(seed: int, n_judged: int = N_JUDGED) -> tuple[Library, Reader, list[str]]:
    """Returns a library of 1,500 papers, a reader with so many judgements, half of them likes, and prompts
    made of the titles of 600 other papers, of which half are of the liked kind.
    """
    drawn = papers(seed)
    stored, others = drawn[:N_TEXTS], drawn[N_TEXTS:]
    library = Library(":memory:")
    library.add([{"id": one["id"], "title": one["title"], "text": one["text"]} for one in stored])
    reader = library.reader("simulated")
    liked = [one for one in stored if LIKED in one["categories"]]  # type: ignore[operator]
    rest = [one for one in stored if LIKED not in one["categories"]]  # type: ignore[operator]
    verdicts = [(str(one["id"]), "like") for one in liked[: n_judged // 2]]
    verdicts += [(str(one["id"]), "dislike") for one in rest[: n_judged // 2]]
    reader.judge_many([verdicts[index] for index in np.random.default_rng(seed).permutation(len(verdicts))])
    return library, reader, [PROMPT.format(title=one["title"]) for one in others[:600]]
