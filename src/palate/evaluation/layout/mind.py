"""MIND, the Microsoft News data set: news.tsv and behaviors.tsv, without headers.

Source: Wu et al., MIND: A Large-scale Dataset for News Recommendation, ACL 2020; msnews.github.io.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from palate.evaluation.layout.recorder import Recorder, lines_of

FILES = {"the news": "news.tsv*", "what readers did": "behaviors.tsv*"}


def read(files: Mapping[str, Path], recorder: Recorder) -> None:
    """A click is 1, a headline that was shown and not clicked 0. What a reader had clicked before counts as
    the oldest.
    """
    for line in lines_of(files["the news"]):
        cells = line.split("\t")
        if len(cells) < 5:
            recorder.skipped["rows of news with too few columns"] += 1
            continue
        recorder.text(cells[0], cells[3], cells[4])
    for line in lines_of(files["what readers did"]):
        cells = line.split("\t")
        moment = _seconds(cells[2]) if len(cells) == 5 else None
        if moment is None:
            recorder.skipped["impressions with other columns or no date"] += 1
            continue
        for item in cells[3].split():
            recorder.judge(cells[1], item, 1.0)
        for shown in cells[4].split():
            item, _, clicked = shown.rpartition("-")
            if clicked in ("0", "1"):
                recorder.judge(cells[1], item, float(clicked), moment)
            else:  # the test part does not say
                recorder.skipped["headlines that do not say whether they were clicked"] += 1


def _seconds(date: str) -> float | None:
    try:
        return datetime.strptime(date, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
