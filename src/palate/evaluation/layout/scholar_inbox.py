"""Scholar Inbox: rated_papers.csv, and the papers' words, which the data set does not have.

Source: Flicke et al., Scholar Inbox: Personalized Paper Recommendations for Scientists, ACL 2025 (system
demonstrations); github.com/avg-dev/scholar_inbox_datasets.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from palate.errors import BadSource
from palate.evaluation.layout.recorder import Recorder, number_of
from palate.table.record import Record, read_records

FILES = {"the ratings": "rated_papers*.csv*", "the papers (arxiv_id or id, title, abstract)": "papers.*"}
PAPERS = "the papers (arxiv_id or id, title, abstract)"
KNOWN = frozenset({"id", "arxiv_id", "title", "abstract", "user_id", "rating", "time"})


def read(files: Mapping[str, Path], recorder: Recorder) -> None:
    """Ratings are thumbs up or down; papers are found by their arXiv id, whatever the version."""
    for paper in read_records(files[PAPERS], KNOWN.__contains__):
        abstract = paper.value("abstract") if paper.has("abstract") else ""
        recorder.text(_unversioned(paper.value("arxiv_id", "id")), paper.value("title"), abstract)
    for rating in read_records(files["the ratings"], KNOWN.__contains__):
        item = _unversioned(rating.value("arxiv_id"))
        recorder.judge(rating.value("user_id"), item, number_of(rating.value("rating")), _seconds(rating))


def _unversioned(id: str) -> str:
    return re.sub(r"v\d+$", "", id.strip())


def _seconds(rating: Record) -> float:
    try:
        value = rating.value("time")
        moment = datetime.fromisoformat(value)
    except (BadSource, ValueError):
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
